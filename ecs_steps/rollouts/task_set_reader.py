"""Find what a deployment by task sets has brought about so far; AWS is only read.

PRIMARY is what served before, the newest set with this deployment's external id is the new one, the weights
of the production rule are the step, and test rules are found by their tag.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import define, evolve, field

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.elbv2 import target_health
from ecs_steps.aws.listener_rules import ListenerRule, tags_of
from ecs_steps.aws.task_sets import TaskSet
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import DeploymentError
from ecs_steps.rollouts.production_rule import find_production_rule
from ecs_steps.rollouts.start import active_service
from ecs_steps.rollouts.task_sets import TaskSetState
from ecs_steps.rollouts.traffic import TEST_RULE_TAG, other_group

DEFAULT_EXTERNAL_ID = "ecs-steps"
"""The external id of sets that no Octopus deployment has made."""


@define(kw_only=True)
class TaskSetReader:
    """Reads one service's task sets and the rules in front of them, as often as it is called.

    `external_id` is the deployment's; `task_definition` is the revision that its set runs (empty: whichever).
    A set that is named by `task_set_id` is meant whoever has made it.
    The `production_rule` need not be named where one rule alone forwards to the service's target groups.
    `first_group` is the target group of a service that has no PRIMARY set yet (empty: it must have one).
    """

    context: DeploymentContext
    cluster: str
    name_or_arn: str
    external_id: str
    task_definition: str = ""
    task_set_id: str = ""
    production_rule: str = ""
    first_group: str = ""
    service: Service | None = None
    _is_test_rule: dict[str, bool] = field(factory=dict)
    _quiet_since: dict[str, datetime] = field(factory=dict)

    def read(self, before: TaskSetState | None = None) -> TaskSetState:
        """Read once; of a set that was starting `before` and still is, its service alone.

        Until it is steady it gets no traffic, whatever its targets and the rules are like.

        Raises:
            NotFoundError: There is no such service or target group, or no rule that forwards to it.
            DeploymentError: It has no PRIMARY task set, or several rules may be meant.
        """
        service = active_service(self.cluster, self.name_or_arn, self.context, with_tags=False)
        self.service = service
        sets = [each for each in service.task_sets if not each.is_draining]
        if before and (starting := self._starting(before, sets)):
            return starting
        primary = service.primary_task_set
        if primary is None and not self.first_group:
            raise _without_primary(service)
        serving = primary.target_group if primary else self.first_group
        production, rules = find_production_rule(self.context.aws, serving, named=self.production_rule)
        self.production_rule = production.arn
        other = other_group(production, serving)
        new = self._find_new(sets)
        new_group = new.target_group if new else (other if primary else serving)
        if new and new_group not in production.weights:
            raise DeploymentError(
                what=f"Task set {new.task_set_id} gets no traffic",
                why=f"the production rule {production.arn} does not forward to its target group {new_group}",
                next_step="Delete the task set, or let the rule forward to its group. Nothing was changed.",
            )
        others = [each for each in sets if each is not new]
        return TaskSetState(
            old=tuple(each for each in others if each.target_group != new_group),
            new=new,
            new_group=new_group,
            production=production,
            strays=tuple(each for each in others if each.target_group == new_group),
            test_rules=tuple(self._test_rules(rules, service)),
            healthy={group: self._count_healthy(group) for group in production.weights},
            quiet=self._quiet(production),
        )

    def _starting(self, before: TaskSetState, sets: Sequence[TaskSet]) -> TaskSetState | None:
        """Return how a set that was starting still is; none where there is more to see."""
        new = self._find_new(sets)
        others = tuple(each for each in sets if each is not new)
        known = {each.task_set_id for each in (*before.old, *before.strays)}
        if new is None or before.new is None or new.is_steady or new.task_set_id != before.new.task_set_id:
            return None
        if {each.task_set_id for each in others} != known:
            return None
        old = tuple(each for each in others if each.target_group != before.new_group)
        return evolve(before, new=new, old=old)

    @property
    def is_draining(self) -> bool:
        """Whether the deployment's set is being deleted, by the last read."""
        sets = self.service.task_sets if self.service else ()
        return any(each.is_draining and self._is_ours(each) for each in sets)

    def _is_ours(self, task_set: TaskSet) -> bool:
        if self.task_set_id:
            return task_set.task_set_id == self.task_set_id
        return task_set.external_id == self.external_id

    def _find_new(self, sets: Sequence[TaskSet]) -> TaskSet | None:
        ours = [each for each in sets if self._is_ours(each)]
        newest = max(ours, key=lambda each: each.created_at, default=None)
        is_another = newest and self.task_definition not in ("", newest.task_definition)
        has_primary = any(each.is_primary for each in sets)
        # What this deployment has promoted before with another revision is what is to be replaced now, and
        # without a PRIMARY one it is what an earlier attempt has left.
        is_before = is_another and newest and (newest.is_primary or not has_primary)
        return None if is_before else newest

    def _test_rules(self, rules: Sequence[ListenerRule], service: Service) -> Iterable[ListenerRule]:
        production = self.production_rule
        unknown = [
            rule.arn
            for rule in rules
            if not rule.is_default and rule.arn != production and rule.arn not in self._is_test_rule
        ]
        for arn, tags in tags_of(self.context.aws, unknown).items():
            self._is_test_rule[arn] = tags.get(TEST_RULE_TAG) == service.arn
        return [rule for rule in rules if self._is_test_rule.get(rule.arn)]

    def _count_healthy(self, group: str) -> int:
        return sum(target.state == "healthy" for target in target_health(self.context.aws, group))

    def _quiet(self, production: ListenerRule) -> dict[str, float]:
        now = self.context.clock.now()
        for group, weight in production.weights.items():
            if weight:
                self._quiet_since.pop(group, None)
            else:
                self._quiet_since.setdefault(group, now)
        return {group: (now - since).total_seconds() for group, since in self._quiet_since.items()}


def _without_primary(service: Service) -> DeploymentError:
    return DeploymentError(
        what=f"Service {service.name} has no PRIMARY task set",
        why="there is nothing that a new task set could be made like, and that could serve beside it",
        next_step="Make its first task set, as the step Deploy Amazon ECS Service does with the deployment "
        "type TaskSets. Nothing was changed.",
    )
