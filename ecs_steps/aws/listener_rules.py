"""Listener rules of an Application Load Balancer: which target groups they forward to, and by which weights.

A rule is written as a whole: what an action holds besides its weights (stickiness, authentication) is sent
back as it was read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member, returning
from ecs_steps.aws.replies import from_reply, reply_field
from ecs_steps.tags import Tag

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

PRIORITY_IN_USE = "PriorityInUse"
MAX_PRIORITY = 50_000
MAX_DESCRIBED_TAGS = 20

Structures = tuple[Mapping[str, Any], ...]
"""Conditions or actions, as Elastic Load Balancing's API has them."""


@frozen(kw_only=True)
class ListenerRule:
    """A rule of a listener; `priority` is none for the default rule, which comes last."""

    arn: str = reply_field("RuleArn")
    priority: int | None
    conditions: Structures = reply_field("Conditions", (), read=tuple)
    actions: Structures = reply_field("Actions", (), read=tuple)

    @property
    def listener(self) -> str:
        """The ARN of its listener."""
        return self.arn.replace(":listener-rule/", ":listener/").rpartition("/")[0]

    @property
    def is_default(self) -> bool:
        return self.priority is None

    @property
    def weights(self) -> dict[str, int]:
        """The weights of the target groups that it forwards to, by their ARNs; one alone has the weight 1."""
        return {
            group["TargetGroupArn"]: group.get("Weight", 1)
            for action in self.actions
            if action.get("Type") == "forward"
            for group in action.get("ForwardConfig", {}).get("TargetGroups") or [action]
            if "TargetGroupArn" in group
        }


def listeners_of(aws: "AwsClients", load_balancer: str) -> Iterator[str]:
    """Yield the ARNs of a load balancer's listeners."""
    with calling("elasticloadbalancing:DescribeListeners", load_balancer):
        pages = aws.elbv2.get_paginator("describe_listeners").paginate(LoadBalancerArn=load_balancer)
        for page in pages:
            yield from (each["ListenerArn"] for each in member(page, "Listeners", "DescribeListeners"))


def rules_of(aws: "AwsClients", listener: str) -> Iterator[ListenerRule]:
    """Yield the rules of a listener in the order of their priorities, the default rule last."""
    with calling("elasticloadbalancing:DescribeRules", listener):
        pages = aws.elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener)
        for page in pages:
            yield from (_rule(item) for item in member(page, "Rules", "DescribeRules"))


def live_weights(aws: "AwsClients", rule: str) -> dict[str, int]:
    """Return the weights of the target groups that a listener rule forwards to, by their ARNs.

    Behind a Network Load Balancer ECS calls the listener itself the rule.

    Raises:
        AwsCallError: Also where there is no such rule.
    """
    chosen: Any = {"RuleArns": [rule]} if ":listener-rule/" in rule else {"ListenerArn": rule}
    with calling("elasticloadbalancing:DescribeRules", rule):
        reply: Mapping[str, Any] = aws.elbv2.describe_rules(**chosen)
    rules = map(_rule, member(reply, "Rules", "DescribeRules"))
    return {group: weight for each in rules for group, weight in each.weights.items()}


def tags_of(aws: "AwsClients", arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the tags of rules, listeners or target groups by their ARNs, twenty to a call."""
    tags: dict[str, dict[str, str]] = {}
    for begin in range(0, len(arns), MAX_DESCRIBED_TAGS):
        batch = arns[begin : begin + MAX_DESCRIBED_TAGS]
        with calling("elasticloadbalancing:DescribeTags", batch[0]):
            reply: Mapping[str, Any] = aws.elbv2.describe_tags(ResourceArns=list(batch))
        for item in member(reply, "TagDescriptions", "DescribeTags"):
            tags[item["ResourceArn"]] = {tag["Key"]: tag.get("Value", "") for tag in item.get("Tags", [])}
    return tags


def create_rule(
    aws: "AwsClients",
    listener: str,
    *,
    priority: int,
    conditions: Structures,
    actions: Structures,
    tags: Iterable[Tag],
) -> None:
    """Make a rule; ELB refuses it (`PRIORITY_IN_USE`) where another one has its priority."""
    created: Any = {"Conditions": conditions, "Actions": actions}
    with calling("elasticloadbalancing:CreateRule", listener):
        aws.elbv2.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Tags=[{"Key": tag.key, "Value": tag.value} for tag in tags],
            **created,
        )


def write_rule(
    aws: "AwsClients", rule: ListenerRule, actions: Structures, *, conditions: Structures | None = None
) -> None:
    """Replace the actions of a rule, and its conditions where they are given.

    The default rule's are those of its listener (ELB refuses ModifyRule for it).
    """
    written: Any = {"Actions": actions}
    if conditions is not None:
        written["Conditions"] = conditions
    if rule.is_default:
        with calling("elasticloadbalancing:ModifyListener", rule.listener):
            aws.elbv2.modify_listener(ListenerArn=rule.listener, DefaultActions=written["Actions"])
        return
    with calling("elasticloadbalancing:ModifyRule", rule.arn):
        aws.elbv2.modify_rule(RuleArn=rule.arn, **written)


@returning(None, when="RuleNotFound")
def delete_rule(aws: "AwsClients", arn: str) -> None:
    """Delete a rule; one that does not exist is no error."""
    with calling("elasticloadbalancing:DeleteRule", arn):
        aws.elbv2.delete_rule(RuleArn=arn)


def _rule(item: Mapping[str, Any]) -> ListenerRule:
    priority = None if item.get("IsDefault") else int(item["Priority"])
    return from_reply(ListenerRule, item, priority=priority)
