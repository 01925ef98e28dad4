"""Journeys of *Discover Amazon ECS Targets*."""

from collections.abc import Mapping
from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from faults.journeys import ASSUMED_ROLE, OPENID, Journey
from steps.discover_targets.targets import DISCOVERY, VARIABLES, add_cluster


def _clusters(aws: Sandbox) -> None:
    add_cluster(aws, "shop-test")


def _journey(name: str, settings: Mapping[str, object] | None = None, **members: Any) -> Journey:  # noqa: ANN401  passed on
    return Journey(
        row=STEPS.named("discover-targets"),
        name=name,
        settings={**VARIABLES, **(settings or {})},
        **{"prepare": _clusters, **members},
    )


JOURNEYS = (
    _journey("one target", is_killed=True),
    _journey("none", prepare=lambda _: None),
    _journey("two regions", {f"{DISCOVERY}.Regions": "eu-west-1, eu-central-1"}),
    _journey("assumed role", account=ASSUMED_ROLE),
    _journey("OpenID Connect", account=OPENID),
)
