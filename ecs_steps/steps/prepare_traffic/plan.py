"""What is still missing of two target groups and two listener rules, by what there is; pure.

Nothing is remembered between two moves, so that another process continues wherever one was ended. What is
found stays as it is: weights, priorities, logins and stickiness are others' to choose. Only the test rule's
conditions follow the inputs.
"""

from attrs import frozen

from ecs_steps.aws.listener_rules import MAX_PRIORITY, ListenerRule, Structures
from ecs_steps.errors import DeploymentError
from ecs_steps.rollouts.traffic import (
    actions_for_testers,
    conditions_for_testers,
    free_priority,
    has_conditions,
    precedes,
)
from ecs_steps.steps.prepare_traffic.inputs import TRAFFIC, PrepareTrafficInputs

PRODUCTION_RULE_TAG = "EcsSteps.ProductionRule"
PREPARED_TEST_RULE_TAG = "EcsSteps.PreparedTestRule"
TARGET_GROUP_TAG = "EcsSteps.TargetGroup"
"""Keys of the tags by which what was made is found again; their value is the name of the traffic."""

COLOURS = ("blue", "green")


@frozen(kw_only=True)
class Traffic:
    """What there is: the listener's rules, those two of this name, and the groups that are named after it."""

    rules: tuple[ListenerRule, ...]
    production: ListenerRule | None
    test: ListenerRule | None
    named: tuple[str, str]

    @property
    def groups(self) -> tuple[str, str]:
        """The first and the second target group, always in the same order; empty where one is missing.

        They are those of the production rule, which may have been made with groups of other names.

        Raises:
            DeploymentError: The rule forwards to none, or to more than two.
        """
        blue, green = self.named
        if self.production is None:
            return blue, green
        match sorted(self.production.weights, key=lambda arn: (arn == green, arn)):
            case [first, second]:
                return first, second
            case [only]:
                return (blue, only) if only == green else (only, green)
        raise DeploymentError(
            what="The traffic cannot be prepared",
            why=f"the production rule {self.production.arn} forwards to {len(self.production.weights)} "
            "target groups, and a deployment shares the traffic between two",
            next_step="Let it forward to one group. Nothing was changed.",
        )


@frozen(kw_only=True)
class MakeGroup:
    """Make a target group."""

    name: str

    def __str__(self) -> str:
        return f"target group {self.name}"


@frozen(kw_only=True)
class MakeRule:
    """Make a rule that is found again by a tag."""

    tag: str
    priority: int
    conditions: Structures
    actions: Structures

    def __str__(self) -> str:
        kind = "production" if self.tag == PRODUCTION_RULE_TAG else "test"
        return f"{kind} rule with priority {self.priority}"


@frozen(kw_only=True)
class ShareWith:
    """Let the production rule forward to a second group as well, with the weight 0."""

    rule: ListenerRule
    group: str

    def __str__(self) -> str:
        return f"target group {self.group} with the weight 0 for rule {self.rule.arn}"


@frozen(kw_only=True)
class ChangeTestRule:
    """Give the test rule the conditions and the group that it is to have."""

    rule: ListenerRule
    conditions: Structures
    actions: Structures

    def __str__(self) -> str:
        return f"what testers send, for rule {self.rule.arn}"


Move = MakeGroup | MakeRule | ShareWith | ChangeTestRule


def next_move(traffic: Traffic, inputs: PrepareTrafficInputs) -> Move | None:
    """Return what comes next; none where everything is there.

    Raises:
        DeploymentError: A rule of this name cannot be used, or there is no priority left for one.
    """
    first, second = traffic.groups
    production = traffic.production
    # What is refused is refused before anything is made.
    if production:
        _check_rules(traffic, production, inputs)
    priority = _new_priority(traffic.rules, inputs) if production is None else 0
    for group, colour in zip((first, second), COLOURS, strict=True):
        if not group:
            return MakeGroup(name=f"{inputs.name}-{colour}")
    if production is None:
        groups = [{"TargetGroupArn": first, "Weight": 100}, {"TargetGroupArn": second, "Weight": 0}]
        return MakeRule(
            tag=PRODUCTION_RULE_TAG,
            priority=priority,
            conditions=_conditions(inputs),
            actions=({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}},),
        )
    if second not in production.weights or first not in production.weights:
        missing = second if first in production.weights else first
        return ShareWith(rule=production, group=missing)
    return _test_rule(traffic, production, inputs)


def _check_rules(traffic: Traffic, production: ListenerRule, inputs: PrepareTrafficInputs) -> None:
    conditions_for_testers(production, inputs.marker)
    actions_for_testers(production, "")
    if traffic.test and not precedes(traffic.test, production):
        raise DeploymentError(
            what="Testers do not reach the new tasks",
            why=f"the test rule {traffic.test.arn} comes after the production rule {production.arn}, which "
            "matches first",
            next_step="Give it a lower number (aws elbv2 set-rule-priorities). Nothing was changed.",
        )


def _test_rule(traffic: Traffic, production: ListenerRule, inputs: PrepareTrafficInputs) -> Move | None:
    weights = production.weights
    idle = min(reversed(traffic.groups), key=lambda group: weights[group])
    conditions = conditions_for_testers(production, inputs.marker)
    actions = actions_for_testers(production, idle)
    test = traffic.test
    if test is None:
        return MakeRule(
            tag=PREPARED_TEST_RULE_TAG,
            priority=free_priority(traffic.rules, production),
            conditions=conditions,
            actions=actions,
        )
    # Which of the two groups it forwards to, a deployment changes.
    is_of_groups = bool(test.weights) and test.weights.keys() <= weights.keys()
    if is_of_groups and has_conditions(test, conditions):
        return None
    return ChangeTestRule(rule=test, conditions=conditions, actions=actions)


def _conditions(inputs: PrepareTrafficInputs) -> Structures:
    hosts = {"Field": "host-header", "HostHeaderConfig": {"Values": list(inputs.hosts)}}
    paths = {"Field": "path-pattern", "PathPatternConfig": {"Values": list(inputs.paths or ("/*",))}}
    if not inputs.hosts:
        return (paths,)
    return (hosts, paths) if inputs.paths else (hosts,)


def _new_priority(rules: tuple[ListenerRule, ...], inputs: PrepareTrafficInputs) -> int:
    """Return the priority that is wanted, or one after all there are, with one left before it for testers."""
    wanted = inputs.priority
    taken = next((rule for rule in rules if wanted and rule.priority == wanted), None)
    if taken:
        raise DeploymentError(
            what="No production rule can be made",
            why=f"rule {taken.arn} has the priority {wanted}",
            next_step=f"Choose a free one in {TRAFFIC}.Priority, or give the rule the tag "
            f"{PRODUCTION_RULE_TAG}={inputs.name} where it is to be used. Nothing was changed.",
        )
    last = max((rule.priority or 0 for rule in rules), default=0) + 2
    if not wanted and last > MAX_PRIORITY:
        raise DeploymentError(
            what="No production rule can be made",
            why=f"there is a rule with the priority {last - 2}, and ELB's last one is {MAX_PRIORITY}",
            next_step=f"Name a free priority in {TRAFFIC}.Priority. Nothing was changed.",
        )
    return wanted or last
