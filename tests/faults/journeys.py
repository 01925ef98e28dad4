"""Journeys of both steps through AWS, each with calls that the others do not make."""

import copy
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Literal

from attrs import field, frozen

from ecs_steps import DeployEcsServiceStep, EcsStepsError, Result, UpdateEcsServiceStep
from ecs_steps.aws.clients import account_clients
from ecs_steps.reporting.events import Report, Reported
from ecs_steps.sandbox import Call, Fault, Sandbox
from explaining.runs import (
    CLUSTERS,
    ECS,
    EXAMPLE,
    NAMES,
    Step,
    let_a_deployment_succeed,
    run,
    service,
    take,
    variables,
)

STACK = "octopetshop-web"
BUCKET = "templates"
MINUTES = 10
"""How long a step may wait."""

SECRETS = {
    "Octopus.Action.AwsAccount.Variable": "Account",
    "Account.AccessKey": "AKIASECRETSECRET0000",
    "Account.SecretKey": "secret-key-of-the-account",
}
ENVIRONMENT = {"type": "Plain", "key": "PASSWORD", "value": "secret-value-of-the-environment"}
ASSUMED = {
    **SECRETS,
    "Octopus.Action.Aws.AssumeRole": "True",
    "Octopus.Action.Aws.AssumedRoleArn": "arn:aws:iam::123456789012:role/production",
    "Octopus.Action.Aws.AssumeRoleExternalId": "secret-external-id",
}
OPENID = {
    "Octopus.Action.AwsAccount.Variable": "Account",
    "Account.RoleArn": "arn:aws:iam::123456789012:role/deployer",
    "Account.OpenIdConnect.Jwt": "secret-token-of-octopus",
}

Verb = Literal["run", "watch", "dry run"]


@frozen(kw_only=True, eq=False)
class Journey:
    """One verb of a step, in a sandbox that `prepare` has set up, in a scenario, with variables."""

    step: Step
    name: str
    verb: Verb = "run"
    scenario: str = "healthy"
    prepare: Callable[["Journey", Sandbox], None] = field(default=lambda _, __: None)
    changes: Mapping[str, object] = field(factory=dict)
    account: Mapping[str, str] = field(default=SECRETS)

    def __str__(self) -> str:
        return f"{self.step}, {self.name}"

    def variables(self) -> dict[str, object]:
        others = {**self.account, **_secret(self.step), **self.changes}
        return variables(self.step, minutes=MINUTES, others=others)


@frozen(kw_only=True)
class JourneyRun:
    """How a journey ended, with its report events and calls."""

    result: Result | str | None
    error: EcsStepsError | None
    events: tuple[Reported, ...]
    calls: tuple[Call, ...]
    started_at: datetime
    ended_at: datetime


def prepare_sandbox(journey: Journey, aws: Sandbox) -> None:
    """Set a sandbox up for a journey."""
    aws.add_cluster(CLUSTERS["deploy"])
    journey.prepare(journey, aws)
    take(aws, journey.scenario)


def run_journey(journey: Journey, aws: Sandbox, *faults: Fault) -> JourneyRun:
    """Run a journey with faults, in a sandbox that is set up for it."""
    act = _runner(journey, aws)
    events: list[Reported] = []
    result, error = None, None
    first, started_at = len(aws.calls), aws.clock.now()
    random.seed(1)  # botocore draws how long it waits before it tries again
    aws.faults.apply(*faults)
    try:
        result = act(events.append)
    except EcsStepsError as raised:
        error = raised
    aws.faults.apply()
    return JourneyRun(
        result=result,
        error=error,
        events=tuple(events),
        calls=tuple(aws.calls[first:]),
        started_at=started_at,
        ended_at=aws.clock.now(),
    )


def _runner(journey: Journey, aws: Sandbox) -> Callable[[Report], Result | str]:
    kind = DeployEcsServiceStep if journey.step == "deploy" else UpdateEcsServiceStep
    step = kind(journey.variables())
    clients = account_clients(step.inputs.account, region=aws.region, session=aws.session)
    fakes: dict[str, Any] = {"aws": clients, "clock": aws.clock}
    match journey.verb, step:
        case "run", _:
            return lambda report: step.run(report=report, **fakes)
        case "dry run", UpdateEcsServiceStep():
            return lambda report: step.dry_run(report=report, **fakes)
    started = STACK if journey.step == "deploy" else service("update", aws)["deployments"][0]["id"]
    return lambda report: step.watch(started, report=report, **fakes)


