"""Which target group a revision's tasks are in, and which share of the traffic it gets.

ECS writes the weights of listener rules. It reads them once, before a deployment, and not again before it
shifts (containers-roadmap#2853).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, frozen

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.lifecycle import StageFailed
from ecs_steps.sandbox.ecs.monitors import invalid_network
from ecs_steps.sandbox.elbv2.listeners import Listeners, Rule

_NETWORK_RULE = "/net/"


@frozen(kw_only=True)
class Route:
    """One load balancer of a revision: the group of its tasks, and how traffic gets there."""

    target_group: str
    container: str
    port: int
    other_group: str = ""
    production_rule: str = ""
    test_rule: str = ""

    @property
    def rules(self) -> list[str]:
        return [arn for arn in (self.production_rule, self.test_rule) if arn]


def routes_of(
    load_balancers: Iterable[Mapping[str, Any]], serving: Iterable[Route], *, shifts: bool
) -> tuple[Route, ...]:
    """Choose the target group of each load balancer for a new revision.

    A deployment that shifts traffic goes to the group that does not serve; the first one to the alternate
    group, as AWS does (go-to-k/cdk-real-drift#1730). Others stay in the group that serves.
    """
    in_use = {route.target_group for route in serving}
    return tuple(_route(balancer, in_use, shifts=shifts) for balancer in load_balancers if _group(balancer))


def _group(balancer: Mapping[str, Any]) -> str:
    return str(balancer.get("targetGroupArn") or "")


def _route(balancer: Mapping[str, Any], in_use: set[str], *, shifts: bool) -> Route:
    first = _group(balancer)
    advanced = balancer.get("advancedConfiguration") or {}
    second = advanced.get("alternateTargetGroupArn", "")
    alternate_serves = second in in_use
    to_second = bool(second) and alternate_serves is not shifts
    return Route(
        target_group=second if to_second else first,
        container=balancer["containerName"],
        port=int(balancer["containerPort"]),
        other_group=(first if to_second else second) if second else "",
        production_rule=advanced.get("productionListenerRule", ""),
        test_rule=advanced.get("testListenerRule", ""),
    )


@define
class Traffic:
    """Reads and writes the weights of listener rules for ECS."""

    account: Account
    listeners: Listeners

    def check(self, routes: Iterable[Route], *, is_first: bool) -> None:
        """Look at the live rules before a deployment.

        Raises:
            StageFailed: They do not fit what ECS believes.
        """
        for route in routes:
            rules = {arn: self._rule(arn) for arn in route.rules}
            if not rules:
                continue
            weights = [rule.weights for rule in rules.values()]
            for group in (route.target_group, route.other_group):
                if not any(group in each for each in weights):
                    raise _failed(
                        f"The target group {group} is not associated with either productionListenerRule or "
                        "testListenerRule."
                    )
            self._check_production(route, rules[route.production_rule], is_first=is_first)

    @staticmethod
    def _check_production(route: Route, rule: Rule, *, is_first: bool) -> None:
        serving = [group for group, weight in rule.weights.items() if weight]
        if len(serving) != 1:
            raise _failed(
                f"Production listener rule {route.production_rule} should have exactly one target group "
                f"serving traffic but found {len(serving)}"
            )
        if serving[0] != route.other_group and not is_first:
            raise _failed(
                f"Production listener rule is forwarding traffic to unexpected target group {serving[0]}"
            )

    def shift_production(self, routes: Iterable[Route], share: float) -> None:
        """Give the revision with these routes so many percent of the production traffic."""
        for route in routes:
            if route.production_rule:
                self._shift(route, route.production_rule, share)

    def shift_test(self, routes: Iterable[Route], share: float) -> None:
        """Give the revision with these routes so many percent of the test traffic."""
        for route in routes:
            if route.test_rule:
                self._shift(route, route.test_rule, share)

    def seconds(self, routes: Iterable[Route]) -> float:
        """Return how long a shift takes; Network Load Balancers need ten minutes (ECS guide)."""
        pace = self.account.plan.pace
        network = any(_NETWORK_RULE in arn for route in routes for arn in route.rules)
        return pace.network_traffic_shift if network else pace.traffic_shift

    def _shift(self, route: Route, arn: str, share: float) -> None:
        scale = 1 if share == int(share) else 10
        weight = round(share * scale)
        self._rule(arn).forward({route.target_group: weight, route.other_group: 100 * scale - weight})

    def _rule(self, arn: str) -> Rule:
        if self.account.plan.infrastructure_role_denied:
            raise _failed(
                "ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure "
                "Role"
            )
        rule = self.listeners.find(arn)
        if rule is None:
            # Believed: the text where a rule was deleted (troubleshooting-blue-green has the cause alone).
            raise _failed(f"The listener rule {arn} was not found.")
        return rule


def _failed(detail: str) -> StageFailed:
    return StageFailed(invalid_network(detail))
