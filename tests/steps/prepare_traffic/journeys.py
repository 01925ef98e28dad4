"""Journeys of *Prepare Amazon ECS Traffic*."""

from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from faults.journeys import ASSUMED_ROLE, OPENID, SECRET, Journey
from steps.prepare_traffic.balancer import Balancer, forward, variables


def _of_old(aws: Sandbox) -> None:
    balancer = Balancer(aws)
    balancer.make_rule(forward((balancer.make_group("pets-of-old"), 1)))


def _journey(name: str, **members: Any) -> Journey:  # noqa: ANN401  passed on
    return Journey(
        row=STEPS.named("prepare-traffic"),
        name=name,
        settings=variables(TestTraffic_Header=f"X-Canary: {SECRET}key-of-testers"),
        prepare=_of_old,
        **members,
    )


JOURNEYS = (
    _journey("a rule that is there"),
    _journey("assumed role", account=ASSUMED_ROLE),
    _journey("OpenID Connect", account=OPENID),
)
