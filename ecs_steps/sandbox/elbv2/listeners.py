"""The state of listeners and rules: who forwards to which target groups, by which weights."""

import copy
import random
from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from ecs_steps.sandbox.service_error import ServiceError

DEFAULT = "default"
"""The priority of a listener's last rule."""

Action = dict[str, Any]
Tags = dict[str, str]


@define(eq=False, kw_only=True)
class Rule:
    """One rule of a listener; `priority` is text, as in the API."""

    arn: str
    listener_arn: str
    priority: str
    conditions: list[dict[str, Any]] = field(factory=list)
    actions: list[Action] = field(factory=list)
    tags: Tags = field(factory=dict)

    @property
    def is_default(self) -> bool:
        return self.priority == DEFAULT

    @property
    def order(self) -> tuple[bool, int]:
        """Sort by priority, the default rule last."""
        return self.is_default, 0 if self.is_default else int(self.priority)

    @property
    def weights(self) -> dict[str, int]:
        """The weight of each target group that the rule forwards to; one alone has weight 1."""
        for action in self.actions:
            if "ForwardConfig" in action:
                groups = action["ForwardConfig"].get("TargetGroups", [])
                return {group["TargetGroupArn"]: group.get("Weight", 1) for group in groups}
            if "TargetGroupArn" in action:
                return {action["TargetGroupArn"]: 1}
        return {}

    def forward(self, weights: Mapping[str, int]) -> None:
        """Replace the groups of the forward action, as ECS does; other actions and stickiness stay."""
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
        for action in self.actions:
            if action["Type"] == "forward":
                action.pop("TargetGroupArn", None)
                action["ForwardConfig"] = action.get("ForwardConfig", {}) | {"TargetGroups": groups}
                return
        self.actions.append({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})

    def describe(self) -> dict[str, Any]:
        return {
            "RuleArn": self.arn,
            "Priority": self.priority,
            "Conditions": copy.deepcopy(self.conditions),
            "Actions": copy.deepcopy(self.actions),
            "IsDefault": self.is_default,
        }


@define(eq=False, kw_only=True)
class Listener:
    """A listener; its default actions are those of its default rule."""

    arn: str
    load_balancer_arn: str
    protocol: str
    port: int
    default: Rule
    tags: Tags = field(factory=dict)

    def describe(self) -> dict[str, Any]:
        return {
            "ListenerArn": self.arn,
            "LoadBalancerArn": self.load_balancer_arn,
            "Protocol": self.protocol,
            "Port": self.port,
            "DefaultActions": copy.deepcopy(self.default.actions),
        }


@define(kw_only=True)
class Listeners:
    """The listeners and rules of one account and region. `ids` draws the ends of their ARNs."""

    ids: Callable[[], random.Random]
    listeners: dict[str, Listener] = field(factory=dict)
    rules: dict[str, Rule] = field(factory=dict)

    def add_listener(
        self, load_balancer_arn: str, *, protocol: str, port: int, actions: list[Action]
    ) -> Listener:
        head, _, path = load_balancer_arn.partition(":loadbalancer/")
        arn = f"{head}:listener/{path}/{self._id()}"
        default = Rule(arn=self._rule_arn(arn), listener_arn=arn, priority=DEFAULT, actions=actions)
        listener = Listener(
            arn=arn, load_balancer_arn=load_balancer_arn, protocol=protocol, port=port, default=default
        )
        self.listeners[arn] = listener
        self.rules[default.arn] = default
        return listener

    def add_rule(
        self,
        listener: Listener,
        *,
        priority: int,
        conditions: list[dict[str, Any]],
        actions: list[Action],
        identifier: str = "",
    ) -> Rule:
        """Make a rule; its ARN ends in `identifier`, or in one that is drawn."""
        rule = Rule(
            arn=self._rule_arn(listener.arn, identifier),
            listener_arn=listener.arn,
            priority=str(priority),
            conditions=conditions,
            actions=actions,
        )
        self.rules[rule.arn] = rule
        return rule

    def rules_of(self, listener_arn: str) -> list[Rule]:
        """Return the rules of a listener in their order, the default rule last."""
        # Believed: they are described in that order (no source; the console lists them so).
        rules = (rule for rule in self.rules.values() if rule.listener_arn == listener_arn)
        return sorted(rules, key=lambda rule: rule.order)

    def find(self, arn: str) -> Rule | None:
        """Find what ECS calls a listener rule: a rule, or (for Network Load Balancers) a listener."""
        listener = self.listeners.get(arn)
        return listener.default if listener else self.rules.get(arn)

    def listener(self, arn: str) -> Listener:
        """Find a listener.

        Raises:
            ServiceError: There is none.
        """
        if arn not in self.listeners:
            raise ServiceError("ListenerNotFound", "One or more listeners not found")
        return self.listeners[arn]

    def rule(self, arn: str) -> Rule:
        """Find a rule.

        Raises:
            ServiceError: There is none.
        """
        if arn not in self.rules:
            raise ServiceError("RuleNotFound", "One or more rules not found")
        return self.rules[arn]

    def load_balancers_of(self, target_group: str) -> list[str]:
        """Return the load balancers that have a rule for a target group."""
        listeners = {rule.listener_arn: None for rule in self.rules.values() if target_group in rule.weights}
        return list(dict.fromkeys(self.listeners[arn].load_balancer_arn for arn in listeners))

    def _rule_arn(self, listener_arn: str, identifier: str = "") -> str:
        head, _, path = listener_arn.partition(":listener/")
        return f"{head}:listener-rule/{path}/{identifier or self._id()}"

    def _id(self) -> str:
        return f"{self.ids().getrandbits(64):016x}"
