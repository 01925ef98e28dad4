"""Where the time of a deployment went: from timestamps to phases, and to the setting that took most; pure.

The phases of a task are those of the one that was the last to start: the deployment waited for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import asdict, frozen

from ecs_steps.aws.ecs import Deployment, ServiceMessage
from ecs_steps.reporting.events import PhasesTook
from ecs_steps.reporting.text import elapsed

# A shorter phase needs no advice.
MIN_ADVISED_SECONDS = 60.0
DRAINING_MESSAGES = ("has begun draining connections on", " running tasks: ")
CHECK_INTERVAL = 30


@frozen
class TaskTimes:
    """When a task came to be and to run, on ECS' clock."""

    created_at: datetime
    pull_started_at: datetime
    pull_stopped_at: datetime
    started_at: datetime


@frozen(kw_only=True)
class Phases:
    """Seconds of a deployment, in all and phase by phase.

    `stack` is what CloudFormation spent before and after the service's own deployment, `health` ends when the
    first old task begins to leave, and `draining` when the last of them has.
    """

    total: float
    stack: float
    provisioning: float
    image_pull: float
    start: float
    health: float
    draining: float

    @property
    def by_name(self) -> dict[str, float]:
        seconds = asdict(self)
        del seconds["total"]
        return {name.replace("_", " "): value for name, value in seconds.items()}

    @property
    def dominating(self) -> str:
        """The longest phase where it is long, and a third of it all; else empty."""
        name, seconds = max(self.by_name.items(), key=lambda phase: phase[1])
        return name if seconds >= max(MIN_ADVISED_SECONDS, self.total / 3) else ""

    def report(self, hint: "TimingHint | None") -> PhasesTook:
        """Return the report; it gives the hint where that accounts for half of the longest phase."""
        name = self.dominating
        advice = ""
        if hint and name and hint.seconds >= self.by_name[name] / 2:
            advice = f"{name} took {_span(self.by_name[name])} of {_span(self.total)}: {hint.advice}"
        return PhasesTook(seconds=self.total, phases=tuple(self.by_name.items()), advice=advice)


@frozen(kw_only=True)
class TimingHint:
    """What makes a phase last, for how many seconds, and what to do about it."""

    seconds: float
    advice: str


def task_times(task: Mapping[str, Any]) -> TaskTimes | None:
    """Read a task of DescribeTasks; none where it has not run, or its image was there already."""
    names = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt")
    times: list[Any] = [task.get(name) for name in names]
    return TaskTimes(*times) if all(times) else None


def phases(
    deployment: Deployment,
    tasks: Iterable[TaskTimes],
    messages: Sequence[ServiceMessage],
    *,
    began: datetime,
    ended: datetime,
) -> Phases | None:
    """Return the phases of a deployment that serves; none where it is older, or no task's times are known.

    `began` and `ended` are when a step began and had its verdict, on AWS' clock. A step that only updates a
    service begins with the deployment itself; a stack's deployment comes later.
    """
    created = deployment.created_at
    own = sorted((each for each in messages if each.at >= created), key=lambda each: each.at)
    completed = _completed(deployment, own) or ended
    last = max(
        (task for task in tasks if task.started_at <= completed),
        key=lambda task: task.started_at,
        default=None,
    )
    if last is None or created < began:
        return None
    leaving = (each.at for each in own if any(text in each.text for text in DRAINING_MESSAGES))
    turned = next((at for at in leaving if last.started_at <= at <= completed), completed)
    rollout = _seconds(created, completed)
    total = _seconds(began, ended) if created > began else rollout
    return Phases(
        total=max(total, rollout),
        stack=max(0.0, total - rollout),
        provisioning=_seconds(last.created_at, last.pull_started_at),
        image_pull=_seconds(last.pull_started_at, last.pull_stopped_at),
        start=_seconds(last.pull_stopped_at, last.started_at),
        health=_seconds(last.started_at, turned),
        draining=_seconds(turned, completed),
    )


def _completed(deployment: Deployment, messages: Iterable[ServiceMessage]) -> datetime | None:
    text = f"(deployment {deployment.deployment_id}) deployment completed"
    return next((each.at for each in messages if text in each.text), None)


def deregistration_delay(seconds: int) -> TimingHint:
    """A target that leaves keeps its task that long, whether or not it still has requests."""
    return TimingHint(
        seconds=seconds,
        advice=f"the target group's deregistration delay is {seconds} s; "
        "lower deregistration_delay.timeout_seconds",
    )


def target_health_check(*, interval: int, healthy_threshold: int) -> TimingHint:
    """A target is healthy after so many checks in a row, `interval` seconds apart."""
    return TimingHint(
        seconds=interval * healthy_threshold,
        advice=f"the target group asks for {healthy_threshold} good health checks, {interval} s apart; "
        "lower HealthCheckIntervalSeconds or HealthyThresholdCount",
    )


def container_health_check(task_definition: Mapping[str, Any]) -> TimingHint | None:
    """Return the slowest check of an essential container; none where none has one.

    One good check makes a container healthy, and the first is made an interval after its start. Neither the
    retries nor the start period delay that: they only say how long failures are borne.
    """
    checked = [
        (container["healthCheck"].get("interval") or CHECK_INTERVAL, container["name"])
        for container in task_definition.get("containerDefinitions", [])
        if container.get("healthCheck") and container.get("essential", True)
    ]
    if not checked:
        return None
    interval, name = max(checked)
    return TimingHint(
        seconds=interval,
        advice=f"the first health check of container {name} is made {interval} s after its start; "
        "lower healthCheck.interval",
    )


def _seconds(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds())


def _span(seconds: float) -> str:
    return elapsed(seconds).strip()
