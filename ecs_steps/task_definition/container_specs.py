"""The JSON of one container, in Octopus' words."""

from enum import StrEnum
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.members import member
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, image_variable
from ecs_steps.octopus.inputs.types import Bool, CommandWords, ContainerName, Count, Port, PositiveCount
from ecs_steps.task_definition.container_logging import ContainerLogging, FirelensConfiguration


@frozen(kw_only=True)
class ImageReference:
    """A package reference of the deployment, or (with no reference) a full image name."""

    reference_id: str = member("The package reference whose image the release has chosen.", default="")
    image_name: str = member(
        "Without a reference: the full image, registry and tag included.",
        ecs="image",
        default="",
        used_if=lambda image: not image.reference_id,
    )
    feed_id: str = member("Not read: the release knows the feed.", default="", used_if=lambda _: False)

    @property
    def variable(self) -> str:
        """The variable that holds the image once a release is known."""
        return image_variable(self.reference_id)


class RegistryLogin(StrEnum):
    """How ECS logs in to the image's registry."""

    DEFAULT = "Default"
    SECRETS_MANAGER = "SecretsManager"


@frozen(kw_only=True)
class RepositoryAuthentication:
    """The registry's credentials; `secret_name` is the ARN of a Secrets Manager secret."""

    type: RegistryLogin = member(
        "Whether ECS logs in to the image's registry with a secret, or as its execution role may.",
        default=RegistryLogin.DEFAULT,
    )
    secret_name: str = member(
        "The ARN of a secret of Secrets Manager that holds user name and password.",
        ecs="credentialsParameter",
        default="",
        used_if=lambda login: login.type is RegistryLogin.SECRETS_MANAGER,
    )


class Protocol(StrEnum):
    """A port's protocol."""

    TCP = "Tcp"
    UDP = "Udp"


@frozen(kw_only=True)
class PortMapping:
    """A port that the container listens on."""

    container_port: Port = member("The port.", ecs="containerPort; hostPort")
    protocol: Protocol = member("The protocol.", ecs="protocol", default=Protocol.TCP)


@frozen(kw_only=True)
class ExtraHost:
    """An entry for the container's hosts file."""

    hostname: str = member("The name.", ecs="hostname")
    ip_address: str = member("Its address.", ecs="ipAddress")


@frozen(kw_only=True)
class NetworkSettings:
    """The container's network."""

    disable_networking: Bool = member(
        "Whether the container has no network. Not on Fargate.", ecs="disableNetworking", default=False
    )
    dns_servers: tuple[str, ...] = member(
        "Name servers. Not on Fargate.",
        ecs="dnsServers",
        default=(),
    )
    dns_search_domains: tuple[str, ...] = member(
        "Domains that short names are searched in. Not on Fargate.",
        ecs="dnsSearchDomains",
        default=(),
    )
    extra_hosts: tuple[ExtraHost, ...] = member(
        "Lines of the hosts file. Not on Fargate.", ecs="extraHosts", default=()
    )


@frozen(kw_only=True)
class MountPoint:
    """Where one of the task's volumes appears in the container."""

    source_volume: str = member("The name of the volume.", ecs="sourceVolume")
    container_path: str = member("The path that it is mounted at.", ecs="containerPath")
    readonly: Bool = member("Whether the container may only read it.", ecs="readOnly", default=False)


@frozen(kw_only=True)
class VolumeFrom:
    """Another container whose volumes appear here as well."""

    source_container: str = member("The name of the other container.", ecs="sourceContainer")
    readonly: Bool = member("Whether this container may only read them.", ecs="readOnly", default=False)


@frozen(kw_only=True)
class ContainerStorage:
    """The container's files."""

    read_only_root_file_system: Bool = member(
        "Whether the container's own file system is read-only.", ecs="readonlyRootFilesystem", default=False
    )
    mount_points: tuple[MountPoint, ...] = member(
        "Volumes of the task, and where they appear.", ecs="mountPoints", default=()
    )
    volume_from: tuple[VolumeFrom, ...] = member(
        "Containers whose volumes appear here too.", ecs="volumesFrom", default=()
    )


@frozen(kw_only=True)
class DockerLabel:
    """A label of the container."""

    key: str = member("The name of the label.")
    value: str = member("Its value.", default="")


@frozen(kw_only=True)
class HealthCheck:
    """The container's own health check; with no command there is none. Times are seconds."""

    command: Annotated[tuple[str, ...], CommandWords(split_at_commas=False)] = member(
        "The command, beginning with CMD or CMD-SHELL; it is healthy with exit code 0.",
        ecs="command",
        default=(),
    )
    interval: PositiveCount | None = member(
        "Seconds from one check to the next, 5 to 300; ECS' own default is 30.", ecs="interval", default=None
    )
    retries: PositiveCount | None = member(
        "Failed checks in a row that make it unhealthy, 1 to 10; ECS' own default is 3.",
        ecs="retries",
        default=None,
    )
    start_period: Count | None = member(
        "Seconds after its start in which failed checks do not count, up to 300.",
        ecs="startPeriod",
        default=None,
    )
    timeout: PositiveCount | None = member(
        "Seconds that one check may take, 2 to 60; ECS' own default is 5.", ecs="timeout", default=None
    )


