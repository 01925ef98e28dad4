"""The JSON of a container's logs, in Octopus' words: where they go, and who routes them."""

from enum import StrEnum

from attrs import frozen

from ecs_steps.octopus.inputs.members import member
from ecs_steps.octopus.inputs.shared_inputs import KeyValue
from ecs_steps.octopus.inputs.types import Bool


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

    type: Logging = member(
        "Auto: to CloudWatch Logs, in a log group that the stack creates. Manual: as the driver says.",
        default=Logging.AUTO,
    )
    log_driver: LogDriver = member(
        "Where logs go. Default and None: no log configuration.",
        ecs="logDriver",
        default=LogDriver.DEFAULT,
        used_if=lambda logging: logging.type is Logging.MANUAL,
    )
    log_options: tuple[KeyValue, ...] = member(
        "Options of the driver; those of type Secret hold ARNs that ECS reads.",
        ecs="options; secretOptions, of type Secret",
        default=(),
        used_if=lambda logging: logging.has_driver,
    )

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

    type: ConfigSource = member(
        "Where the configuration is: in the image, or in an S3 object.",
        ecs="options.config-file-type",
        default=ConfigSource.NONE,
    )
    file_path: str = member(
        "The path in the image, or the ARN of the object.",
        ecs="options.config-file-value",
        default="",
        used_if=lambda source: source.type is not ConfigSource.NONE,
    )


def _is_enabled(firelens: "FirelensConfiguration") -> bool:
    return firelens.type is Enabled.ENABLED


@frozen(kw_only=True)
class FirelensConfiguration:
    """Whether this container is the task's log router."""

    type: Enabled = member("Whether it is.", default=Enabled.DISABLED)
    firelens_type: FirelensType = member(
        "Which router its image holds.",
        ecs="type",
        default=FirelensType.FLUENTBIT,
        used_if=_is_enabled,
    )
    enable_ecs_log_metadata: Bool = member(
        "Whether cluster, task and container are added to each log line.",
        ecs="options.enable-ecs-log-metadata",
        default=False,
        used_if=_is_enabled,
    )
    custom_config_source: CustomConfigSource = member(
        "A configuration of your own besides the one that ECS makes.",
        default=CustomConfigSource(),
        used_if=_is_enabled,
    )
