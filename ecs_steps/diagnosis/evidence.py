"""What can be known of a deployment that does not come up, as data.

The collector reads it while it is there: stopped tasks vanish after an hour, and a rollback of a create
deletes the service with them. The classifier says what it means.
"""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from ecs_steps.aws.ecs import DeploymentRef
from ecs_steps.aws.elbv2 import TargetHealth
from ecs_steps.aws.replies import reply_field
from ecs_steps.aws.tasks import Task


@frozen(kw_only=True)
class Dependency:
    """A container that another one waits for, and on which condition (START, COMPLETE, SUCCESS, HEALTHY)."""

    container: str = reply_field("containerName")
    condition: str = reply_field("condition")


@frozen(kw_only=True)
class StoppedContainer:
    """A container of a stopped task.

    `log_driver`, `log_group` and `log_stream` say where its log is; `log_lines` are the last ones, oldest
    first, where they could be read.
    """

    name: str = reply_field("name")
    image: str = reply_field("image", "")
    exit_code: int | None = reply_field("exitCode", None)
    reason: str = reply_field("reason", "")
    health: str = reply_field("healthStatus", "")
    is_essential: bool = True
    dependencies: tuple[Dependency, ...] = ()
    log_driver: str = ""
    log_group: str = ""
    log_stream: str = ""
    log_lines: tuple[str, ...] = ()


@frozen(kw_only=True)
class StoppedTask:
    """A task of this deployment that has stopped. Times are ECS' own."""

    task_id: str
    stop_code: str
    stopped_reason: str
    containers: tuple[StoppedContainer, ...]
    stopped_at: datetime | None = None


@frozen(kw_only=True)
class PendingTask:
    """A task of this deployment that does not run yet, its status, and how many seconds it has existed."""

    task_id: str
    status: str
    created_at: datetime
    seconds: float


@frozen(kw_only=True)
class Evidence:
    """Everything that was collected on one deployment.

    `architecture` and `operating_system` are what the task definition asks for (``ARM64``,
    ``WINDOWS_SERVER_2022_CORE``); `service_messages` are the service's own events since the deployment began,
    oldest first; `failures` and `threshold` are the circuit breaker's counters (0 where there is none);
    `verdict` is ECS' reason for giving up, where it has given up; `cluster` and `service` name the service in
    commands that show more.
    """

    cluster: str = ""
    service: str = ""
    architecture: str = "X86_64"
    operating_system: str = "LINUX"
    tasks: tuple[StoppedTask, ...] = ()
    pending: tuple[PendingTask, ...] = ()
    targets: tuple[TargetHealth, ...] = ()
    service_messages: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    failures: int = 0
    threshold: int = 0
    verdict: str = ""


def own_tasks(tasks: Iterable[Task], service: str, target: DeploymentRef) -> list[Task]:
    """Return the tasks of a service that a deployment has started.

    On AWS a task says so by its ``startedBy``. Where no task of the service carries a deployment's id, as in
    emulators, it is the tasks of the service that run the deployment's revision and are not older than it.
    """
    known = list(tasks)
    if any(task.has_deployment_id for task in known):
        return [task for task in known if task.started_by == target.deployment_id]
    return [
        task
        for task in known
        if task.group == f"service:{service}"
        and task.task_definition == target.task_definition
        and (task.created_at is None or task.created_at >= target.since)
    ]