class Condition(StrEnum):
    """What another container must have reached before this one starts."""

    START = "Start"
    COMPLETE = "Complete"
    SUCCESS = "Success"
    HEALTHY = "Healthy"


@frozen(kw_only=True)
class Dependency:
    """A container that starts before this one."""

    container_name: str = member("The other container.", ecs="containerName")
    condition: Condition = member(
        "What it must have reached: started, exited, exited with code 0, or become healthy.",
        ecs="condition",
        default=Condition.START,
    )


@frozen(kw_only=True)
class Ulimit:
    """A limit of the container's processes."""

    limit_name: str = member("The limit; Fargate takes nofile alone.", ecs="name")
    hard_limit: Count = member("The most that it may be raised to.", ecs="hardLimit")
    soft_limit: Count = member("What it is at the start.", ecs="softLimit")


@frozen(kw_only=True)
class ContainerSpec:
    """One container of the task. Memory is MiB, CPU is units of 1/1,024 vCPU, times are seconds."""

    container_name: ContainerName = member("The container's name.", ecs="name")
    container_image_reference: ImageReference = member("Its image.", ecs="image", default=ImageReference())
    repository_authentication: RepositoryAuthentication = member(
        "How ECS logs in to a private registry other than Amazon ECR.",
        ecs="repositoryCredentials",
        default=RepositoryAuthentication(),
    )
    memory_limit_soft: PositiveCount | None = member(
        "MiB that are reserved for it; it may use more.", ecs="memoryReservation", default=None
    )
    memory_limit_hard: PositiveCount | None = member(
        "MiB above which it is killed.", ecs="memory", default=None
    )
    cpus: Count | None = member("CPU units of the task that are its own.", ecs="cpu", default=None)
    gpus: Count | None = member(
        "GPUs that are its own. Not on Fargate.", ecs="resourceRequirements", default=None
    )
    # Octopus' runner reads an absent flag as false, and AWS refuses a task without an essential container.
    essential: Bool = member("Whether the task stops when it stops.", ecs="essential", default=True)
    container_port_mappings: tuple[PortMapping, ...] = member(
        "Ports that it listens on.", ecs="portMappings", default=()
    )
    entry_point: Annotated[tuple[str, ...], CommandWords(split_at_commas=True)] = member(
        "What is run in place of the image's ENTRYPOINT.", ecs="entryPoint", default=()
    )
    command: Annotated[tuple[str, ...], CommandWords(split_at_commas=False)] = member(
        "Arguments in place of the image's CMD. A text is one argument.", ecs="command", default=()
    )
    working_directory: str = member("The directory that it runs in.", ecs="workingDirectory", default="")
    user: str = member("The user that it runs as: a name or a number, and :group.", ecs="user", default="")
    start_timeout: Count | None = member(
        "Seconds after which dependencies that are not fulfilled fail, at most 120.",
        ecs="startTimeout",
        default=None,
    )
    stop_timeout: Count | None = member(
        "Seconds from SIGTERM to SIGKILL, at most 120; ECS' own default is 30.",
        ecs="stopTimeout",
        default=None,
    )
    environment_files: tuple[str, ...] = member(
        "ARNs of S3 objects with lines of KEY=value.", ecs="environmentFiles", default=()
    )
    environment_variables: tuple[KeyValue, ...] = member(
        "Its environment; of type Secret ECS reads the value when a task starts.",
        ecs="environment; secrets, of type Secret",
        default=(),
    )
    network_settings: NetworkSettings = member("The network of the container.", default=NetworkSettings())
    container_storage: ContainerStorage = member("The file systems that it sees.", default=ContainerStorage())
    container_logging: ContainerLogging = member(
        "Where its logs go.", ecs="logConfiguration", default=ContainerLogging()
    )
    firelens_configuration: FirelensConfiguration = member(
        "Whether it is the log router of the other containers.",
        ecs="firelensConfiguration",
        default=FirelensConfiguration(),
    )
    docker_labels: tuple[DockerLabel, ...] = member(
        "Labels of the container.", ecs="dockerLabels", default=()
    )
    health_check: HealthCheck = member(
        "The command by which ECS finds out whether it is healthy.", ecs="healthCheck", default=HealthCheck()
    )
    dependencies: tuple[Dependency, ...] = member(
        "Containers that start before it.", ecs="dependsOn", default=()
    )
    ulimits: tuple[Ulimit, ...] = member("Limits of its processes.", ecs="ulimits", default=())
