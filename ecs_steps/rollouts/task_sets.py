"""What to do next with the task sets of a service, by what there is; pure.

A deployment by task sets has two of them: the *old* one, which serves without it, and the *new* one in the
other of two target groups. Nothing is remembered between two moves: each is decided by what AWS shows, so
that another process continues wherever one was ended. The laws of the order:

* capacity before traffic: a set is steady and healthy at the scale of a share before it gets that share;
* traffic away before deletion: a set goes when its group has had no weight for the deregistration delay;
* no weight for a group without a healthy target.
"""

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from ecs_steps.aws.listener_rules import ListenerRule
from ecs_steps.aws.task_sets import TaskSet
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.rollouts.task_set_moves import (
    CreateSet,
    DeleteSet,
    DeleteTestRule,
    MakePrimary,
    MakeTestRule,
    Move,
    Scale,
    Shift,
    WaitFor,
)
from ecs_steps.rollouts.traffic import FULL, matches_test_rule, share_of

MIN_SCALE = 1
"""The scale in percent of a set that testers alone reach: one task, for ECS rounds up."""


@frozen(kw_only=True)
class TaskSetState:
    """What there is: the sets, the live production rule, the test rules, and the healthy targets by group.

    `old` are the sets in the group that serves without this deployment, `strays` other ones than the new one
    in its group; those that are being deleted do not count. `quiet` says for how many seconds each target
    group has had no weight, as far as this process has seen.
    """

    old: tuple[TaskSet, ...]
    new: TaskSet | None
    new_group: str
    production: ListenerRule
    strays: tuple[TaskSet, ...] = ()
    test_rules: tuple[ListenerRule, ...] = ()
    healthy: Mapping[str, int] = field(factory=dict)
    quiet: Mapping[str, float] = field(factory=dict)

    @property
    def share(self) -> float:
        """The percentage of the production traffic that the new set's group gets."""
        return share_of(self.production, self.new_group)

    @property
    def old_group(self) -> str:
        """The target group that serves without this deployment."""
        return next(group for group in self.production.weights if group != self.new_group)

    @property
    def has_old_everything(self) -> bool:
        """Whether the old group gets all of the traffic: another tool may have set both weights to 0."""
        return self.share == 0 and self.production.weights[self.old_group] > 0

    @property
    def is_new_ready(self) -> bool:
        """Whether the new set has all of its tasks, some at least, and all of them are healthy targets."""
        new, healthy = self.new, self.healthy.get(self.new_group, 0)
        return new is not None and new.is_steady and 0 < new.computed <= healthy

    @property
    def is_promoted(self) -> bool:
        """Whether the new set serves alone: there is nothing to share with, and nothing to go back to."""
        return self.new is not None and self.new.is_primary and not self.old

    @property
    def can_old_serve(self) -> bool:
        return bool(self.old) and self.healthy.get(self.old_group, 0) > 0


def scale_for(percent: int) -> int:
    """Return the scale that a share of the traffic needs, in percent."""
    return max(percent, MIN_SCALE)


@frozen(kw_only=True)
class Establish:
    """Have the first set of a service that has none: PRIMARY, with all of the tasks."""

    def moves(self, state: TaskSetState) -> Iterator[Move]:
        """Yield what is still to be done."""
        new = state.new
        if new is None:
            yield CreateSet()
            return
        if new.computed and not state.is_new_ready:
            yield _wait_for_new(state)
        # Not before: a PRIMARY set cannot be unmade, and it is what other deployments go back to.
        if not new.is_primary:
            yield MakePrimary(task_set=new)
        # What earlier attempts have left in the same group; of no other controller.
        yield from (DeleteSet(task_set=each) for each in state.strays if each.external_id)


@frozen(kw_only=True)
class Start:
    """Have a new set that testers alone reach, where they are to reach it.

    Another tool may have given its group, which is empty yet, a weight.
    """

    marker: RequestMarker | None = None

    def moves(self, state: TaskSetState) -> Iterator[Move]:
        """Yield what is still to be done."""
        if state.new is None:
            if state.old and not state.has_old_everything:
                yield from _wait_for_old(state)
                yield Shift(percent=0)
            yield CreateSet()
            return
        if state.is_promoted or not state.new.computed:
            return
        if not state.is_new_ready:
            yield _wait_for_new(state)
        rules = state.test_rules
        if self.marker and not any(
            matches_test_rule(rule, state.production, state.new_group, self.marker) for rule in rules
        ):
            yield MakeTestRule(marker=self.marker, rule=next(iter(rules), None))


