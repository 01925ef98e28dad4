"""Journeys of *Update Amazon ECS Service*, each with calls that the others do not make."""

from collections.abc import Mapping
from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import Verb
from explaining.runs import ECS, NAMES, run, service, variables
from faults.journeys import ASSUMED_ROLE, MINUTES, OPENID, SECRET, Journey
from steps.checkout import Checkout
from steps.storefront import update_variables

_ENVIRONMENT = {"type": "Plain", "key": "PASSWORD", "value": f"{SECRET}value-of-the-environment"}
_UPDATES = {
    NAMES["updates"]: [
        {
            "containerName": "web",
            "packageReference": "web",
            "environmentVariables": {"action": "Append", "items": [_ENVIRONMENT]},
        }
    ]
}
_NOT_FORCED = {f"{ECS}.Update.ForceNewDeployment": "False"}
_ROLLS_BACK = {NAMES["update_on_failure"]: "Rollback"}
_TAGGED = {"Octopus.Action.Aws.Tags": [{"key": "team", "value": "orders"}]}


# Initial states; the service that is updated is one of the sandbox's fixtures.


def _started(aws: Sandbox) -> None:
    run("update", aws, minutes=0, others=_UPDATES)


def _done(aws: Sandbox) -> None:
    _started(aws)
    aws.clock.sleep(120)


def _deployment_id(aws: Sandbox) -> str:
    return str(service("update", aws)["deployments"][0]["id"])


def _journey(name: str, settings: Mapping[str, object] | None = None, **members: Any) -> Journey:  # noqa: ANN401  passed on
    minutes = MINUTES if members.get("waits", True) else 0
    others = {**_UPDATES, **(settings or {})}
    return Journey(
        row=STEPS.named("update"),
        name=name,
        settings=variables("update", minutes=minutes, others=others),
        **{"is_forced": True, **members},
    )


_IN_ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/staging/web:1.4.0"
_PINNED = {
    f"{ECS}.ResolveDigests": "True",
    **{f"Octopus.Action.Package[{name}].Image": _IN_ECR for name in ("web",)},
}

_BY_TASK_SETS = {
    f"{ECS}.Update.ServiceName": "checkout",
    f"{ECS}.Update.TargetTaskDefinitionName": "checkout",
    f"{ECS}.TestTraffic.Header": f"X-Canary: {SECRET}key-of-testers",
}


def _shared_by_another(aws: Sandbox) -> None:
    Checkout(aws).has_shared(50, "Deployments-1")


JOURNEYS = (
    _journey("new revision", is_killed=True),
    _journey("new tags", _TAGGED),
    _journey("new revision, not forced", _NOT_FORCED, is_forced=False, is_killed=True),
    _journey("forced", prepare=_done),
    _journey("unchanged", _NOT_FORCED, prepare=_done, is_forced=False),
    _journey("started", waits=False),
    _journey("targets that are slow", scenario="slow-health-checks"),
    _journey("targets that drain", scenario="slow-draining"),
    _journey("crash", scenario="crash"),
    _journey("crash, rolled back", _ROLLS_BACK, scenario="crash", is_killed=True),
    _journey("broken circuit, rolled back", _ROLLS_BACK, scenario="breaker"),
    Journey(
        row=STEPS.named("update"),
        name="paused",
        settings={
            "Octopus.Action.Aws.Region": "eu-west-1",
            **update_variables(
                minutes=MINUTES, Strategy_Type="BlueGreen", Deployment_Alarms="storefront-5xx"
            ),
        },
        is_killed=True,
    ),
    _journey("dry run", verb=Verb.DRY_RUN),
    _journey("watch", verb=Verb.WATCH, prepare=_started, started=_deployment_id),
    _journey("images by digest", _PINNED),
    _journey(
        "by task sets, in place of another one",
        {**_BY_TASK_SETS, f"{ECS}.Update.WhenPaused": "Replace"},
        prepare=_shared_by_another,
    ),
    _journey("assumed role", account=ASSUMED_ROLE),
    _journey("OpenID Connect", account=OPENID),
)

UNUSED_ACTIONS = (
    "ecr:Batch*",
    "ecr:GetDownload*",
    "ecs:UpdateServicePrimaryTaskSet",
    "elasticloadbalancing:ModifyListener",
)
"""What the registry of ECR asks for, which is no call of the API; and what the replacement of a task set that
was promoted just now, and a default rule that shares production traffic, would need."""
