"""Find the listener rule that shares the production traffic of a service between two target groups."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ecs_steps.aws.elbv2 import describe_target_group
from ecs_steps.aws.listener_rules import ListenerRule, listeners_of, rules_of, tags_of
from ecs_steps.errors import AwsCallError, DeploymentError, NotFoundError
from ecs_steps.rollouts.traffic import TEST_RULE_TAG

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


def find_production_rule(
    aws: "AwsClients", group: str, *, named: str = ""
) -> tuple[ListenerRule, Sequence[ListenerRule]]:
    """Return the rule that forwards to a target group, or the one of an ARN, and all rules of its listener.

    Raises:
        NotFoundError: There is no such rule or target group, or no rule that forwards to it.
        DeploymentError: Several rules may be meant.
    """
    if named:
        return _named_rule(aws, named)
    found = describe_target_group(aws, group) if group else None
    if group and found is None:
        raise NotFoundError(
            what=f"Target group {group} was not found",
            why="Elastic Load Balancing has none of that ARN",
            next_step="Check the ARN, the account and the region. Nothing was changed.",
        )
    balancers = found.load_balancers if found else ()
    listeners = [listener for balancer in balancers for listener in listeners_of(aws, balancer)]
    known = {listener: list(rules_of(aws, listener)) for listener in listeners}
    production = _choose(aws, group, (rule for rules in known.values() for rule in rules))
    return production, known[production.listener]


def _named_rule(aws: "AwsClients", arn: str) -> tuple[ListenerRule, Sequence[ListenerRule]]:
    listener = arn.replace(":listener-rule/", ":listener/").rpartition("/")[0]
    try:
        rules = list(rules_of(aws, listener))
    except AwsCallError as error:
        if error.code != "ListenerNotFound":
            raise
        rules = []
    rule = next((each for each in rules if each.arn == arn), None)
    if rule is None:
        raise NotFoundError(
            what=f"Listener rule {arn} was not found",
            why="its listener has no such rule" if rules else "Elastic Load Balancing has no such listener",
            next_step="Check the rule's ARN, the account and the region. Nothing was changed.",
        )
    return rule, rules


def _choose(aws: "AwsClients", group: str, rules: Iterable[ListenerRule]) -> ListenerRule:
    forwarding = [rule for rule in rules if group in rule.weights]
    shared = [rule for rule in forwarding if len(rule.weights) > 1]
    candidates = shared or [rule for rule in forwarding if not _is_test_rule(aws, rule)]
    if not candidates:
        raise NotFoundError(
            what="The service has no production rule",
            why=f"no listener rule forwards to its target group ({group or 'none'})",
            next_step="Let a rule forward to that group with the weight 100, and to a second one with 0.",
        )
    if len(candidates) > 1:
        raise DeploymentError(
            what="It is not clear which listener rule is the production rule",
            why=f"several forward to {group}: {', '.join(rule.arn for rule in candidates)}",
            next_step="Name one of them as the production listener rule. Nothing was changed.",
        )
    return candidates[0]


def _is_test_rule(aws: "AwsClients", rule: ListenerRule) -> bool:
    if rule.is_default:
        return False
    return TEST_RULE_TAG in tags_of(aws, [rule.arn]).get(rule.arn, {})
