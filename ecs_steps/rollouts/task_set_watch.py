"""The verdict on a new task set that does not come up, and what explains it.

ECS knows no failure of a task set: it tries without end, and never rolls one back.
"""

from attrs import define, evolve, field

from ecs_steps.aws.ecs import DeploymentRef, Service
from ecs_steps.causes import Diagnosis
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.collector import EvidenceCollector
from ecs_steps.diagnosis.evidence import Evidence
from ecs_steps.diagnosis.report import diagnose
from ecs_steps.errors import RolloutFailedError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.fail_fast import cannot_succeed, threshold
from ecs_steps.rollouts.task_sets import TaskSetState


@define(kw_only=True)
class TaskSetWatch:
    """The tasks of a new set that have failed, and what explains them."""

    new_id: str
    context: DeploymentContext
    _collector: EvidenceCollector | None = field(default=None)
    _has_reported_cause: bool = False

    @property
    def diagnosis(self) -> Diagnosis | None:
        return diagnose(self._collector.evidence) if self._collector else None

    def check(self, service: Service, state: TaskSetState) -> None:
        """Raise where enough tasks of the set have failed; else report the first cause of a failure."""
        new = state.new
        if new is None:
            return
        target = DeploymentRef(
            task_definition=new.task_definition, deployment_id=new.task_set_id, since=new.created_at
        )
        if self._collector is None:
            evidence = Evidence(cluster=service.cluster_arn.rpartition("/")[2], service=service.name)
            self._collector = EvidenceCollector(self.context, target, evidence=evidence)
        own = evolve(service, target_groups=(state.new_group,), has_breaker=False)
        self._collector.collect(own, target, None)
        stopped = self._collector.evidence.tasks
        enough = threshold(self.context.watch_options.stopped_tasks, new.computed)
        # Some of a set's tasks may be healthy while others keep failing, and ECS would try without end.
        gave_up = enough and len(stopped) >= 2 * enough
        if gave_up or cannot_succeed(own, target, stopped, self.context):
            raise self._failure(state, len(stopped))
        cause = diagnose(self._collector.evidence).root_cause
        # A target's first health checks are no trouble, and those that fail stop a task.
        is_troubled = bool(stopped) or new.running < new.computed
        if cause and is_troubled and not self._has_reported_cause:
            self._has_reported_cause = True
            self.context.say(Level.WARNING, str(cause))

    def _failure(self, state: TaskSetState, stopped: int) -> RolloutFailedError:
        diagnosis = self.diagnosis
        reason = f"{stopped} of its tasks have stopped, and it has never become steady"
        cause = diagnosis.root_cause if diagnosis else None
        return RolloutFailedError(
            what=f"Task set {self.new_id} does not come up",
            why=str(cause) if cause else reason,
            next_step=f"{state.share:g} % of the traffic is at it and stays there; abort the deployment.",
            diagnosis=diagnosis,
            why_is_cause=cause is not None,
        )
