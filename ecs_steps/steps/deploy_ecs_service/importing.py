"""From what runs in ECS to the variables of a deployment: nothing is left out unsaid.

task definition -> the same in Octopus' words -> variables, and back in ECS' words -> what differs
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from ecs_steps.octopus import naming
from ecs_steps.octopus.inputs.members import as_json
from ecs_steps.steps.deploy_ecs_service.importing_service import service_variables, service_without_place
from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY
from ecs_steps.steps.deploy_ecs_service.template import in_ecs_words
from ecs_steps.task_definition.cloudformation import container_definition, efs_volume
from ecs_steps.task_definition.container_logging import ContainerLogging, LogDriver, Logging
from ecs_steps.task_definition.container_specs import ContainerSpec
from ecs_steps.task_definition.diff import difference
from ecs_steps.task_definition.inputs import Volume, VolumeType
from ecs_steps.task_definition.octopus_shape import task_definition_inputs

Members = Mapping[str, Any]

# What the step itself says of each task definition.
_FIXED = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
_PLATFORM = {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"}
_PLACED = ("family", "cpu", "memory", "taskRoleArn", "executionRoleArn", "tags")
_RESOURCES = ("TaskExecutionRole", "AwsLogGroup", "TaskDefinition", "Service")
_DRIVERS = {driver.lower() for driver in LogDriver}
_NO_LOGS = ContainerLogging(type=Logging.MANUAL, log_driver=LogDriver.NONE)


@frozen(kw_only=True)
class Imported:
    """The variables, and what of the original has no place in them."""

    variables: Mapping[str, object]
    without_place: tuple[str, ...]


@frozen
class ImportedStack:
    """The stack that a service is from: its name, and the physical id of each resource by its logical one."""

    name: str
    resources: Mapping[str, str]

    def foreign(self, family: str) -> list[str]:
        """Return the resources that a deployment would not make, and would so delete from the stack."""
        own = {naming.logical_id(kind, family) for kind in _RESOURCES}
        return [name for name in self.resources if name not in own]


def import_deployment(
    request: Members, service: Members | None = None, stack: ImportedStack | None = None
) -> Imported:
    """Return the variables of a deployment that makes the same task definition and the same service.

    `request` is as RegisterTaskDefinition takes it, `service` as DescribeServices returns it. A stack that a
    deployment like this has made keeps its name, its execution role and its log group; of any other one the
    service is imported into a stack of its own.
    """
    family = request["family"]
    foreign = stack.foreign(family) if stack else []
    made_here = stack if stack and not foreign else ImportedStack("ecs-" + family.replace("_", "-"), {})
    inputs = task_definition_inputs(request)
    containers = [
        _placed(spec, definition, made_here)
        for spec, definition in zip(inputs.containers, request["containerDefinitions"], strict=True)
    ]
    variables = {
        f"{DEPLOY}.CFStackName": made_here.name,
        f"{DEPLOY}.ServiceTaskName": family,
        f"{DEPLOY}.Cpu": request.get("cpu", ""),
        f"{DEPLOY}.Memory": request.get("memory", ""),
        f"{DEPLOY}.RuntimeArchitecturePlatform": _architecture(request),
        f"{DEPLOY}.TaskRole": request.get("taskRoleArn", ""),
        f"{DEPLOY}.TaskExecutionRole": _execution_role(request, made_here),
        f"{DEPLOY}.LogGroupName": _log_group(request, made_here),
        f"{DEPLOY}.Volumes": as_json(inputs.volumes),
        f"{DEPLOY}.Containers": as_json(tuple(containers)),
        **(service_variables(service) if service else {}),
    }
    return Imported(
        variables={name: value for name, value in variables.items() if value not in ("", [], None)},
        without_place=(
            *(f"stack.{name}" for name in foreign),
            *_lost(request, containers, inputs.volumes, _references(request, service or {}, made_here)),
            *service_without_place(service or {}),
        ),
    )


def _architecture(request: Members) -> str:
    return str(request.get("runtimePlatform", {}).get("cpuArchitecture", ""))


def _execution_role(request: Members, stack: ImportedStack) -> str:
    role = str(request.get("executionRoleArn", ""))
    return "" if role.rpartition("/")[2] in stack.resources.values() else role


def _log_group(request: Members, stack: ImportedStack) -> str:
    """Return the name of the log group that the stack has made, where it is not the usual one."""
    name = stack.resources.get(naming.logical_id("AwsLogGroup", request["family"]), "")
    return "" if name == f"/ecs/{request['family']}" else name


def _references(request: Members, service: Members, stack: ImportedStack) -> dict[str, str]:
    """Return what a template's references to the log group and to the region mean."""
    group = stack.resources.get(naming.logical_id("AwsLogGroup", request["family"]), "")
    return {"LogGroupName": group, "AWS::Region": service.get("serviceArn", ":::").split(":")[3]}


def _placed(spec: ContainerSpec, definition: Members, stack: ImportedStack) -> ContainerSpec:
    """Return a container without ranges of ports and log drivers that Octopus has no words for."""
    ports = tuple(each for each in spec.container_port_mappings if each.container_port > 0)
    logs: Members = definition.get("logConfiguration", {})
    if logs.get("options", {}).get("awslogs-group") in stack.resources.values():
        logging = ContainerLogging()
    else:
        logging = spec.container_logging if logs.get("logDriver") in _DRIVERS else _NO_LOGS
    return evolve(spec, container_port_mappings=ports, container_logging=logging)


def _lost(
    request: Members,
    containers: Sequence[ContainerSpec],
    volumes: Sequence[Volume],
    references: Mapping[str, str],
) -> Iterator[str]:
    """Yield the members of the original task definition that the variables' own one does not have."""
    made = {name: request[name] for name in _PLACED if name in request}
    made |= {name: value for name, value in _FIXED.items() if name in request}
    if "runtimePlatform" in request:
        chosen = {"cpuArchitecture": _architecture(request)} if _architecture(request) else {}
        made["runtimePlatform"] = _PLATFORM | chosen
    made["containerDefinitions"] = [
        in_ecs_words(
            container_definition(spec, spec.container_image_reference.image_name).to_dict(), references
        )
        for spec in containers
    ]
    made["volumes"] = [
        in_ecs_words(efs_volume(each).to_dict(), references)
        if each.type is VolumeType.EFS
        else {"name": each.name}
        for each in volumes
    ]
    for change in difference(made, request):
        # What the original does not say either is no loss, unless it says ECS' default, as for networkMode.
        if change.new is not None or change.path in request:
            yield change.path
