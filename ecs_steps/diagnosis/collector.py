"""Collect evidence on a deployment while it is there, and never let that fail the deployment.

Every call is read-only and optional: one that is refused becomes one warning that names what is missing.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from typing import Any, TypeVar

from attrs import define, evolve, field, frozen

from ecs_steps.aws.ecs import DeploymentRef, Service
from ecs_steps.aws.elbv2 import TargetHealth, target_health
from ecs_steps.aws.logs import last_log_lines
from ecs_steps.aws.replies import all_from_reply, from_reply
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.aws.task_definitions import describe_task_definition
from ecs_steps.aws.tasks import Task, describe_tasks, list_tasks
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.evidence import (
    Dependency,
    Evidence,
    PendingTask,
    StoppedContainer,
    StoppedTask,
    own_tasks,
)
from ecs_steps.errors import EcsStepsError

T = TypeVar("T")

# Tasks that fail for one reason log the same: the logs of the first few are enough, and calls are not free.
MAX_LOG_READS = 6
SERVES_OR_LEAVES = ("healthy", "draining")
"""The states of targets in which nothing is wrong."""


@frozen(kw_only=True)
class LiveTasks:
    """The tasks of a deployment that run or start, and the targets of its service, as they are now."""

    tasks: tuple[Task, ...]
    targets: tuple[TargetHealth, ...]
    pending: tuple[PendingTask, ...]
    leaving: int
    """How many tasks of the service are being stopped."""

    @property
    def pending_lines(self) -> list[str]:
        """A line for each status that tasks hang in, with the time since when the first of them does."""
        lines = []
        for status in dict.fromkeys(task.status for task in self.pending):
            same = [task for task in self.pending if task.status == status]
            first = min(task.created_at for task in same).astimezone(UTC)
            noun = "task has" if len(same) == 1 else "tasks have"
            lines.append(f"{len(same)} {noun} been {status} since {first:%H:%M} UTC")
        return lines


@define
class EvidenceCollector:
    """What was collected on one deployment so far."""

    context: DeploymentContext
    target: DeploymentRef
    evidence: Evidence = field(factory=Evidence)
    _tasks: dict[str, StoppedTask | None] = field(factory=dict)
    _definition: Mapping[str, Any] | None = None
    _log_reads: int = 0
    _architecture: str = ""
    """The CPU architecture of the instance that a task ran on, where ECS says it."""

    def collect(self, service: Service, target: DeploymentRef, record: ServiceDeployment | None) -> None:
        """Read what is new: stopped tasks once each, the targets as they are now.

        `target` is the deployment with its id, and with its revision where that is known.
        """
        self._collect_stopped(service, target)
        targets = self._targets(service)
        definition = self._definition or {}
        platform = definition.get("runtimePlatform") or {}
        self.evidence = evolve(
            self.evidence,
            architecture=str(platform.get("cpuArchitecture") or self._architecture or "X86_64"),
            operating_system=str(
                platform.get("operatingSystemFamily") or ("" if _is_for_instances(definition) else "LINUX")
            ),
            tasks=tuple(task for task in self._tasks.values() if task),
            targets=tuple(t for t in targets if t.state not in SERVES_OR_LEAVES) or self.evidence.targets,
            service_messages=tuple(
                event.text for event in reversed(service.events) if event.at >= self.target.since
            ),
            alarms=record.alarms if record else (),
            failures=record.failures if record else 0,
            threshold=record.threshold if record else 0,
        )

    def collect_live(self, service: Service, target: DeploymentRef) -> LiveTasks | None:
        """Read the tasks of the deployment that run or start; none where they cannot be read."""
        tasks = self._optional(lambda: self._running(service, target), None)
        if tasks is None:
            return None
        pending = tuple(_pending(task, self.context) for task in tasks if task.status != "RUNNING")
        self.evidence = evolve(self.evidence, pending=pending)
        return LiveTasks(
            tasks=tuple(tasks),
            targets=tuple(self._targets(service)),
            pending=pending,
            leaving=self._optional(lambda: self._count_leaving(service), 0),
        )

    def _running(self, service: Service, target: DeploymentRef) -> list[Task]:
        aws, cluster = self.context.aws, service.cluster_arn
        arns = list(list_tasks(aws, cluster, service.name, "RUNNING"))
        return own_tasks(describe_tasks(aws, cluster, arns), service.name, target)

    def _count_leaving(self, service: Service) -> int:
        aws, cluster = self.context.aws, service.cluster_arn
        arns = list(list_tasks(aws, cluster, service.name, "STOPPED"))
        return sum(task.status != "STOPPED" for task in describe_tasks(aws, cluster, arns))

    def _collect_stopped(self, service: Service, target: DeploymentRef) -> None:
        aws, cluster = self.context.aws, service.cluster_arn
        stopped: list[str] = self._optional(
            lambda: list(list_tasks(aws, cluster, service.name, "STOPPED")), []
        )
        new = [arn for arn in stopped if arn not in self._tasks]
        tasks: list[Task] = self._optional(lambda: list(describe_tasks(aws, cluster, new)), [])
        ours = {task.arn for task in own_tasks(tasks, service.name, target)}
        for task in sorted(tasks, key=lambda task: str(task.raw.get("stoppedAt", ""))):
            self._tasks[task.arn] = self._stopped(task) if task.arn in ours else None
            self._architecture = task.architecture or self._architecture

    def _targets(self, service: Service) -> list[TargetHealth]:
        targets: list[TargetHealth] = []
        for group in (group for choice in service.group_choices for group in choice):
            targets += self._optional(lambda group=group: target_health(self.context.aws, group), ())  # type: ignore[misc]  # a default argument binds the loop's group
        return targets

    def _optional(self, read: Callable[[], T], default: T) -> T:
        try:
            return read()
        except EcsStepsError as error:
            self.context.warn_once(error.what, f"A failure will be explained without this: {error}")
            return default

    def _stopped(self, task: Task) -> StoppedTask:
        return StoppedTask(
            task_id=task.task_id,
            stop_code=task.raw.get("stopCode", ""),
            stopped_reason=task.stopped_reason,
            containers=tuple(self._containers(task)),
            # A task is listed as soon as it is to stop, while its last containers still run.
            stopped_at=task.raw.get("stoppedAt") or task.raw.get("stoppingAt"),
        )

    def _containers(self, task: Task) -> Iterator[StoppedContainer]:
        described = self._task_definition(task.task_definition)
        definitions = {each["name"]: each for each in described.get("containerDefinitions", [])}
        default_driver = ("json-file" if _is_for_instances(described) else "none") if described else ""
        for container in task.raw.get("containers", []):
            definition = definitions.get(container["name"], {})
            logging = definition.get("logConfiguration") or {}
            options = logging.get("options") or {}
            exit_code = container.get("exitCode")
            has_run = exit_code is not None or "runtimeId" in container
            group = options.get("awslogs-group", "")
            stream = _log_stream(options, container, task.task_id) if group and has_run else ""
            # A task that fails its health checks is seen while its containers still run.
            is_at_fault = exit_code is not None or "health checks" in task.raw.get("stoppedReason", "")
            lines: tuple[str, ...] = ()
            if self.context.watch_options.container_logs and is_at_fault and stream:
                lines = self._log(group, stream, options.get("awslogs-region", ""))
            yield from_reply(
                StoppedContainer,
                container,
                is_essential=definition.get("essential", True),
                dependencies=all_from_reply(Dependency)(definition.get("dependsOn") or ()),
                log_driver=logging.get("logDriver") or default_driver if has_run else "",
                log_group=group,
                log_stream=stream,
                log_lines=lines,
            )

    def _log(self, group: str, stream: str, region: str) -> tuple[str, ...]:
        if self._log_reads >= MAX_LOG_READS:
            return ()
        self._log_reads += 1
        aws = self.context.aws
        return self._optional(lambda: last_log_lines(aws, group=group, stream=stream, region=region), ())

    def _task_definition(self, arn: str) -> Mapping[str, Any]:
        if self._definition is None:
            nothing: Mapping[str, Any] = {}
            self._definition = self._optional(
                lambda: describe_task_definition(self.context.aws, arn).raw, nothing
            )
        return self._definition


def _is_for_instances(definition: Mapping[str, Any]) -> bool:
    """Return whether tasks run on container instances, where their platform and Docker's defaults decide."""
    return bool(definition) and "FARGATE" not in (definition.get("requiresCompatibilities") or ())


def _log_stream(options: Mapping[str, str], container: Mapping[str, Any], task_id: str) -> str:
    """Return the stream of awslogs: without a prefix, Docker's own id of the container."""
    prefix = options.get("awslogs-stream-prefix", "")
    return f"{prefix}/{container['name']}/{task_id}" if prefix else str(container.get("runtimeId", ""))


def _pending(task: Task, context: DeploymentContext) -> PendingTask:
    now = task.read_at or context.clock.now()
    created_at = task.created_at or now
    return PendingTask(
        task_id=task.task_id,
        status=task.status,
        created_at=created_at,
        seconds=max(0.0, (now - created_at).total_seconds()),
    )
