"""What a deployment by task sets is like, for people and for machines: lines, JSON data, outputs, reports."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attrs import define, field, frozen

from ecs_steps.aws.ecs import Service, service_outputs
from ecs_steps.aws.task_sets import TaskSet
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, DeploymentError, NotFoundError
from ecs_steps.polling import PollResult
from ecs_steps.reporting.events import DeploymentPaused, RolloutChanged
from ecs_steps.rollouts.review import group_name, short_name
from ecs_steps.rollouts.start import describe_service_of
from ecs_steps.rollouts.status import PAUSED_INTERVAL, service_data
from ecs_steps.rollouts.task_set_reader import DEFAULT_EXTERNAL_ID, TaskSetReader
from ecs_steps.rollouts.task_sets import TaskSetState
from ecs_steps.rollouts.traffic import FULL, share_of

NO_END = "this pause does not end by itself, and no one rolls back: continue or abort the deployment"


def task_set_outputs(state: TaskSetState) -> dict[str, str]:
    """Return the output variables of a step on task sets; what is not there has none."""
    new, rules = state.new, state.test_rules
    values = {
        "TaskSetId": new.task_set_id if new else "",
        "PreviousTaskSetId": state.old[0].task_set_id if state.old else "",
        "TaskDefinitionArn": new.task_definition if new else "",
        "PreviousTaskDefinitionArn": state.old[0].task_definition if state.old else "",
        "TargetGroupArn": state.new_group if new else "",
        "ProductionTrafficPercent": f"{state.share:g}",
        "TestListenerRule": rules[0].arn if rules else "",
    }
    return {name: value for name, value in values.items() if value}


def describe_pause(service: Service, state: TaskSetState, new: TaskSet) -> DeploymentPaused:
    """Return what a person decides on: the shares, and what the new set is like now."""
    old = state.old[0] if state.old else None
    rest = f"{share_of(state.production, state.old_group):g} %"
    old_share = f"; {short_name(old.task_definition)} has {rest}" if old else ""
    testers = ", and testers reach it by the test rule" if state.test_rules else ""
    healthy = state.healthy.get(state.new_group, 0)
    share = f"{short_name(new.task_definition)} has {state.share:g} % of the traffic"
    return DeploymentPaused(
        service_name=service.name,
        hook_id="",
        text=f"paused: {share}{testers}{old_share}",
        details=(
            f"{new.running} of {new.computed} tasks run, {healthy} healthy in {group_name(state.new_group)}",
            NO_END,
        ),
    )


@define
class TaskSetReporter:
    """Reports each task set whose counts, state or share of the traffic have changed."""

    context: DeploymentContext
    _reported: dict[str, RolloutChanged] = field(factory=dict)

    def report(self, service: Service, state: TaskSetState) -> bool:
        """Report what is new; return whether there was anything."""
        changes = {
            each.task_set_id: RolloutChanged(
                service_name=service.name,
                deployment_id=each.task_set_id,
                task_definition=short_name(each.task_definition),
                state=f"{each.status}, {_stability(each)}",
                desired=each.computed,
                running=each.running,
                pending=each.pending,
                failed=0,
                is_this_deployment=state.new is not None and each.task_set_id == state.new.task_set_id,
                traffic_weight=share_of(state.production, each.target_group),
            )
            for each in service.task_sets
        }
        new = [change for name, change in changes.items() if self._reported.get(name) != change]
        self._reported |= changes
        for change in new:
            self.context.report(change)
        return bool(new)


@frozen(kw_only=True)
class TaskSetProgress:
    """A service that is deployed by task sets; `unread` says why the shares of its traffic are not known."""

    service: Service
    state: TaskSetState | None
    unread: str = ""

    @property
    def is_over(self) -> bool:
        """Whether no set that stays is beside the one that serves."""
        return all(each.is_primary or each.is_draining for each in self.service.task_sets)

    @property
    def is_paused(self) -> bool:
        """Whether all that is left to do is a person's decision."""
        state = self.state
        return state is not None and state.is_new_ready and not (state.new and state.new.is_primary)

    @property
    def _sets(self) -> Sequence[TaskSet]:
        """The sets, the new one first and what is being deleted last."""
        new = self.state.new if self.state else None
        return sorted(self.service.task_sets, key=lambda each: (each.is_draining, each is not new))

    def outputs(self) -> dict[str, str]:
        """Return the output variables of a step on this deployment."""
        return service_outputs(self.service.arn) | (task_set_outputs(self.state) if self.state else {})

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data, with the members of another deployment's."""
        new = self.state.new if self.state else None
        return service_data(self.service) | {
            "deployment": {
                "id": new.task_set_id if new else "",
                "status": new.status if new else "",
                "stage": "",
                "reason": "",
            },
            "strategy": {"type": "TASK_SETS"},
            "steps": [],
            "tasks": [self._task_data(each) for each in self._sets],
            "targets": [
                {"group": group_name(group), "healthy": healthy, "desired": self._desired_in(group)}
                for group, healthy in (self.state.healthy if self.state else {}).items()
            ],
            "alarms": [],
            "warnings": [self.unread] if self.unread else [],
            "waitsFor": self._waits_for,
            "outputs": self.outputs(),
        }

    def lines(self) -> Iterator[str]:
        """Yield a tree: the sets with their shares, who reaches the new one, and what is waited for."""
        service, state = self.service, self.state
        yield f"service {service.name}: {service.running} of {service.desired} tasks run, by task sets"
        yield from (f"  {self._role(each):6} {self._set_text(each)}" for each in self._sets)
        if state and state.test_rules:
            yield f"  tests  reach the new one by {state.test_rules[0].arn}"
        yield f"  waits  {self._waits_for}"
        if self.unread:
            yield f"  WARNING: {self.unread}"

    def _role(self, each: TaskSet) -> str:
        if self.state and self.state.new and each.task_set_id == self.state.new.task_set_id:
            return "new"
        return "draining" if each.is_draining else "old" if self._is_old(each) else "other"

    def _is_old(self, each: TaskSet) -> bool:
        return each in self.state.old if self.state else each.is_primary

    def _set_text(self, each: TaskSet) -> str:
        state = self.state
        parts = [f"{each.running} of {each.computed} running"]
        if state and each.target_group in state.production.weights:
            parts.insert(0, f"{share_of(state.production, each.target_group):g} % of the traffic")
            healthy = state.healthy.get(each.target_group, 0)
            parts.append(f"{healthy} healthy in {group_name(each.target_group)}")
        owner = f" of {each.external_id}" if each.external_id else ""
        parts.append(f"{each.status}, {_stability(each)}: {each.task_set_id}{owner}")
        return f"{short_name(each.task_definition)}  {', '.join(parts)}"

    def _task_data(self, each: TaskSet) -> dict[str, Any]:
        state = self.state
        is_new = self._role(each) == "new"
        return {
            "taskSet": each.task_set_id,
            "status": each.status,
            "stability": _stability(each),
            "externalId": each.external_id,
            "taskDefinition": each.task_definition,
            "isNew": is_new,
            "scalePercent": each.scale,
            "desired": each.computed,
            "running": each.running,
            "pending": each.pending,
            "productionTrafficPercent": share_of(state.production, each.target_group) if state else None,
            "testTrafficPercent": (FULL if is_new else 0) if state and state.test_rules else None,
        }

    def _desired_in(self, group: str) -> int:
        return sum(each.computed for each in self.service.task_sets if each.target_group == group)

    @property
    def _waits_for(self) -> str:
        new = self.state.new if self.state else None
        if self.is_over:
            leaves = any(each.is_draining for each in self.service.task_sets)
            return "for the last tasks of a deleted set" if leaves else "for nothing"
        if new is None:
            return "for what its sets are like to be known"
        if new.is_primary:
            return "for the old task set to go: continue with a share of 100 again if no step does"
        if not self.is_paused:
            return "for the new tasks to run and to be healthy"
        return "for a person: continue it with a share, or abort it; it does not end by itself"


