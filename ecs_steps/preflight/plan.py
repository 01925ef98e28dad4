"""What a deployment needs to be there, as data: from a task definition as ECS takes it, and its service."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from ecs_steps.environments.scope import Guard


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
    """A deployment that is about to be made.

    Roles are ARNs, empty where there is none or the stack makes it. `most_tasks` is how many run at once
    during a deployment. `images` are by container, without those whose registry needs a login of its own.
    """

    guard: Guard = field(factory=Guard)
    is_fargate: bool = True
    cpu: int = 0
    most_tasks: int = 1
    architecture: str = "X86_64"
    images: Mapping[str, str] = field(factory=dict)
    private_images: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    execution_role: str = ""
    task_role: str = ""
    file_systems: tuple[FileSystem, ...] = ()
    log_groups: tuple[LogGroup, ...] = ()
    ports: tuple[int, ...] = ()
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    assigns_public_ip: bool = False
    target_groups: tuple[tuple[str, int], ...] = ()
    stack: str = ""
    made_log_group: str = ""
    makes_service: bool = False
    policy: Mapping[str, Any] = field(factory=dict)
    """The IAM policy that the step needs."""

    @property
    def cluster(self) -> str:
        return self.guard.cluster


def task_needs(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a task definition, as RegisterTaskDefinition takes it, gives a `TaskPlan`."""
    containers = definition.get("containerDefinitions", ())
    images = {each["name"]: each["image"] for each in containers if "repositoryCredentials" not in each}
    return {
        "cpu": int(definition.get("cpu") or 0),
        "is_fargate": "FARGATE" in definition.get("requiresCompatibilities", ()),
        "architecture": definition.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64"),
        "images": images,
        "private_images": tuple(each["name"] for each in containers if each["name"] not in images),
        "secrets": tuple(dict.fromkeys(secret for each in containers for secret in _secrets(each))),
        "execution_role": _text(definition.get("executionRoleArn")),
        "task_role": _text(definition.get("taskRoleArn")),
        "file_systems": tuple(_file_systems(definition)),
        "log_groups": tuple(dict.fromkeys(group for each in containers for group in _log_groups(each))),
        "ports": tuple(
            int(mapping["containerPort"]) for each in containers for mapping in each.get("portMappings", ())
        ),
    }


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
