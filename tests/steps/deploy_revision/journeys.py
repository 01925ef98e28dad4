"""Journeys of *Deploy Amazon ECS Revision*, each with calls that the others do not make."""

from collections.abc import Mapping
from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import Verb
from explaining.runs import ECS, service
from faults.journeys import ASSUMED_ROLE, MINUTES, OPENID, SECRET, Journey
from revisions import register_another

REVISION = f"{ECS}.Revision"
_ROW = STEPS.named("deploy-revision")
_SETTINGS: Mapping[str, object] = {
    f"{ECS}.ClusterName": "shop",
    f"{REVISION}.ServiceName": "orders",
    f"{REVISION}.TaskDefinition": "orders:2",
}
_ROLLS_BACK = {f"{REVISION}.OnFailure": "Rollback"}
_NOT_FORCED = {f"{REVISION}.ForceNewDeployment": "False"}
_BY_TASK_SETS = {
    f"{REVISION}.ServiceName": "checkout",
    f"{REVISION}.TaskDefinition": "checkout:2",
    f"{ECS}.TestTraffic.Header": f"X-Canary: {SECRET}key-of-testers",
}
_PAUSES = {
    f"{REVISION}.ServiceName": "storefront",
    f"{REVISION}.TaskDefinition": "storefront:2",
    f"{ECS}.Strategy.Type": "BlueGreen",
    f"{ECS}.Deployment.Alarms": "storefront-5xx",
}
_TAGGED = {"Octopus.Deployment.Id": "Deployments-1"}


def _started(aws: Sandbox) -> None:
    register_another(aws)
    step = _ROW.read({**_SETTINGS, f"{ECS}.WaitOption": {"type": "DontWait"}})
    step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)


def _done(aws: Sandbox) -> None:
    _started(aws)
    aws.clock.sleep(120)


def _deployment_id(aws: Sandbox) -> str:
    return str(service("update", aws)["deployments"][0]["id"])


def _another_of_checkout(aws: Sandbox) -> None:
    register_another(aws, "checkout")


def _another_of_storefront(aws: Sandbox) -> None:
    register_another(aws, "storefront")


def _journey(name: str, settings: Mapping[str, object] | None = None, **members: Any) -> Journey:  # noqa: ANN401  passed on
    waits = members.get("waits", True)
    wait = {"type": "WaitWithTimeout", "timeoutMinutes": MINUTES} if waits else {"type": "DontWait"}
    return Journey(
        row=_ROW,
        name=name,
        settings={**_SETTINGS, f"{ECS}.WaitOption": wait, **(settings or {})},
        **{"is_forced": True, "prepare": register_another, **members},
    )


JOURNEYS = (
    _journey("another revision", is_killed=True),
    _journey("new tags", _TAGGED),
    _journey("another revision, not forced", _NOT_FORCED, is_forced=False),
    _journey("forced", prepare=_done),
    _journey("unchanged", _NOT_FORCED, prepare=_done, is_forced=False),
    _journey("started", waits=False),
    _journey("targets that are slow", scenario="slow-health-checks"),
    _journey("targets that drain", scenario="slow-draining"),
    _journey("crash", scenario="crash"),
    _journey("crash, rolled back", _ROLLS_BACK, scenario="crash"),
    _journey("watch", verb=Verb.WATCH, prepare=_started, started=_deployment_id),
    _journey("by task sets", _BY_TASK_SETS, prepare=_another_of_checkout),
    _journey("paused", _PAUSES, prepare=_another_of_storefront, is_killed=True),
    _journey("assumed role", account=ASSUMED_ROLE),
    _journey("OpenID Connect", account=OPENID),
)

UNUSED_ACTIONS = (
    "ecs:DeleteTaskSet",
    "ecs:UpdateServicePrimaryTaskSet",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:ModifyRule",
    "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:DeleteRule",
)
"""What replaces another task set: a journey of an update reaches it."""
