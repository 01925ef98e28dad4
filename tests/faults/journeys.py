"""A journey: one verb of a step on its way through the fake AWS, and how it ends.

The matrices of faults, kills and permissions run the journeys of every step in ``ecs_steps.steps.registry``.
The author of a step declares them beside the step's tests, as ``JOURNEYS`` in ``steps/<room>/journeys.py``:

* one journey for each call that no other journey makes, and one for each verb that calls AWS; a journey
  without waiting (``waits=False``) where the step has one;
* `prepare` creates what exists before the step; a step that needs nothing leaves it out;
* ``is_killed=True`` for journeys whose process is killed after each of their calls;
* one journey for each kind of `account`; values that must not be shown begin with `SECRET`.

The invariants are derived from AWS and from the result (see `claims` and `matrix_cases`): a step without a
stack or a service declares nothing more. Where a policy allows actions that no call of the step needs (those
of CloudFormation for a stack's resources), ``UNUSED_ACTIONS`` in the same module has patterns of them. Then
``pytest tests/faults --update-goldens`` writes the rows of the step.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from ecs_steps import EcsStepsError, Result
from ecs_steps.aws.clients import account_clients
from ecs_steps.reporting.events import Report, Reported
from ecs_steps.sandbox import Call, Fault, Sandbox
from ecs_steps.steps.row import StepRow, Verb
from explaining.runs import take

MINUTES = 10
"""How long a journey's variables let the step wait."""

SECRET = "secret-"  # noqa: S105  the mark of one
"""Begins every value in the variables of a journey that must not be shown."""

KEYS = {
    "Octopus.Action.AwsAccount.Variable": "Account",
    "Account.AccessKey": "AKIASECRETSECRET0000",
    "Account.SecretKey": "secret-key-of-the-account",
}
ASSUMED_ROLE = {
    **KEYS,
    "Octopus.Action.Aws.AssumeRole": "True",
    "Octopus.Action.Aws.AssumedRoleArn": "arn:aws:iam::123456789012:role/production",
    "Octopus.Action.Aws.AssumeRoleExternalId": "secret-external-id",
}
OPENID = {
    "Octopus.Action.AwsAccount.Variable": "Account",
    "Account.RoleArn": "arn:aws:iam::123456789012:role/deployer",
    "Account.OpenIdConnect.Jwt": "secret-token-of-octopus",
}


def _nothing(_: Sandbox) -> str:
    return ""


@frozen(kw_only=True, eq=False)
class Journey:
    """One verb of a step, in a sandbox that `prepare` has set up, in a scenario, with variables.

    `started` names what a watch waits for. With `is_forced` a rerun deploys again what runs already. With
    `prunes` a rerun may leave what a fault has kept from being deregistered: it registers nothing itself.
    """

    row: StepRow
    name: str
    settings: Mapping[str, object]
    account: Mapping[str, object] = field(factory=lambda: KEYS)
    verb: Verb = Verb.RUN
    waits: bool = True
    scenario: str = "healthy"
    prepare: Callable[[Sandbox], object] = _nothing
    started: Callable[[Sandbox], str] = _nothing
    is_killed: bool = False
    is_forced: bool = False
    prunes: bool = False

    def __str__(self) -> str:
        return f"{self.row.name}, {self.name}"

    @property
    def variables(self) -> Mapping[str, object]:
        return {**self.account, **self.settings}


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
    journey.prepare(aws)
    take(aws, journey.scenario)


def run_journey(journey: Journey, aws: Sandbox, *faults: Fault) -> JourneyRun:
    """Run a journey with faults, in a sandbox that is set up for it."""
    call_step = _call_of(journey, aws)
    events: list[Reported] = []
    result, error = None, None
    first, started_at = len(aws.calls), aws.clock.now()
    random.seed(1)  # botocore draws how long it waits before it tries again
    aws.faults.apply(*faults)
    try:
        result = call_step(events.append)
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


def run_in_sandbox(journey: Journey, *faults: Fault) -> JourneyRun:
    """Run a journey with faults, in a sandbox of its own."""
    with Sandbox() as aws:
        prepare_sandbox(journey, aws)
        return run_journey(journey, aws, *faults)


def _call_of(journey: Journey, aws: Sandbox) -> Callable[[Report], Result | str]:
    step: Any = journey.row.read(journey.variables)
    clients = account_clients(step.inputs.account, region=aws.region, session=aws.session)
    fakes: dict[str, Any] = {"aws": clients, "clock": aws.clock}
    match journey.verb:
        case Verb.WATCH:
            started = journey.started(aws)
            return lambda report: step.watch(started, report=report, **fakes)
        case Verb.DRY_RUN:
            return lambda report: step.dry_run(report=report, **fakes)
        case _:
            return lambda report: step.run(report=report, **fakes)
