"""Shares of the traffic as listener rules have them; pure.

Production traffic is shared by the weights of one rule's two target groups. Test traffic has a rule of its
own before it: the production rule's conditions, and a header or a query parameter that testers send.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ecs_steps.aws.listener_rules import MAX_PRIORITY, ListenerRule, Structures
from ecs_steps.errors import DeploymentError
from ecs_steps.rollouts.request_marker import MAX_CONDITION_VALUES, RequestMarker

TEST_RULE_TAG = "EcsSteps.TestRule"
"""The key of the tag that finds a test rule again; its value is the service's ARN."""

FULL = 100
_CONFIGURATIONS = {
    "http-header": "HttpHeaderConfig",
    "query-string": "QueryStringConfig",
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "source-ip": "SourceIpConfig",
}


def share_of(rule: ListenerRule, group: str) -> float:
    """Return the percentage of a rule's traffic that a target group gets."""
    weights = rule.weights
    total = sum(weights.values())
    return FULL * weights.get(group, 0) / total if total else 0.0


def other_group(rule: ListenerRule, group: str) -> str:
    """Return the second of a rule's two target groups.

    Raises:
        DeploymentError: It does not forward to the first one, or not to exactly one other.
    """
    if group not in rule.weights:
        raise DeploymentError(
            what="The traffic cannot be shared",
            why=f"the production rule {rule.arn} does not forward to target group {group or '(none)'}",
            next_step="Let it forward to that group and to a second one, or name another rule. Nothing was "
            "changed.",
        )
    others = [arn for arn in rule.weights if arn != group]
    if len(others) != 1:
        raise DeploymentError(
            what="The traffic cannot be shared",
            why=f"the production rule {rule.arn} forwards to {len(rule.weights)} target groups, not to two",
            next_step="Let it forward to a second target group with the weight 0. Nothing was changed.",
        )
    return others[0]


def shared_actions(rule: ListenerRule, shares: Mapping[str, int]) -> Structures:
    """Return a rule's actions with other weights; everything else of them is as it was."""
    return tuple(_sendable(action, dict(shares), is_new=False) for action in rule.actions)


def actions_for_testers(rule: ListenerRule, group: str) -> Structures:
    """Return the actions of a test rule: the production rule's, but all of the traffic goes to one group.

    Raises:
        DeploymentError: The production rule authenticates by OpenID Connect, whose secret cannot be read.
    """
    for action in rule.actions:
        if action.get("Type") == "authenticate-oidc":
            raise DeploymentError(
                what="No test rule can be made",
                why=f"the production rule {rule.arn} authenticates by OpenID Connect, and a rule's client "
                "secret cannot be read",
                next_step="Make the test rule with the tool that knows the secret, and leave TestTraffic "
                "empty.",
            )
    return tuple(_sendable(action, {group: 1}, is_new=True) for action in rule.actions)


def _sendable(action: Mapping[str, Any], weights: Mapping[str, int], *, is_new: bool) -> dict[str, Any]:
    """Return an action as ELB takes it back: what it masks is kept by reference."""
    sent = dict(action)
    if action.get("Type") == "forward":
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
        sent.pop("TargetGroupArn", None)
        sent["ForwardConfig"] = {**action.get("ForwardConfig", {}), "TargetGroups": groups}
    elif action.get("Type") == "authenticate-oidc" and not is_new:
        config = dict(action["AuthenticateOidcConfig"])
        if "ClientSecret" not in config:
            config["UseExistingClientSecret"] = True
        sent["AuthenticateOidcConfig"] = config
    return sent


def conditions_for_testers(rule: ListenerRule, marker: RequestMarker) -> Structures:
    """Return the conditions of a test rule: the production rule's, and what testers send.

    Raises:
        DeploymentError: They are more than ELB takes in a rule, or a Network Load Balancer takes no rules.
    """
    if ":listener-rule/net/" in rule.arn:
        raise DeploymentError(
            what="No test rule can be made",
            why=f"the production rule {rule.arn} is that of a Network Load Balancer, which sees no headers",
            next_step="Leave TestTraffic empty.",
        )
    conditions = [*_plain(rule.conditions), marker.condition]
    values = sum(len(_values(condition)) for condition in conditions)
    if values > MAX_CONDITION_VALUES:
        raise DeploymentError(
            what="No test rule can be made",
            why=f"the production rule {rule.arn} has {values - 1} condition values, and ELB takes at most "
            f"{MAX_CONDITION_VALUES} in a rule",
            next_step="Split the production rule, or leave TestTraffic empty.",
        )
    return tuple(conditions)


def matches_test_rule(
    rule: ListenerRule, production: ListenerRule, group: str, marker: RequestMarker
) -> bool:
    """Return whether a test rule is as it would be made, and comes before the production rule."""
    return (
        rule.weights.keys() == {group}
        and has_conditions(rule, conditions_for_testers(production, marker))
        and precedes(rule, production)
    )


def has_conditions(rule: ListenerRule, conditions: Structures) -> bool:
    """Return whether a rule has exactly these conditions, in whichever form."""
    return list(_plain(rule.conditions)) == list(_plain(conditions))


def precedes(rule: ListenerRule, other: ListenerRule) -> bool:
    """Return whether a rule is evaluated before another one: lower numbers first, the default rule last."""
    return (rule.priority or MAX_PRIORITY + 1) < (other.priority or MAX_PRIORITY + 1)


def free_priority(rules: Iterable[ListenerRule], production: ListenerRule) -> int:
    """Return the highest priority before the production rule's that no rule has.

    Raises:
        DeploymentError: There is none.
    """
    taken = {rule.priority for rule in rules}
    last = (production.priority or MAX_PRIORITY + 1) - 1
    free = next((number for number in range(last, 0, -1) if number not in taken), None)
    if free is None:
        raise DeploymentError(
            what="No test rule can be made",
            why=f"every priority before that of the production rule ({production.priority}) is taken",
            next_step="Give the production rule a higher number (aws elbv2 set-rule-priorities).",
        )
    return free


def _plain(conditions: Structures) -> Iterator[dict[str, Any]]:
    """Yield conditions as ELB takes them: DescribeRules repeats some values beside their configuration."""
    for condition in conditions:
        name = _CONFIGURATIONS.get(condition["Field"], "")
        if condition.get(name):
            yield {"Field": condition["Field"], name: condition[name]}
        else:
            yield dict(condition)


def _values(condition: Mapping[str, Any]) -> list[Any]:
    config = condition.get(_CONFIGURATIONS.get(condition["Field"], ""), {})
    return list(config.get("Values") or config.get("RegexValues") or condition.get("Values", []))
