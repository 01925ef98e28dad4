"""Journeys of *Abort Amazon ECS Deployment*, each with calls that the others do not make."""

from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from faults.journeys import ASSUMED_ROLE, OPENID, Journey
from steps.checkout import Checkout, production_rule
from steps.deployment_journeys import paused_by, pins_of, settings, started_by
from steps.storefront import Storefront

CANARY = "canary-with-pauses"


def _pinned() -> dict[str, Any]:
    return {"Deployment_ServiceDeploymentArn": pins_of(CANARY)["Deployment_ServiceDeploymentArn"]}


def _finished(aws: Sandbox) -> None:
    Storefront(aws).update()


def _by_task_sets() -> dict[str, object]:
    return settings(
        minutes=10, Deployment_ServiceName="checkout", TaskSets_ProductionListenerRule=production_rule()
    )


def _shared(aws: Sandbox) -> None:
    Checkout(aws).has_shared(50)


def _journey(name: str, **members: Any) -> Journey:  # noqa: ANN401  passed on
    given = {"settings": settings(**_pinned()), "prepare": paused_by(CANARY), **members}
    return Journey(row=STEPS.named("abort"), name=name, **given)


JOURNEYS = (
    _journey("paused", is_killed=True),
    _journey("starting", settings=settings(), prepare=started_by(CANARY)),
    _journey("not waited for", settings=settings(minutes=0, **_pinned()), waits=False),
    _journey(
        "finished, deployed again",
        settings=settings(Abort_WhenFinished="Redeploy"),
        prepare=_finished,
    ),
    _journey("a share by task sets", settings=_by_task_sets(), prepare=_shared),
    _journey("assumed role", account=ASSUMED_ROLE),
    _journey("OpenID Connect", account=OPENID),
)

UNUSED_ACTIONS = (
    "ecs:ListServiceDeployments",
    "logs:GetLogEvents",
    "ecs:UpdateServicePrimaryTaskSet",
    "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeTargetGroups",
)
"""What is needed where a service does not name its deployment, where its containers failed, where a task set
was promoted just now, and where the rule that shares production traffic is the default rule or not named."""