def _secret(step: Step) -> Mapping[str, object]:
    """Return containers with a value in their environment that must not be shown."""
    if step == "update":
        environment = {"action": "Append", "items": [ENVIRONMENT]}
        update = {"containerName": "web", "packageReference": "web", "environmentVariables": environment}
        return {NAMES["updates"]: [update]}
    return {NAMES["containers"]: _containers(ENVIRONMENT)}


def _containers(*environment: Mapping[str, str]) -> list[dict[str, Any]]:
    containers: Any = copy.deepcopy(EXAMPLE[NAMES["containers"]])
    containers[0]["environmentVariables"] += environment
    return list(containers)


# Initial states


def _started(journey: Journey, aws: Sandbox) -> None:
    run(journey.step, aws, minutes=0, others={**_secret(journey.step), **journey.changes})


def _done(journey: Journey, aws: Sandbox) -> None:
    _started(journey, aws)
    aws.clock.sleep(120)


def _served(journey: Journey, aws: Sandbox) -> None:
    """Create a service that serves another image; the one that *Update* changes exists from the start."""
    let_a_deployment_succeed(journey.step, aws)


def _rolled_back_create(_: Journey, aws: Sandbox) -> None:
    take(aws, "service-name-taken")
    run("deploy", aws, tag="1.0.0")


def _failed_rollback(_: Journey, aws: Sandbox) -> None:
    let_a_deployment_succeed("deploy", aws)
    take(aws, "rollback-fails-once")
    run("deploy", aws, tag="1.1.0")


def _bucket(_: Journey, aws: Sandbox) -> None:
    aws.clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


_LARGE = {
    NAMES["containers"]: _containers(
        ENVIRONMENT, *({"type": "Plain", "key": f"NOTE_{n}", "value": "n" * 1000} for n in range(60))
    ),
    f"{ECS}.Deploy.TemplateBucket": BUCKET,
}
_NOT_FORCED = {f"{ECS}.Update.ForceNewDeployment": "False"}
_ROLLS_BACK = {NAMES["update_on_failure"]: "Rollback"}
_TAGGED = {"Octopus.Action.Aws.Tags": [{"key": "team", "value": "orders"}]}

JOURNEYS = (
    Journey(step="deploy", name="create"),
    Journey(step="deploy", name="update", prepare=_served),
    Journey(step="deploy", name="unchanged", prepare=_done),
    Journey(step="deploy", name="targets that are slow", scenario="slow-health-checks"),
    Journey(step="deploy", name="targets that drain", scenario="slow-draining", prepare=_served),
    Journey(step="deploy", name="create after a rolled back one", prepare=_rolled_back_create),
    Journey(step="deploy", name="update after a failed rollback", prepare=_failed_rollback),
    Journey(step="deploy", name="create that crashes", scenario="crash"),
    Journey(step="deploy", name="update that crashes", scenario="crash", prepare=_served),
    Journey(step="deploy", name="large template", changes=_LARGE, prepare=_bucket),
    Journey(step="deploy", name="watch", verb="watch", prepare=_started),
    Journey(step="deploy", name="assumed role", account=ASSUMED),
    Journey(step="deploy", name="OpenID Connect", account=OPENID),
    Journey(step="update", name="new revision"),
    Journey(step="update", name="new tags", changes=_TAGGED),
    Journey(step="update", name="new revision, not forced", changes=_NOT_FORCED),
    Journey(step="update", name="forced", prepare=_done),
    Journey(step="update", name="unchanged", prepare=_done, changes=_NOT_FORCED),
    Journey(step="update", name="targets that are slow", scenario="slow-health-checks"),
    Journey(step="update", name="targets that drain", scenario="slow-draining"),
    Journey(step="update", name="crash", scenario="crash"),
    Journey(step="update", name="crash, rolled back", scenario="crash", changes=_ROLLS_BACK),
    Journey(step="update", name="broken circuit, rolled back", scenario="breaker", changes=_ROLLS_BACK),
    Journey(step="update", name="dry run", verb="dry run"),
    Journey(step="update", name="watch", verb="watch", prepare=_started),
    Journey(step="update", name="assumed role", account=ASSUMED),
    Journey(step="update", name="OpenID Connect", account=OPENID),
)


@cache
def run_without_faults(journey: Journey) -> JourneyRun:
    """Run a journey without faults, once for all tests."""
    with Sandbox() as aws:
        prepare_sandbox(journey, aws)
        return run_journey(journey, aws)
