"""Make a first task set; begin, share, promote and abandon another: what steps on EXTERNAL services do.

service -> what there is -> is it this deployment's, and healthy -> moves -> outputs

ECS runs the task sets and knows nothing of a deployment: nothing is rolled back, and no pause ends, unless a
step does it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import evolve, frozen

from ecs_steps.aws.ecs import Service, revision_outputs
from ecs_steps.aws.task_sets import TaskSet, delete_task_set
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import DeploymentError, NotFoundError, RolledBackError
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.failure import rolled_back
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.rollouts.task_set_moves import Move
from ecs_steps.rollouts.task_set_progress import describe_pause, task_set_outputs
from ecs_steps.rollouts.task_set_reader import DEFAULT_EXTERNAL_ID, TaskSetReader
from ecs_steps.rollouts.task_set_rollout import TaskSetRollout
from ecs_steps.rollouts.task_sets import (
    Abandon,
    Establish,
    Goal,
    Promote,
    Share,
    Start,
    TaskSetState,
)
from ecs_steps.rollouts.traffic import FULL, actions_for_testers, conditions_for_testers
from ecs_steps.rollouts.verification import Verification, verify
from ecs_steps.steps.deployment_inputs import StartedDeploymentInputs
from ecs_steps.steps.task_set_checks import check_ready_for_more, check_replaceable, sets_in_the_way
from ecs_steps.steps.task_set_inputs import TaskSetInputs
from ecs_steps.tags import Tag, deployment_of

SECONDS = 60


@frozen(kw_only=True)
class TaskSetDeployment:
    """One step's part in a deployment of one service by task sets, and the outputs known so far.

    `deployment` is the Octopus deployment, `production_rule` the ARN of the rule whose weights are shared
    (empty: the only one), `task_set_id` the set that an earlier step put out. `members` say what a new set is
    made with, of its target group as well where there is no PRIMARY one; without them it is as that one.
    """

    context: DeploymentContext
    service: Service
    outputs: Outputs
    deployment: str
    production_rule: str = ""
    task_set_id: str = ""
    tags: tuple[Tag, ...] = ()
    members: Mapping[str, Any] | None = None

    @classmethod
    def of_inputs(
        cls,
        inputs: TaskSetInputs | StartedDeploymentInputs,
        service: Service,
        outputs: Outputs,
        context: DeploymentContext,
        *,
        task_set_id: str = "",
        tags: tuple[Tag, ...] = (),
        members: Mapping[str, Any] | None = None,
    ) -> "TaskSetDeployment":
        """Return the deployment of the Octopus deployment, and by the production rule, of a step's inputs."""
        return cls(
            context=context,
            service=service,
            outputs=outputs,
            deployment=deployment_of(inputs.default_tags),
            production_rule=inputs.production_rule or "",
            task_set_id=task_set_id,
            tags=tags,
            members=members,
        )

    def check(
        self, marker: RequestMarker | None, *, replace: bool, task_definition: str | None = None
    ) -> None:
        """Refuse, before anything is changed, what could not be begun.

        The `task_definition` is that of the new set (empty: it is registered after this), where it is known.

        Raises:
            SupersededError: Another deployment's set is in the way, and is not to be replaced.
            DeploymentError: No test rule could be made of the production rule.
        """
        state = self._read(self._rollout())
        in_the_way = state.strays if task_definition is None else sets_in_the_way(state, task_definition)
        check_replaceable(in_the_way, self.service, replace=replace)
        if marker:
            conditions_for_testers(state.production, marker)
            actions_for_testers(state.production, state.new_group)

    def establish(
        self, task_definition: str, *, roll_back: bool, outcome: Outcome = Outcome.SUCCEEDED
    ) -> Result:
        """Make the first task set of a service, wait until it is healthy, and make it PRIMARY.

        The `outcome` is that of a set which is so in the end; one that is named may be so already.

        Raises:
            SupersededError: A set that no deployment has made is there.
            RolledBackError: The set did not come up, and was deleted again.
            RolloutFailedError: It did not come up, and was left as it is.
        """
        self.outputs.set(**revision_outputs(task_definition))
        rollout = self._rollout(task_definition)
        check_replaceable(self._read(rollout).strays, self.service, replace=True)
        try:
            self.outputs.starting = f"CreateTaskSet {self.service.name}"
            with self._putting_out(rollout):
                waiting = rollout.reach(Establish())
        except DeploymentError as error:
            new = rollout.state.new if rollout.state else None
            if not roll_back or new is None or new.is_primary:
                raise
            raise self._without_first(new, error) from error
        return self.outputs.result(Outcome.STARTED if waiting else outcome)

    def _without_first(self, new: TaskSet, error: DeploymentError) -> RolledBackError:
        service, aws = self.service, self.context.aws
        self.context.call_with_retries(
            "the task set's deletion",
            lambda: delete_task_set(aws, service.cluster_arn, service.name, new.task_set_id),
        )
        undone = rolled_back(error, f"it was deleted again, and service {service.name} runs nothing")
        return evolve(undone, next_step="Run the step again when the cause is mended: the stack stands.")

    def begin(
        self, task_definition: str, marker: RequestMarker | None, *, replace: bool, roll_back: bool
    ) -> Result:
        """Make a task set of a revision that testers alone reach, and wait until it is healthy.

        Raises:
            SupersededError: Another deployment's set is in the way, and is not to be replaced.
            RolledBackError: The set did not come up, and was deleted again.
            RolloutFailedError: It did not come up, and was left as it is.
        """
        self.outputs.set(**revision_outputs(task_definition))
        rollout = self._rollout(task_definition)
        state = self._read(rollout)
        others = sets_in_the_way(state, task_definition)
        check_replaceable(others, self.service, replace=replace)
        for other in others:
            self._abandon_other(other)
        if state.is_promoted:
            self._put_out(state)
            return self.outputs.result(Outcome.UNCHANGED)
        try:
            self.outputs.starting = f"CreateTaskSet {self.service.name}"
            with self._putting_out(rollout):
                waiting = rollout.reach(Start(marker=marker))
        except DeploymentError as error:
            if not roll_back:
                raise
            raise self._rolled_back(rollout, error) from error
        return self._paused(rollout, waiting)

    def share(
        self,
        percent: int,
        *,
        bake_minutes: int,
        only_healthy: bool,
        verification: Verification | None = None,
    ) -> Result:
        """Give the new set a share of the traffic in percent; 100 promotes it and ends the deployment.

        A larger share than it has is verified first.

        Raises:
            NotFoundError: There is no task set of this deployment.
            DeploymentError: It is not healthy, or not verified, and nothing was changed.
            RolloutFailedError: It did not come up at the new scale; its share stays as it was.
        """
        rollout = self._rollout()
        state = self._read(rollout)
        if state.new is None:
            raise NotFoundError(
                what=f"Service {self.service.name} has no task set to continue",
                why=f"none of its task sets is of {self._whose}",
                next_step="Nothing was changed. Run the step that makes it first, or name the task set.",
            )
        self._put_out(state)
        rollout.new_id = state.new.task_set_id
        if state.is_promoted and not state.test_rules:
            self.context.say(Level.INFO, f"Task set {state.new.task_set_id} was promoted already")
            return self.outputs.result(Outcome.UNCHANGED)
        if percent > state.share:
            check_ready_for_more(state, self.service, self.context, only_healthy=only_healthy)
            if verification:
                verify(verification, self.context)
        with self._putting_out(rollout):
            goal: Goal = Share(percent=percent)
            if percent == FULL:
                delay = rollout.deregistration_delay(state.old_group)
                goal = Promote(bake=bake_minutes * SECONDS, deregistration_delay=delay)
            waiting = rollout.reach(goal)
        if percent < FULL:
            return self._paused(rollout, waiting)
        return self.outputs.result(Outcome.STARTED if waiting else Outcome.SUCCEEDED)

    def abort(self) -> Result:
        """Take the traffic away from the new set and delete it; what was promoted is left alone."""
        rollout = self._rollout()
        state = self._read(rollout)
        self._put_out(state)
        if state.new is None:
            rollout.reach(Abandon(deregistration_delay=0))
            if rollout.reader.is_draining:
                return self.outputs.result(Outcome.ROLLED_BACK)
            return self._unchanged(f"Service {self.service.name} has no task set of {self._whose} to abort.")
        if not state.old:
            return self._unchanged(
                f"Task set {state.new.task_set_id} was promoted, and the one before it was deleted: deploy "
                "the revision before it again."
            )
        with self._putting_out(rollout):
            waiting = self._abandon(rollout, state)
        return self.outputs.result(Outcome.STARTED if waiting else Outcome.ROLLED_BACK)

    def _unchanged(self, why: str) -> Result:
        self.context.say(Level.WARNING, why)
        return self.outputs.result(Outcome.UNCHANGED)

    @property
    def _whose(self) -> str:
        return f"task set {self.task_set_id}" if self.task_set_id else self.deployment or "this deployment"

    def _rollout(self, task_definition: str = "") -> TaskSetRollout:
        reader = TaskSetReader(
            context=self.context,
            cluster=self.service.cluster_arn,
            name_or_arn=self.service.name,
            external_id=self.deployment or DEFAULT_EXTERNAL_ID,
            task_definition=task_definition,
            task_set_id=self.task_set_id,
            production_rule=self.production_rule,
            first_group=_group_of(self.members),
        )
        return TaskSetRollout(reader=reader, context=self.context, tags=self.tags, members=self.members)

    def _read(self, rollout: TaskSetRollout) -> TaskSetState:
        return self.context.call_with_retries("the service's task sets", rollout.reader.read)

    def _abandon_other(self, other: TaskSet) -> None:
        self.context.say(Level.WARNING, f"Replacing task set {other.task_set_id} of {other.external_id}")
        rollout = evolve(self, task_set_id=other.task_set_id)._rollout()  # noqa: SLF001  its own class
        self._abandon(rollout, self._read(rollout))

    @staticmethod
    def _abandon(rollout: TaskSetRollout, state: TaskSetState) -> Move | None:
        delay = rollout.deregistration_delay(state.new_group)
        return rollout.reach(Abandon(deregistration_delay=delay))

    def _rolled_back(self, rollout: TaskSetRollout, error: DeploymentError) -> RolledBackError:
        self._abandon(rollout, self._read(rollout))
        return rolled_back(error, "it was deleted again, and what served before serves")

    def _paused(self, rollout: TaskSetRollout, waiting: Move | None) -> Result:
        """Report where it pauses, in words for the person who decides what is next."""
        if waiting:
            return self.outputs.result(Outcome.STARTED)
        if rollout.state and rollout.state.new:
            self.context.report(describe_pause(self.service, rollout.state, rollout.state.new))
        return self.outputs.result(Outcome.PAUSED)

    @contextmanager
    def _putting_out(self, rollout: TaskSetRollout) -> Iterator[None]:
        """Put out how far it came, whatever ends it."""
        try:
            yield
        finally:
            if rollout.state:
                self._put_out(rollout.state)

    def _put_out(self, state: TaskSetState) -> None:
        # What is deleted at the end keeps the value that later steps read.
        self.outputs.set(**task_set_outputs(state))


def _group_of(members: Mapping[str, Any] | None) -> str:
    balancers = members["loadBalancers"] if members else []
    return str(balancers[0]["targetGroupArn"]) if balancers else ""
