"""What can be known of a deployment that does not come up, as data.

It is gathered while it is there (`gathering`): stopped tasks vanish after an hour, and a rollback of a create
deletes the service with them. What it means is said elsewhere (`diagnosis`).
"""

from datetime import datetime

from attrs import frozen

from ecs_steps.aws.tasks import UnhealthyTarget


@frozen(kw_only=True)
class StoppedContainer:
    """A container of a stopped task.

    `log_driver` and `log_stream` say where its log is; `log_lines` are the last ones, oldest first, where
    they could be read.
    """

    name: str
    image: str
    exit_code: int | None
    reason: str
    health: str
    is_essential: bool = True
    log_driver: str = ""
    log_stream: str = ""
    log_lines: tuple[str, ...] = ()


@frozen(kw_only=True)
class StoppedTask:
    """A task of this deployment that has stopped. Times are ECS' own."""

    task_id: str
    stop_code: str
    stopped_reason: str
    containers: tuple[StoppedContainer, ...]
    created_at: datetime | None = None
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    stopped_at: datetime | None = None


@frozen(kw_only=True)
class Evidence:
    """Everything that was gathered on one deployment.

    `architecture` is what the task definition asks for (``X86_64``, ``ARM64``); `service_messages` are the
    service's own events since the deployment began, oldest first; `failures` and `threshold` are the circuit
    breaker's counters (0 where there is none); `verdict` is ECS' reason for giving up, where it has given up;
    `cluster` and `service` are what commands are told that show more.
    """

    cluster: str = ""
    service: str = ""
    architecture: str = "X86_64"
    tasks: tuple[StoppedTask, ...] = ()
    targets: tuple[UnhealthyTarget, ...] = ()
    service_messages: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    failures: int = 0
    threshold: int = 0
    verdict: str = ""
