"""What the inputs of *Deploy Amazon ECS Service* must be together, by ECS', Fargate's and Octopus' rules.

Rules yield findings; one that is only suspicious becomes a warning. Rules about containers are in
`container_rules` (each by itself) and `task_rules` (together).
"""

from collections.abc import Iterator

from ecs_steps.octopus import naming
from ecs_steps.octopus.inputs.reader import Finding, item_rule, rule
from ecs_steps.octopus.inputs.rules import (
    listed,
    one_tag_findings,
    repeated,
    repeated_tags,
)
from ecs_steps.octopus.inputs.shared_inputs import TagInput
from ecs_steps.steps.common_rules import timed_wait, whole_account
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs, LoadBalancerMapping, Volume, VolumeKind
from ecs_steps.task_definition.container_rules import CONTAINER_RULES, EXPORTED_CONTAINER_RULES, images_known
from ecs_steps.task_definition.fargate import SIZES, units
from ecs_steps.task_definition.task_rules import TASK_RULES

MOST_TAGS = 20


@rule("cf_stack_name", "environment_id", "cluster_name", "service_task_name", "tenant_id")
def _stack_name(inputs: DeployInputs) -> Iterator[Finding]:
    if inputs.cf_stack_name:
        if not naming.is_stack_name(inputs.cf_stack_name):
            yield Finding(
                ("cf_stack_name",),
                "expected a letter, then up to 127 letters, digits and hyphens, "
                f"not {inputs.cf_stack_name!a}",
            )
    elif not inputs.environment_id:
        yield Finding(("environment_id",), "is required where no CloudFormation stack name is given")
    elif not naming.is_stack_name(inputs.stack_name):
        yield Finding(
            ("cf_stack_name",),
            f"is needed here: the generated name {inputs.stack_name!a} is not one that CloudFormation takes",
        )


@rule("service_task_name")
def _logical_ids(inputs: DeployInputs) -> Iterator[Finding]:
    if not naming.is_logical_id(naming.camel_case(inputs.service_task_name)):
        yield Finding(
            ("service_task_name",),
            f"has no letter or digit to name the stack's resources after: {inputs.service_task_name!a}",
        )
    elif not naming.is_logical_id(longest := inputs.logical_id("TaskExecutionRole")):
        yield Finding(
            ("service_task_name",),
            f"is too long: the stack's resources would have names of {len(longest)} characters, and 255 are "
            "allowed",
        )


@rule("cpu", "memory")
def _fargate_size(inputs: DeployInputs) -> Iterator[Finding]:
    memories = SIZES.get(units(inputs.cpu))
    if memories is None:
        sizes = ", ".join(map(str, SIZES))
        yield Finding(("cpu",), f"Fargate has no tasks of {inputs.cpu!a} CPU; expected one of {sizes}")
    elif units(inputs.memory) not in memories:
        yield Finding(
            ("memory",),
            f"Fargate pairs {units(inputs.cpu)} CPU units with {', '.join(map(str, memories))} MiB, "
            f"not with {inputs.memory!a}",
        )


@rule("minimum_health_percent", "maximum_health_percent", "desired_count")
def _percents(inputs: DeployInputs) -> Iterator[Finding]:
    least, most = inputs.minimum_health_percent, inputs.maximum_health_percent
    stays = -(-inputs.desired_count * least // 100)
    may_run = inputs.desired_count * most // 100
    if least > most:
        yield Finding(("minimum_health_percent",), f"{least} is above the maximum of {most}")
    elif least == most:
        yield Finding(
            ("minimum_health_percent",),
            f"is {least} like the maximum: no deployment could ever start, since no task may stop before "
            "another has started and none may start before one has stopped",
        )
    elif inputs.desired_count and may_run <= stays:
        yield Finding(
            ("maximum_health_percent",),
            f"{most} % of {inputs.desired_count} rounds down to {may_run}, and the minimum keeps {stays}: "
            "later deployments could never start a task; a maximum of 200 always works",
            is_warning=True,
        )


@rule("volumes.name")
def _volume_names(inputs: DeployInputs) -> Iterator[Finding]:
    for index in repeated([volume.name for volume in inputs.volumes]):
        yield Finding(("volumes", index, "name"), f"repeats the volume {inputs.volumes[index].name!a}")


@item_rule(
    "volumes",
    "type",
    "fileSystemId",
    "encryptionInTransit",
    "efsIamAuthorization",
    "accessPointId",
    "rootDirectory",
)
def _efs_volumes(_: DeployInputs, volume: Volume) -> Iterator[Finding]:
    if volume.type is not VolumeKind.EFS:
        return
    if not volume.file_system_id:
        yield Finding(("fileSystemId",), "is required for an EFS volume")
    if not volume.encryption_in_transit and (volume.efs_iam_authorization or volume.access_point_id):
        why = "IAM authorization" if volume.efs_iam_authorization else "an access point"
        yield Finding(("encryptionInTransit",), f"must be True: EFS requires it with {why}")
    if volume.access_point_id and volume.root_directory not in ("", "/"):
        yield Finding(
            ("rootDirectory",),
            f"must be empty or / with an access point, which brings its own, not {volume.root_directory!a}",
        )


@item_rule(
    "load_balancer_mappings",
    "containerName",
    "containerPort",
    beside=("containers.containerName", "containers.containerPortMappings"),
)
def _load_balancer_mapping(inputs: DeployInputs, mapping: LoadBalancerMapping) -> Iterator[Finding]:
    ports = inputs.container_ports
    if mapping.container_name not in ports:
        yield Finding(
            ("containerName",),
            f"names no container of this task: {mapping.container_name!a}; there are {listed(ports)}",
        )
    elif mapping.container_port not in ports[mapping.container_name]:
        known = listed(ports[mapping.container_name]) or "none"
        yield Finding(
            ("containerPort",),
            f"{mapping.container_port} is no port of container {mapping.container_name}; it has {known}",
        )


@rule("tags.key")
def _tags(inputs: DeployInputs) -> Iterator[Finding]:
    if len(inputs.tags) > MOST_TAGS:
        yield Finding(("tags",), f"holds {len(inputs.tags)} tags; at most {MOST_TAGS} are allowed")
    yield from repeated_tags("tags", inputs.tags)


@item_rule("tags", "key", "value")
def _tag(_: DeployInputs, tag: TagInput) -> Iterator[Finding]:
    yield from one_tag_findings(tag)


RULES = (
    _stack_name,
    _logical_ids,
    _fargate_size,
    _percents,
    _volume_names,
    _efs_volumes,
    *TASK_RULES,
    *CONTAINER_RULES,
    _load_balancer_mapping,
    _tags,
    _tag,
    timed_wait,
    whole_account,
)

# The images, the stack and the account are the business of the step that the exported template is for.
EXPORT_RULES = (
    *(rule for rule in RULES if rule not in (images_known, _stack_name, whole_account)),
    *EXPORTED_CONTAINER_RULES,
)
