"""Bring a service's task sets to a goal: read, make the next move, read again, until nothing is left to do.

A move that is lost, or made twice, changes nothing: what AWS shows next decides.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import Factory, define, evolve, field

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.elbv2 import target_group_attributes
from ecs_steps.aws.listener_rules import PRIORITY_IN_USE, create_rule, delete_rule, rules_of, write_rule
from ecs_steps.aws.task_sets import (
    NewTaskSet,
    TaskSet,
    create_task_set,
    delete_task_set,
    in_group,
    make_primary,
    scale_task_set,
)
from ecs_steps.context import CALL_TIMEOUT, DeploymentContext
from ecs_steps.errors import AwsCallError, RolledBackError, SupersededError, TimedOutError
from ecs_steps.polling import PollResult
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.task_set_moves import (
    Change,
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
from ecs_steps.rollouts.task_set_progress import TaskSetReporter
from ecs_steps.rollouts.task_set_reader import TaskSetReader
from ecs_steps.rollouts.task_set_watch import TaskSetWatch
from ecs_steps.rollouts.task_sets import (
    MIN_SCALE,
    Abandon,
    Goal,
    Promote,
    Share,
    TaskSetState,
    next_move,
)
from ecs_steps.rollouts.traffic import (
    FULL,
    TEST_RULE_TAG,
    actions_for_testers,
    conditions_for_testers,
    free_priority,
    shared_actions,
)
from ecs_steps.tags import MAX_TAGS, Tag, sanitised_tags

CODES_OF_DELETED = ("TaskSetNotFoundException", "InvalidParameterException")
"""Codes with which ECS refuses to change a set that is deleted, or is being deleted."""

MAX_REPEATS = 5
"""How often a move is made that another process takes back; what was written may also show late."""

MAX_PAUSE = 30.0
"""The most seconds between two reads of a wait whose end is known."""


@define(kw_only=True)
class TaskSetRollout:
    """Makes the moves of one deployment; `tags` are those of what it makes.

    `members` say what new sets are made with (`TaskSet.members`); without them it is as the PRIMARY one.
    """

    reader: TaskSetReader
    context: DeploymentContext
    tags: tuple[Tag, ...] = ()
    members: Mapping[str, Any] | None = None
    state: TaskSetState | None = None
    """What there was at the last read, and the set or the share that was made since."""
    new_id: str = ""
    """The set that this run is about, once it was seen."""
    _reporter: TaskSetReporter = field(
        init=False, default=Factory(lambda self: TaskSetReporter(self.context), takes_self=True)
    )
    _is_starting: bool = False
    """Whether the last read showed that new tasks are to come up."""
    _watch: "TaskSetWatch | None" = None
    _last_wait: str = ""
    _made: Counter[type[Move]] = field(init=False, factory=Counter)
    _failure: str = ""
    _failing_since: datetime | None = None

    def reach(self, goal: Goal) -> Move | None:
        """Make every move on the way to a goal, and wait between them; return what it still waits for, if so.

        Raises:
            RolloutFailedError: The new set does not come up; what has been reached stays as it is.
            RolledBackError: Another process has deleted it.
            SupersededError: Another process takes back what this one does; only an abort does not give way.
            TimedOutError: The time was over; the next run continues.
            AwsCallError: A call was denied or refused.
        """

        def observe() -> PollResult[Move | None]:
            state = self.state = self.reader.read(self.state if self._is_starting else None)
            has_changed = self._reporter.report(self._service, state)
            self._check_deleted(state, goal)
            move = next_move(state, goal)
            self._is_starting = isinstance(move, WaitFor) and move.for_new_tasks
            match move:
                case None:
                    return PollResult(value=move, settled=True)
                case WaitFor():
                    is_over = not self.context.may_wait
                    self._wait(state, move)
                    return PollResult(
                        value=move,
                        settled=is_over,
                        changed=has_changed,
                        pause=min(move.seconds, MAX_PAUSE) if move.seconds else None,
                    )
                case _:
                    self._check_taken_back(state, goal, move)
                    self._make(state, move)
                    return PollResult(value=move, settled=False, changed=True)

        what = f"the task sets of service {self._service.name if self.reader.service else ''}"
        polled = self.context.wait_for(what, lambda: self._remembering_failures(observe))
        if not polled.settled:
            raise self._timed_out(polled.value)
        return polled.value

    def _remembering_failures(
        self, observe: Callable[[], PollResult[Move | None]]
    ) -> PollResult[Move | None]:
        """Remember what keeps a read or a move from succeeding: it is named where the time is over."""
        try:
            result = observe()
        except AwsCallError as error:
            self._failure = str(error)
            raise
        self._failure = ""
        return result

    def _check_deleted(self, state: TaskSetState, goal: Goal) -> None:
        if state.new:
            self.new_id = state.new.task_set_id
            return
        deleted = {each.task_set_id for each in self._service.task_sets if each.is_draining}
        was_deleted = self.new_id in deleted or (bool(self.new_id) and isinstance(goal, Share | Promote))
        if was_deleted and not isinstance(goal, Abandon):
            raise RolledBackError(
                what=f"Task set {self.new_id} of service {self._service.name} was deleted",
                why="another process has deleted it, as an abort does",
                next_step="What served before serves. Deploy again where that was not meant.",
            )

    def _check_taken_back(self, state: TaskSetState, goal: Goal, move: Change) -> None:
        is_contested = isinstance(move, Scale | Shift | MakePrimary) and not isinstance(goal, Abandon)
        if is_contested and self._made[type(move)] >= MAX_REPEATS:
            raise SupersededError(
                what=f"Service {self._service.name} does not keep {move}",
                why=f"another process has taken it back {MAX_REPEATS} times, as an abort or a share does",
                next_step=f"{state.share:g} % of the traffic is at task set {self.new_id} now. Let one step "
                "at a time decide.",
            )

    @property
    def _service(self) -> Service:
        assert self.reader.service is not None  # noqa: S101  read before any move
        return self.reader.service

    def _wait(self, state: TaskSetState, wait: WaitFor) -> None:
        """Give the new set up where it cannot come up."""
        if wait.for_new_tasks and state.new:
            self._watch_of(state.new).check(self._service, state)
        if wait.what != self._last_wait:
            # How new tasks come up is reported by their counts.
            level = Level.VERBOSE if wait.for_new_tasks else Level.INFO
            self.context.say(level, f"Waiting for {wait.what}")
        self._last_wait = wait.what

    def _watch_of(self, new: TaskSet) -> "TaskSetWatch":
        if self._watch is None or self._watch.new_id != new.task_set_id:
            self._watch = TaskSetWatch(new_id=new.task_set_id, context=self.context)
        return self._watch

    def _make(self, state: TaskSetState, move: Change) -> None:
        """Make a move. One that fails is not made again without another read: the tasks may have changed.

        Raises:
            AwsCallError: `transient` where the next read decides again; else after two minutes of failures.
        """
        try:
            self._call(state, move)
        except AwsCallError as error:
            now = self.context.clock.now()
            self._failing_since = self._failing_since or now
            # Of a set that another process has deleted meanwhile the next read shows that.
            is_of_deleted = isinstance(move, Scale | MakePrimary) and error.code in CODES_OF_DELETED
            passes = error.transient or is_of_deleted
            is_late = now - self._failing_since >= CALL_TIMEOUT
            raise evolve(error, transient=passes and not is_late) from error
        self._failing_since = None
        self._made[type(move)] += 1

    def _call(self, state: TaskSetState, move: Change) -> None:
        service, aws = self._service, self.context.aws
        cluster, name = service.cluster_arn, service.name
        self.context.say(Level.INFO, f"Next: {move}")
        match move:
            case CreateSet():
                new = create_task_set(aws, cluster, name, self._new_set(state))
                self.state = evolve(state, new=new)
            case Scale(task_set=task_set, percent=percent):
                scale_task_set(aws, cluster, name, task_set.task_set_id, percent)
            case Shift(percent=percent):
                shares = {state.old_group: FULL - percent, state.new_group: percent}
                actions = shared_actions(state.production, shares)
                write_rule(aws, state.production, actions)
                self.state = evolve(state, production=evolve(state.production, actions=actions))
            case MakeTestRule():
                self._make_test_rule(state, move)
            case DeleteTestRule(rule=rule):
                delete_rule(aws, rule.arn)
            case MakePrimary(task_set=task_set):
                make_primary(aws, cluster, name, task_set.task_set_id)
            case DeleteSet(task_set=task_set):
                delete_task_set(aws, cluster, name, task_set.task_set_id)

    def _new_set(self, state: TaskSetState) -> NewTaskSet:
        primary = self._service.primary_task_set
        members = self.members or (primary.members if primary else {})
        # A set that is being deleted keeps its token: the next one needs another.
        before = sorted(each.task_set_id for each in self._service.task_sets)
        identity = "|".join(
            [self._service.arn, self.reader.task_definition, self.reader.external_id, *before]
        )
        return NewTaskSet(
            members=in_group(members, state.new_group),
            task_definition=self.reader.task_definition,
            scale=MIN_SCALE if primary else FULL,
            external_id=self.reader.external_id,
            client_token=hashlib.sha256(identity.encode()).hexdigest()[:32],
            tags=self.tags,
        )

    def _make_test_rule(self, state: TaskSetState, move: MakeTestRule) -> None:
        aws, production = self.context.aws, state.production
        conditions = conditions_for_testers(production, move.marker)
        actions = actions_for_testers(production, state.new_group)
        if move.rule:
            # Its priority may be wrong as well: it is made again by the next move.
            delete_rule(aws, move.rule.arn)
            return
        rules = list(rules_of(aws, production.listener))
        own = Tag(TEST_RULE_TAG, self._service.arn)
        try:
            create_rule(
                aws,
                production.listener,
                priority=free_priority(rules, production),
                conditions=conditions,
                actions=actions,
                tags=(*sanitised_tags(self.tags)[: MAX_TAGS - 1], own),
            )
        except AwsCallError as error:
            if error.code != PRIORITY_IN_USE:
                raise
            self.context.say(Level.VERBOSE, f"{error}; another priority is tried")

    def deregistration_delay(self, group: str) -> float:
        """Return for how many seconds a group's targets still answer what had begun before."""
        attributes = self.context.call_with_retries(
            "the target group's attributes", lambda: target_group_attributes(self.context.aws, group)
        )
        return float(attributes.get("deregistration_delay.timeout_seconds", "300"))

    def _timed_out(self, move: Move | None) -> TimedOutError:
        share = self.state.share if self.state else 0
        return TimedOutError(
            what=f"The task sets of service {self._service.name} are not where they are to be yet",
            why=f"the time was over while it waited for {move}"
            + (f", and the last call failed. {self._failure}" if self._failure else ""),
            next_step=f"{share:g} % of the traffic is at the new task set. Run the step again to continue.",
            diagnosis=self._watch.diagnosis if self._watch else None,
        )
