"""Journeys of *Deploy Amazon ECS Service*, each with calls that the others do not make."""

import copy
from collections.abc import Mapping
from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import Verb
from explaining.runs import (
    CLUSTERS,
    ECS,
    EXAMPLE,
    NAMES,
    let_a_deployment_succeed,
    run,
    take,
    variables,
)
from faults.journeys import ASSUMED_ROLE, MINUTES, OPENID, SECRET, Journey
from steps.deploy_ecs_service import task_sets

STACK = "octopetshop-web"
BUCKET = "templates"


def _containers(*environment: Mapping[str, str]) -> dict[str, Any]:
    """Return containers with a value in their environment that must not be shown."""
    containers: Any = copy.deepcopy(EXAMPLE[NAMES["containers"]])
    secret = {"type": "Plain", "key": "PASSWORD", "value": f"{SECRET}value-of-the-environment"}
    containers[0]["environmentVariables"] += (secret, *environment)
    return {NAMES["containers"]: containers}


_NOTES = ({"type": "Plain", "key": f"NOTE_{n}", "value": "n" * 1000} for n in range(60))
_LARGE = {**_containers(*_NOTES), f"{ECS}.Deploy.TemplateBucket": BUCKET}


# Initial states


def _cluster(aws: Sandbox) -> None:
    aws.add_cluster(CLUSTERS["deploy"])


def _started(aws: Sandbox) -> None:
    run("deploy", aws, minutes=0, others=_containers())


def _done(aws: Sandbox) -> None:
    _started(aws)
    aws.clock.sleep(120)


def _other_image(aws: Sandbox) -> None:
    let_a_deployment_succeed("deploy", aws)


def _rolled_back_create(aws: Sandbox) -> None:
    take(aws, "service-name-taken")
    run("deploy", aws, tag="1.0.0")


def _failed_rollback(aws: Sandbox) -> None:
    let_a_deployment_succeed("deploy", aws)
    take(aws, "rollback-fails-once")
    run("deploy", aws, tag="1.1.0")


def _bucket(aws: Sandbox) -> None:
    _cluster(aws)
    aws.clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def _journey(name: str, settings: Mapping[str, object] | None = None, **members: Any) -> Journey:  # noqa: ANN401  passed on
    minutes = MINUTES if members.get("waits", True) else 0
    others = {**_containers(), **(settings or {})}
    return Journey(
        row=STEPS.named("deploy"),
        name=name,
        settings=variables("deploy", minutes=minutes, others=others),
        **{"prepare": _cluster, **members},
    )


_IN_ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/staging/web:1.4.0"
_PINNED = {
    f"{ECS}.ResolveDigests": "True",
    **{f"Octopus.Action.Package[{name}].Image": _IN_ECR for name in ("web", "metrics")},
}

_BY_TASK_SETS = {
    f"{ECS}.Deploy.DeploymentType": "TaskSets",
    f"{ECS}.Deploy.LoadBalancerMappings": task_sets.variables()[f"{ECS}.Deploy.LoadBalancerMappings"],
    f"{ECS}.TaskSets.ProductionListenerRule": task_sets.room().rule,
    f"{ECS}.TestTraffic.Header": f"X-Canary: {SECRET}key-of-testers",
}

JOURNEYS = (
    _journey("create", is_killed=True),
    _journey("update", prepare=_other_image, is_killed=True),
    _journey("unchanged", prepare=_done),
    _journey("started", prepare=_other_image, waits=False),
    _journey("targets that are slow", scenario="slow-health-checks"),
    _journey("targets that drain", scenario="slow-draining", prepare=_other_image),
    _journey("create after a rolled back one", prepare=_rolled_back_create),
    _journey("update after a failed rollback", prepare=_failed_rollback),
    _journey("create that crashes", scenario="crash"),
    _journey("update that crashes", scenario="crash", prepare=_other_image, is_killed=True),
    _journey("large template", _LARGE, prepare=_bucket),
    _journey("watch", verb=Verb.WATCH, prepare=_started, started=lambda _: STACK),
    _journey("dry run", verb=Verb.DRY_RUN),
    _journey("dry run of an update", prepare=_other_image, verb=Verb.DRY_RUN),
    _journey("images by digest", _PINNED),
    _journey("create by task sets", _BY_TASK_SETS, prepare=task_sets.make_room),
    _journey("assumed role", account=ASSUMED_ROLE),
    _journey("OpenID Connect", account=OPENID),
)

UNUSED_ACTIONS = (
    "ecs:*",
    "logs:*",
    "iam:*",
    "cloudformation:UntagResource",
    "ecr:Batch*",
    "ecr:GetDownload*",
    "elasticloadbalancing:*",
)
"""What CloudFormation does for the stack (also where a tag is dropped), what ECR's registry asks for, and
what a task set beside the first one, or a rule that has to be found, needs."""