@frozen(kw_only=True)
class Share:
    """Give the new set a share of the traffic, in whole percent below 100."""

    percent: int

    def moves(self, state: TaskSetState) -> Iterator[Move]:
        """Yield what is still to be done."""
        new = state.new
        if new is None or (state.is_promoted and self.percent < state.share):
            return
        if self.percent < state.share or (self.percent == 0 and state.old and not state.has_old_everything):
            # The old set has kept all of its tasks: what is given back to it is served at once.
            yield from _wait_for_old(state)
            yield Shift(percent=self.percent)
        if new.scale < scale_for(self.percent):
            yield Scale(task_set=new, percent=scale_for(self.percent))
        if self.percent > state.share:
            if not state.is_new_ready:
                yield _wait_for_new(state)
            yield Shift(percent=self.percent)
        if new.scale > scale_for(self.percent):
            yield Scale(task_set=new, percent=scale_for(self.percent))


@frozen(kw_only=True)
class Promote:
    """Give the new set everything, and delete the old one `bake` seconds after."""

    bake: float
    deregistration_delay: float

    def moves(self, state: TaskSetState) -> Iterator[Move]:
        """Yield what is still to be done."""
        new = state.new
        if new is None:
            return
        yield from Share(percent=FULL).moves(state)
        if not state.is_new_ready:
            yield _wait_for_new(state)
        if not new.is_primary:
            yield MakePrimary(task_set=new)
        if state.old:
            what = "the new tasks to prove themselves with all of the traffic"
            yield from _wait_without_traffic(state, state.old_group, self.bake, what)
            what = "the last requests to the old tasks"
            yield from _wait_without_traffic(state, state.old_group, self.deregistration_delay, what)
        # The old set goes last: without it a run that was cut short here would look complete.
        yield from (DeleteTestRule(rule=rule) for rule in state.test_rules)
        yield from (DeleteSet(task_set=old) for old in state.old)


@frozen(kw_only=True)
class Abandon:
    """Take the traffic away from the new set, and delete it."""

    deregistration_delay: float

    def moves(self, state: TaskSetState) -> Iterator[Move]:
        """Yield what is still to be done."""
        new = state.new
        if (new and not state.old) or (new is None and state.strays):
            # It was promoted, or what is there is another deployment's.
            return
        if state.old and not state.has_old_everything:
            yield from _wait_for_old(state)
            yield Shift(percent=0)
        if new and new.is_primary:
            yield MakePrimary(task_set=state.old[0])
        yield from (DeleteTestRule(rule=rule) for rule in state.test_rules)
        if new:
            what = "the last requests to the new tasks"
            yield from _wait_without_traffic(state, state.new_group, self.deregistration_delay, what)
            yield DeleteSet(task_set=new)


Goal = Establish | Start | Share | Promote | Abandon


def next_move(state: TaskSetState, goal: Goal) -> Move | None:
    """Return the one move that comes next on the way to a goal; none where everything is as it is to be."""
    return next(goal.moves(state), None)


def _wait_for_new(state: TaskSetState) -> WaitFor:
    new = state.new
    counts = f"{new.running} of {new.computed} tasks run" if new else ""
    if new and new.is_steady:
        counts += f", {state.healthy.get(state.new_group, 0)} of them healthy"
    return WaitFor(what=f"the new task set ({counts})", for_new_tasks=True)


def _wait_for_old(state: TaskSetState) -> Iterator[Move]:
    if not state.can_old_serve:
        yield WaitFor(what="a healthy old task that the traffic can go back to")


def _wait_without_traffic(state: TaskSetState, group: str, seconds: float, what: str) -> Iterator[Move]:
    left = seconds - state.quiet.get(group, 0.0)
    if left > 0:
        yield WaitFor(what=what, seconds=left)
