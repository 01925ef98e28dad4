"""What the newest deployment of a service is like, for people and for machines; AWS is only read.

the service -> its current deployment -> what was read of it -> lines of text, or JSON data
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, frozen

from ecs_steps.aws.ecs import Service, service_outputs
from ecs_steps.aws.service_deployments import RevisionShare, ServiceDeployment, describe_service_deployment
from ecs_steps.context import DeploymentContext
from ecs_steps.polling import PollResult
from ecs_steps.rollouts.pauses import pause_of, percent
from ecs_steps.rollouts.pins import Pins
from ecs_steps.rollouts.progress import final_outputs, find_service_deployment, progress_outputs
from ecs_steps.rollouts.review import Review, alarm_names, review, short_name
from ecs_steps.rollouts.strategies import (
    ALL_TRAFFIC,
    pause_points,
    shares,
    steps_done,
    strategy_name,
)

PAUSED_INTERVAL = 60.0
"""Seconds between two reads of a deployment that waits for a person: a pause may last two weeks."""


@frozen(kw_only=True)
class DeploymentProgress:
    """A service and what was read of its newest deployment; none where ECS has no record of one."""

    service: Service
    seen: Review | None

    @property
    def record(self) -> ServiceDeployment | None:
        return self.seen.record if self.seen else None

    @property
    def is_over(self) -> bool:
        return self.record is None or not self.record.is_in_progress

    def outputs(self) -> dict[str, str]:
        """Return the output variables of a step on this deployment."""
        if self.seen is None:
            return service_outputs(self.service.arn)
        return {
            **service_outputs(self.service.arn),
            **progress_outputs(self.seen.record, self.seen),
            **final_outputs(self.seen.record),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        data: dict[str, Any] = service_data(self.service) | {
            "strategy": None,
            "steps": [],
            "tasks": [],
            "targets": [],
            "alarms": [],
            "warnings": [],
            "outputs": self.outputs(),
        }
        return data | (_deployment_data(self.seen) if self.seen else {})

    def lines(self) -> Iterator[str]:
        """Yield a tree: the deployment, its steps, both revisions, and what is waited for."""
        service = self.service
        yield f"service {service.name}: {service.running} of {service.desired} tasks run"
        if self.seen is None:
            yield "  ECS has no record of a deployment"
            return
        yield from (f"  {line}" for line in _deployment_lines(self.seen))


def service_data(service: Service) -> dict[str, Any]:
    """Return what every deployment's JSON data has of its service."""
    return {
        "service": {
            "name": service.name,
            "status": service.status,
            "taskDefinition": service.task_definition,
            "desiredCount": service.desired,
            "runningCount": service.running,
        }
    }


def _deployment_data(seen: Review) -> dict[str, Any]:
    record = seen.record
    return {
        "deployment": {
            "id": record.deployment_id,
            "status": record.status,
            "stage": record.lifecycle_stage,
            "reason": record.status_reason or record.rollback_reason,
        },
        "strategy": {
            "type": record.configuration.get("strategy", "ROLLING"),
            "bakeTimeInMinutes": record.configuration.get("bakeTimeInMinutes", 0),
            "pausesAt": sorted(stage for stage, _, _ in pause_points(record.configuration)),
        },
        "steps": [{"percent": share, "isDone": done} for share, done in _steps(record)],
        "tasks": [_task_data(seen.task_definition, record.target, is_new=True)]
        + [_task_data(seen.previous, source, is_new=False) for source in record.sources],
        "targets": [
            {"group": each.name, "healthy": each.healthy, "desired": each.desired} for each in seen.groups
        ],
        "alarms": list(seen.alarms),
        "warnings": list(_warnings(seen)),
    }


def _task_data(task_definition: str, share: RevisionShare, *, is_new: bool) -> Mapping[str, Any]:
    return {
        "taskDefinition": task_definition,
        "isNew": is_new,
        "desired": share.desired,
        "running": share.running,
        "pending": share.pending,
        "productionTrafficPercent": share.production_weight,
        "testTrafficPercent": share.test_weight,
    }


def _steps(record: ServiceDeployment) -> list[tuple[float, bool]]:
    weight = record.target.production_weight
    if weight is None:
        return []
    done = steps_done(record.configuration, weight)
    return [(share, index < done) for index, share in enumerate(shares(record.configuration))]


def _warnings(seen: Review) -> Iterator[str]:
    yield from seen.findings
    yield from map(str, seen.unread)


def _deployment_lines(seen: Review) -> Iterator[str]:
    record = seen.record
    stage = f", {record.lifecycle_stage}" if record.lifecycle_stage and record.is_in_progress else ""
    strategy = strategy_name(record.configuration)
    yield f"{seen.name}  {strategy}  {record.status}{stage}  {record.deployment_id}"
    if not record.is_in_progress:
        if reason := record.status_reason or record.rollback_reason:
            yield f"  {reason}"
        return
    if steps := _steps(record):
        yield "  steps  " + "  ".join(f"[{'x' if done else ' '}] {percent(share)} %" for share, done in steps)
    health = "".join(f", {group.healthy} healthy in {group.name}" for group in seen.groups)
    yield f"  new    {seen.name}  {_share_text(record.target)}{health}"
    old = short_name(seen.previous) or "what served before"
    yield from (f"  old    {old}  {_share_text(source)}" for source in record.sources)
    if seen.alarms or alarm_names(record.configuration):
        yield f"  alarms {', '.join(seen.alarms) or 'none is red'}"
    yield f"  waits  {_waiting_text(record)}"
    yield from (f"  WARNING: {warning}" for warning in _warnings(seen))


def _share_text(share: RevisionShare) -> str:
    tasks = f"{share.running} of {share.desired} running"
    if share.production_weight is None:
        return tasks
    traffic = f"{percent(share.production_weight)} % of the traffic"
    has_test_traffic = share.test_weight is not None and share.test_weight != share.production_weight
    test = f" ({percent(share.test_weight)} % of the test traffic)" if has_test_traffic else ""
    return f"{traffic}{test}, {tasks}"


def _waiting_text(record: ServiceDeployment) -> str:
    pause = pause_of(record)
    if pause is None:
        weight = record.target.production_weight
        all_shifted = weight is not None and weight >= ALL_TRAFFIC
        return "for the old tasks to stop" if all_shifted else "for ECS"
    until = f"; {pause.timeout_text}" if pause.timeout_text else ""
    return f"for a person, {pause.where}: hook {pause.hook_id}{until}"


def read_progress(service: Service, pins: Pins, context: DeploymentContext) -> DeploymentProgress:
    """Read what the pinned deployment of a service is like, else its newest one."""
    record = find_service_deployment(service, pins, context)
    return DeploymentProgress(service=service, seen=review(record, service, context) if record else None)


@define
class ProgressWatch:
    """A deployment that is read until it is over: one call where nothing has changed."""

    progress: DeploymentProgress
    context: DeploymentContext

    def observe(self) -> PollResult[DeploymentProgress]:
        """Read the record, and the rest where that is new."""
        record = self.progress.record
        now = describe_service_deployment(self.context.aws, record.arn) if record else None
        changed = now is not None and now != record
        if now is not None and changed:
            self.progress = DeploymentProgress(
                service=self.progress.service, seen=review(now, self.progress.service, self.context)
            )
        is_paused = self.progress.record is not None and pause_of(self.progress.record) is not None
        return PollResult(
            value=self.progress,
            settled=self.progress.is_over,
            changed=changed,
            pause=PAUSED_INTERVAL if is_paused else None,
        )
