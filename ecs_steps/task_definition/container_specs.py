"""The JSON of one container, in Octopus' words."""

from enum import StrEnum
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.converter import used_if
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, image_variable
from ecs_steps.octopus.inputs.types import Bool, CommandWords, ContainerName, Count, Port, PositiveCount


@frozen(kw_only=True)
class ImageReference:
    """A package reference of the deployment, or (with no reference) a full image name."""

    reference_id: str = ""
    image_name: str = used_if(lambda image: not image.reference_id, default="")
    feed_id: str = used_if(lambda _: False, default="")

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

    type: RegistryLogin = RegistryLogin.DEFAULT
    secret_name: str = used_if(lambda login: login.type is RegistryLogin.SECRETS_MANAGER, default="")


class Protocol(StrEnum):
    """A port's protocol."""

    TCP = "Tcp"
    UDP = "Udp"


@frozen(kw_only=True)
class PortMapping:
    """A port that the container listens on."""

    container_port: Port
    protocol: Protocol = Protocol.TCP


@frozen(kw_only=True)
class ExtraHost:
    """An entry for the container's hosts file."""

    hostname: str
    ip_address: str


@frozen(kw_only=True)
class NetworkSettings:
    """The container's network."""

    disable_networking: Bool = False
    dns_servers: tuple[str, ...] = ()
    dns_search_domains: tuple[str, ...] = ()
    extra_hosts: tuple[ExtraHost, ...] = ()


@frozen(kw_only=True)
class MountPoint:
    """Where one of the task's volumes appears in the container."""

    source_volume: str
    container_path: str
    readonly: Bool = False


@frozen(kw_only=True)
class VolumeFrom:
    """Another container whose volumes appear here as well."""

    source_container: str
    readonly: Bool = False


@frozen(kw_only=True)
class ContainerStorage:
    """The container's files."""

    read_only_root_file_system: Bool = False
    mount_points: tuple[MountPoint, ...] = ()
    volume_from: tuple[VolumeFrom, ...] = ()


class Logging(StrEnum):
    """Who chooses where the logs go: `Auto` is CloudWatch Logs, in a group that the template creates."""

    AUTO = "Auto"
    MANUAL = "Manual"


class LogDriver(StrEnum):
    """A log driver of Fargate; `Default` and `None` leave the log configuration out."""

    DEFAULT = "Default"
    NONE = "None"
    AWS_FIRELENS = "AwsFirelens"
    AWS_LOGS = "AwsLogs"
    SPLUNK = "Splunk"


@frozen(kw_only=True)
class ContainerLogging:
    """Where the container's logs go."""

    type: Logging = Logging.AUTO
    log_driver: LogDriver = used_if(lambda logging: logging.type is Logging.MANUAL, default=LogDriver.DEFAULT)
    log_options: tuple[KeyValue, ...] = used_if(lambda logging: logging.has_driver, default=())

    @property
    def has_driver(self) -> bool:
        """Whether the user chose a driver that is part of the log configuration."""
        return self.type is Logging.MANUAL and self.log_driver not in (LogDriver.DEFAULT, LogDriver.NONE)

    @property
    def options(self) -> tuple[KeyValue, ...]:
        """The options of the driver that the user chose; none where there is no such driver."""
        return self.log_options if self.has_driver else ()


class Enabled(StrEnum):
    """An option that is on or off."""

    DISABLED = "Disabled"
    ENABLED = "Enabled"


class FirelensType(StrEnum):
    """The log router."""

    FLUENTD = "Fluentd"
    FLUENTBIT = "Fluentbit"


class ConfigSource(StrEnum):
    """Where the log router's own configuration is."""

    NONE = "None"
    FILE = "File"
    S3 = "S3"


@frozen(kw_only=True)
class CustomConfigSource:
    """The log router's own configuration."""

    type: ConfigSource = ConfigSource.NONE
    file_path: str = used_if(lambda source: source.type is not ConfigSource.NONE, default="")


def _is_enabled(firelens: "FirelensConfiguration") -> bool:
    return firelens.type is Enabled.ENABLED


@frozen(kw_only=True)
class FirelensConfiguration:
    """Whether this container is the task's log router."""

    type: Enabled = Enabled.DISABLED
    firelens_type: FirelensType = used_if(_is_enabled, default=FirelensType.FLUENTBIT)
    enable_ecs_log_metadata: Bool = used_if(_is_enabled, default=False)
    custom_config_source: CustomConfigSource = used_if(_is_enabled, default=CustomConfigSource())


@frozen(kw_only=True)
class DockerLabel:
    """A label of the container."""

    key: str
    value: str = ""


@frozen(kw_only=True)
class HealthCheck:
    """The container's own health check; with no command there is none. Times are seconds."""

    command: Annotated[tuple[str, ...], CommandWords(split_at_commas=False)] = ()
    interval: PositiveCount | None = None
    retries: PositiveCount | None = None
    start_period: Count | None = None
    timeout: PositiveCount | None = None


class Condition(StrEnum):
    """What another container must have reached before this one starts."""

    START = "Start"
    COMPLETE = "Complete"
    SUCCESS = "Success"
    HEALTHY = "Healthy"


@frozen(kw_only=True)
class Dependency:
    """A container that starts before this one."""

    container_name: str
    condition: Condition = Condition.START


@frozen(kw_only=True)
class Ulimit:
    """A limit of the container's processes."""

    limit_name: str
    hard_limit: Count
    soft_limit: Count


@frozen(kw_only=True)
class ContainerSpec:
    """One container of the task. Memory is MiB, CPU is units of 1/1,024 vCPU, times are seconds."""

    container_name: ContainerName
    container_image_reference: ImageReference = ImageReference()
    repository_authentication: RepositoryAuthentication = RepositoryAuthentication()
    memory_limit_soft: PositiveCount | None = None
    memory_limit_hard: PositiveCount | None = None
    cpus: Count | None = None
    gpus: Count | None = None
    # Octopus' runner reads an absent flag as false, and AWS refuses a task without an essential container.
    essential: Bool = True
    container_port_mappings: tuple[PortMapping, ...] = ()
    entry_point: Annotated[tuple[str, ...], CommandWords(split_at_commas=True)] = ()
    command: Annotated[tuple[str, ...], CommandWords(split_at_commas=False)] = ()
    working_directory: str = ""
    user: str = ""
    start_timeout: Count | None = None
    stop_timeout: Count | None = None
    environment_files: tuple[str, ...] = ()
    environment_variables: tuple[KeyValue, ...] = ()
    network_settings: NetworkSettings = NetworkSettings()
    container_storage: ContainerStorage = ContainerStorage()
    container_logging: ContainerLogging = ContainerLogging()
    firelens_configuration: FirelensConfiguration = FirelensConfiguration()
    docker_labels: tuple[DockerLabel, ...] = ()
    health_check: HealthCheck = HealthCheck()
    dependencies: tuple[Dependency, ...] = ()
    ulimits: tuple[Ulimit, ...] = ()