def read_task_set_progress(
    cluster: str,
    name: str,
    context: DeploymentContext,
    *,
    deployment: str,
    task_set_id: str = "",
    production_rule: str = "",
) -> TaskSetProgress:
    """Read the deployment that is named, else the newest one that shares the service.

    Raises:
        NotFoundError: There is no such service.
        AwsCallError: The service cannot be read.
    """
    service = describe_service_of(cluster, name, context)
    if not task_set_id and not any(each.external_id == deployment for each in service.task_sets):
        others = [each for each in service.task_sets if not each.is_primary]
        newest = max(others, key=lambda each: each.created_at, default=None)
        task_set_id = newest.task_set_id if newest else ""
    reader = TaskSetReader(
        context=context,
        cluster=cluster,
        name_or_arn=name,
        external_id=deployment or DEFAULT_EXTERNAL_ID,
        task_set_id=task_set_id,
        production_rule=production_rule,
    )
    try:
        state = context.call_with_retries("the service's task sets", reader.read)
    except (DeploymentError, NotFoundError, AwsCallError) as error:
        return TaskSetProgress(service=service, state=None, unread=" ".join(str(error).splitlines()))
    return TaskSetProgress(service=reader.service or service, state=state)


@define
class TaskSetProgressWatch:
    """A service that is read until no second task set is there any more."""

    progress: TaskSetProgress
    read: Callable[[], TaskSetProgress]

    def observe(self) -> PollResult[TaskSetProgress]:
        """Read it again."""
        before, self.progress = list(self.progress.lines()), self.read()
        return PollResult(
            value=self.progress,
            settled=self.progress.is_over,
            changed=list(self.progress.lines()) != before,
            pause=PAUSED_INTERVAL if self.progress.is_paused else None,
        )


def _stability(each: TaskSet) -> str:
    return "STEADY_STATE" if each.is_steady else "STABILIZING"
