"""What a deployment needs to be there, as data: from a task definition as ECS takes it, and its service."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from ecs_steps.aws.ecs import Service
from ecs_steps.environments.scope import Guard
from ecs_steps.errors import EcsStepsError
from ecs_steps.images.pinning import platform_of_task
from ecs_steps.octopus.inputs.shared_inputs import Feed
from ecs_steps.registry.manifest import Platform

MAX_PERCENT = 200
"""How much of the desired count runs at once during a deployment, unless a service says otherwise."""


@frozen(kw_only=True)
class FileSystem:
    """A file system of EFS that a task mounts."""

    file_system: str
    access_point: str = ""


@frozen(kw_only=True)
class LogGroup:
    """A log group that containers log to; an empty region is the service's own."""

    name: str
    region: str = ""


@frozen(kw_only=True)
class TaskPlan:
    """A deployment that is about to be made, to a `service` that exists or one that the step makes.

    Roles are ARNs, empty where there is none or the stack makes it; `passes_roles` where the step gives them
    to tasks or, those with which load balancers are changed, to ECS. `most_tasks` is how many run at once
    during a deployment. `images` are by container, without those whose registry needs a login of its own;
    `feeds` are by image, where one has a login. `obstacle` is why no more than the cluster and its
    environment is known: the service cannot be deployed.
    """

    guard: Guard = field(factory=Guard)
    service: Service | None = None
    obstacle: EcsStepsError | None = None
    is_fargate: bool = True
    cpu: int = 0
    most_tasks: int = 1
    platform: Platform | None = None
    images: Mapping[str, str] = field(factory=dict)
    feeds: Mapping[str, Feed] = field(factory=dict)
    private_images: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    execution_role: str = ""
    task_role: str = ""
    infrastructure_roles: tuple[str, ...] = ()
    passes_roles: bool = True
    file_systems: tuple[FileSystem, ...] = ()
    log_groups: tuple[LogGroup, ...] = ()
    ports: tuple[range, ...] = ()
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    assigns_public_ip: bool = False
    target_groups: tuple[tuple[str, int], ...] = ()
    stack: str = ""
    made_log_group: str = ""
    makes_service: bool = False
    target_tags: tuple[str, ...] = ()
    """Those that the cluster is to have one of, where it is checked as a target."""
    policy: Mapping[str, Any] = field(factory=dict)
    """The IAM policy that the step needs."""

    @property
    def cluster(self) -> str:
        return self.guard.cluster

    def maps(self, port: int) -> bool:
        """Return whether a container maps a port."""
        return any(port in ports for ports in self.ports)


def service_needs(service: Service) -> dict[str, Any]:
    """Return what a service, which is about to run another revision, gives a `TaskPlan`."""
    percent = service.deployment_configuration.get("maximumPercent", MAX_PERCENT)
    network = service.network
    return {
        "service": service,
        "most_tasks": max(1, service.desired * percent // 100),
        "subnets": network.subnets,
        "security_groups": network.security_groups,
        "assigns_public_ip": network.assigns_public_ip,
        "target_groups": service.balanced_ports,
    } | ({"is_fargate": service.launch_type == "FARGATE"} if service.launch_type else {})


def task_needs(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a task definition, as RegisterTaskDefinition takes it, gives a `TaskPlan`."""
    containers = definition.get("containerDefinitions", ())
    images = {each["name"]: each["image"] for each in containers if "repositoryCredentials" not in each}
    return {
        "cpu": int(definition.get("cpu") or 0),
        "is_fargate": "FARGATE" in definition.get("requiresCompatibilities", ()),
        "platform": platform_of_task(definition),
        "images": images,
        "private_images": tuple(each["name"] for each in containers if each["name"] not in images),
        "secrets": tuple(dict.fromkeys(secret for each in containers for secret in _secrets(each))),
        "execution_role": _text(definition.get("executionRoleArn")),
        "task_role": _text(definition.get("taskRoleArn")),
        "file_systems": tuple(_file_systems(definition)),
        "log_groups": tuple(dict.fromkeys(group for each in containers for group in _log_groups(each))),
        "ports": tuple(_ports(mapping) for each in containers for mapping in each.get("portMappings", ())),
    }


def _ports(mapping: Mapping[str, Any]) -> range:
    first, _, last = str(mapping.get("containerPortRange") or mapping["containerPort"]).partition("-")
    return range(int(first), int(last or first) + 1)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _secrets(container: Mapping[str, Any]) -> Iterator[str]:
    logging = container.get("logConfiguration", {})
    for secret in (*container.get("secrets", ()), *logging.get("secretOptions", ())):
        yield _text(secret["valueFrom"])
    if credentials := container.get("repositoryCredentials"):
        yield _text(credentials["credentialsParameter"])


def _file_systems(definition: Mapping[str, Any]) -> Iterator[FileSystem]:
    for volume in definition.get("volumes", ()):
        if efs := volume.get("efsVolumeConfiguration"):
            point = efs.get("authorizationConfig", {}).get("accessPointId", "")
            yield FileSystem(file_system=efs["fileSystemId"], access_point=point)


def _log_groups(container: Mapping[str, Any]) -> Iterator[LogGroup]:
    logging = container.get("logConfiguration", {})
    options = logging.get("options", {})
    name = _text(options.get("awslogs-group"))
    if logging.get("logDriver") == "awslogs" and name and options.get("awslogs-create-group") != "true":
        yield LogGroup(name=name, region=_text(options.get("awslogs-region")))
