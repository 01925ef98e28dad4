"""Gather evidence on a deployment while it is there, and never let that fail the deployment.

Every call is read-only and optional: one that is refused becomes one warning that names what is missing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from attrs import define, evolve, field

from ecs_steps.aws.ecs import DeploymentRef, Service
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.aws.task_definitions import describe_task_definition
from ecs_steps.aws.tasks import (
    Task,
    UnhealthyTarget,
    describe_tasks,
    last_log_lines,
    list_tasks,
    unhealthy_targets,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.errors import EcsStepsError

T = TypeVar("T")

# Tasks that fail alike write alike: the logs of the first few are enough, and calls are not free.
MOST_LOGS = 6


@define
class Gathering:
    """What was gathered on one deployment so far; `show_logs` says whether container logs may be read."""

    context: DeploymentContext
    target: DeploymentRef
    show_logs: bool = True
    evidence: Evidence = field(factory=Evidence)
    _tasks: dict[str, StoppedTask | None] = field(factory=dict)
    _definition: Mapping[str, Any] | None = None
    _logs_read: int = 0

    def gather(self, service: Service, deployment_id: str, attempt: ServiceDeployment | None) -> None:
        """Read what is new: stopped tasks once each, the targets as they are now."""
        stopped: list[str] = self._optional(
            lambda: list(list_tasks(self.context.aws, service.cluster_arn, service.name, "STOPPED")), []
        )
        new = [arn for arn in stopped if arn not in self._tasks]
        tasks: list[Task] = self._optional(
            lambda: list(describe_tasks(self.context.aws, service.cluster_arn, new)), []
        )
        for task in sorted(tasks, key=lambda task: str(task.raw.get("stoppedAt", ""))):
            is_ours = task.started_by == deployment_id
            self._tasks[task.arn] = self._stopped(task) if is_ours else None
        targets: list[UnhealthyTarget] = []
        for group in service.target_groups:
            targets += self._optional(lambda group=group: unhealthy_targets(self.context.aws, group), ())  # type: ignore[misc]  # a default argument binds the loop's group
        self.evidence = evolve(
            self.evidence,
            architecture=self._architecture,
            tasks=tuple(task for task in self._tasks.values() if task),
            targets=tuple(targets) or self.evidence.targets,
            service_messages=tuple(
                event.text for event in reversed(service.events) if event.at >= self.target.since
            ),
            alarms=attempt.alarms if attempt else (),
            failures=attempt.failures if attempt else 0,
            threshold=attempt.threshold if attempt else 0,
        )

    def _optional(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except EcsStepsError as error:
            self.context.warn_once(error.what, f"A failure will be explained without this: {error}")
            return otherwise

    def _stopped(self, task: Task) -> StoppedTask:
        raw = task.raw
        return StoppedTask(
            task_id=task.task_id,
            stop_code=raw.get("stopCode", ""),
            stopped_reason=raw.get("stoppedReason", ""),
            containers=tuple(self._containers(task)),
            created_at=raw.get("createdAt"),
            pull_started_at=raw.get("pullStartedAt"),
            pull_stopped_at=raw.get("pullStoppedAt"),
            started_at=raw.get("startedAt"),
            stopping_at=raw.get("stoppingAt"),
            stopped_at=raw.get("stoppedAt"),
        )

    def _containers(self, task: Task) -> Iterator[StoppedContainer]:
        described = self._task_definition(task.raw["taskDefinitionArn"])
        definitions = {each["name"]: each for each in described.get("containerDefinitions", [])}
        for told in task.raw.get("containers", []):
            definition = definitions.get(told["name"], {})
            logging = definition.get("logConfiguration") or {}
            options = logging.get("options") or {}
            group, prefix = options.get("awslogs-group", ""), options.get("awslogs-stream-prefix", "")
            exit_code = told.get("exitCode")
            has_run = exit_code is not None or "runtimeId" in told
            stream = f"{prefix}/{told['name']}/{task.task_id}" if prefix and has_run else ""
            # A task that fails its health checks is seen while its containers still run.
            is_at_fault = exit_code is not None or "health checks" in task.raw.get("stoppedReason", "")
            lines: tuple[str, ...] = ()
            if self.show_logs and is_at_fault and group and stream and self._logs_read < MOST_LOGS:
                self._logs_read += 1
                lines = self._log(group, stream, options.get("awslogs-region", ""))
            yield StoppedContainer(
                name=told["name"],
                image=told.get("image", ""),
                exit_code=exit_code,
                reason=told.get("reason", ""),
                health=told.get("healthStatus", ""),
                is_essential=definition.get("essential", True),
                log_driver=logging.get("logDriver", "") if has_run else "",
                log_stream=f"{group}:{stream}" if stream else "",
                log_lines=lines,
            )

    def _log(self, group: str, stream: str, region: str) -> tuple[str, ...]:
        aws = self.context.aws
        return self._optional(lambda: last_log_lines(aws, group=group, stream=stream, region=region), ())

    @property
    def _architecture(self) -> str:
        platform = (self._definition or {}).get("runtimePlatform") or {}
        return str(platform.get("cpuArchitecture", "X86_64"))

    def _task_definition(self, arn: str) -> Mapping[str, Any]:
        if self._definition is None:
            nothing: Mapping[str, Any] = {}
            self._definition = self._optional(
                lambda: describe_task_definition(self.context.aws, arn).raw, nothing
            )
        return self._definition
