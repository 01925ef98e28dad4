"""Journeys of *Continue Amazon ECS Deployment*, each with calls that the others do not make."""

from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from faults.journeys import ASSUMED_ROLE, OPENID, Journey
from steps.checkout import Checkout
from steps.deployment_journeys import continued_by, paused_by, pins_of, settings

CANARY, BLUE_GREEN = "canary-with-pauses", "blue-green-with-pause"

ALARMS = {"Deployment_Alarms": "storefront-5xx"}


def _journey(name: str, scenario: str, *, minutes: int = 10, **members: Any) -> Journey:  # noqa: ANN401  passed on
    return Journey(
        row=STEPS.named("continue"),
        name=name,
        settings=settings(minutes=minutes, **pins_of(scenario)),
        **{"prepare": paused_by(scenario), **members},
    )


def _updated(aws: Sandbox) -> None:
    shop = Checkout(aws)
    shop.has_shared(0)
    shop.share_by_default_rule()


JOURNEYS = (
    _journey("continued before", CANARY, prepare=continued_by(CANARY)),
    _journey("to the next pause", CANARY, is_killed=True),
    _journey("to the end", BLUE_GREEN),
    _journey("with alarms", CANARY, minutes=0, waits=False, prepare=paused_by(CANARY, **ALARMS)),
    Journey(
        row=STEPS.named("continue"),
        name="without a pin, not waited for",
        settings=settings(minutes=0),
        waits=False,
        prepare=paused_by(CANARY),
    ),
    Journey(
        row=STEPS.named("continue"),
        name="all by task sets",
        settings=settings(
            minutes=10,
            Deployment_ServiceName="checkout",
            Continue_TrafficPercent=100,
            Continue_BakeMinutes=1,
        ),
        prepare=_updated,
        is_killed=True,
    ),
    _journey("assumed role", CANARY, account=ASSUMED_ROLE),
    _journey("OpenID Connect", CANARY, account=OPENID),
)

UNUSED_ACTIONS = (
    "ecs:ListServiceDeployments",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "logs:GetLogEvents",
    "elasticloadbalancing:ModifyRule",
)
"""What is needed where a service does not name its deployment, where it fails, and where another rule than
the default one shares production traffic."""
