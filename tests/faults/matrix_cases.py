"""One case of the matrix: a journey runs with a fault in one call, runs again without, and its invariants."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from attrs import frozen

from ecs_steps import DeploymentError, Result
from ecs_steps.reporting.events import Level, Message, OutputVariable
from ecs_steps.reporting.text import message_text
from ecs_steps.sandbox import Fault, Sandbox
from explaining.runs import is_serving, service, take
from faults.fault_patterns import CAUSES
from faults.inventory import Inventory, deployed_since, take_inventory
from faults.journeys import (
    ASSUMED,
    ENVIRONMENT,
    MINUTES,
    OPENID,
    Journey,
    JourneyRun,
    prepare_sandbox,
    run_journey,
    run_without_faults,
)

MAX_DURATION = timedelta(minutes=MINUTES + 30 + 5)
"""The deadline, the rollback's own time, and a last call in progress."""

SECRETS = {
    value
    for value in (ENVIRONMENT["value"], *ASSUMED.values(), *OPENID.values())
    if "secret" in value.lower()
}


@frozen(kw_only=True)
class MatrixCase:
    """How a journey with a fault ended, and its rerun without."""

    journey: Journey
    fault: Fault
    run: JourneyRun
    before: Inventory
    after: Inventory
    deployed: tuple[str, ...]
    rerun: JourneyRun
    final: Inventory
    serves: bool

    @property
    def text(self) -> str:
        """The error's text."""
        return str(self.run.error or "")

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.run.events if isinstance(m, Message) and m.level is Level.WARNING]

    @property
    def outcome(self) -> str:
        """The outcome as the matrix shows it."""
        end = type(self.run.error).__name__ if self.run.error else "ok"
        is_warned_of = any(self.fault.operation in warning for warning in self.warnings)
        return f"{end}, warned" if is_warned_of else end


def run_case(journey: Journey, fault: Fault) -> MatrixCase:
    """Run a journey with a fault, and again without."""
    with Sandbox() as aws:
        prepare_sandbox(journey, aws)
        before = take_inventory(journey.step, aws)
        run = run_journey(journey, aws, fault)
        after = take_inventory(journey.step, aws)
        deployed = tuple(deployed_since(run.started_at, journey.step, aws))
        take(aws, "healthy")
        rerun = run_journey(journey, aws)
        return MatrixCase(
            journey=journey,
            fault=fault,
            run=run,
            before=before,
            after=after,
            deployed=deployed,
            rerun=rerun,
            final=take_inventory(journey.step, aws),
            serves=is_serving(journey.step, aws, service(journey.step, aws)["taskDefinition"]),
        )


def violations(case: MatrixCase) -> Iterator[str]:
    """Yield each invariant that a case violates."""
    run = case.run
    if not any(call.operation == case.fault.operation and call.outcome for call in run.calls):
        yield "the fault was not injected"
    if run.ended_at - run.started_at > MAX_DURATION:
        yield f"it took {run.ended_at - run.started_at}"
    if twice := [revision for revision, times in Counter(case.deployed).items() if times > 1]:
        yield f"deployed more than once: {twice}"
    yield from _missing_or_secret_text(case)
    yield from _losses(case)
    yield from _rerun_violations(case)


def _missing_or_secret_text(case: MatrixCase) -> Iterator[str]:
    """Yield a call or cause that the error does not name, and a secret that anything shows."""
    run = case.run
    if run.error and not _fails_as_without_faults(case):
        if case.fault.operation not in case.text:
            yield f"the call is not named: {case.text}"
        if not re.search(CAUSES[case.fault.kind], case.text):
            yield f"the cause is not named: {case.text}"
    output = "\n".join([case.text, repr(run.error), *map(message_text, run.events), *map(repr, run.events)])
    if any(secret in output for secret in SECRETS):
        yield "a secret was shown"


def _fails_as_without_faults(case: MatrixCase) -> bool:
    error, expected = case.run.error, run_without_faults(case.journey).error
    return (
        type(error) is type(expected)
        and error is not None
        and expected is not None
        and error.what == expected.what
    )


def _losses(case: MatrixCase) -> Iterator[str]:
    run, error = case.run, case.run.error
    outputs = {each.name: each.value for each in run.events if isinstance(each, OutputVariable)}
    named = "\n".join([case.text, *outputs.values()])
    for stack in case.after.stacks - case.before.stacks:
        if stack not in named and stack.split("/")[1] not in case.text:
            yield f"an orphan: {stack}"
    if case.journey.step == "update":
        for revision in case.after.revisions.keys() - case.before.revisions.keys():
            if revision not in named:
                yield f"an orphan: {revision}"
        if case.deployed and "DeploymentId" not in outputs:
            yield f"a deployment of {case.deployed} that is not reported: {case.text}"
    if isinstance(error, DeploymentError) and error.outputs != outputs:
        yield f"outputs lost from the error: {dict(error.outputs)} of {outputs}"
    if isinstance(run.result, Result) and run.result.outputs != outputs:
        yield f"outputs lost from the result: {run.result.outputs} of {outputs}"


def _rerun_violations(case: MatrixCase) -> Iterator[str]:
    """Yield what is wrong after a rerun without faults."""
    if case.rerun.error:
        yield f"a rerun ended with {case.rerun.error!r}"
    if case.journey.verb == "run" and not case.serves:
        yield "after a rerun the service does not serve"
    contents = list(case.final.revisions.values())
    if any(contents.count(content) > 1 for content in contents):
        yield f"after a rerun there are equal revisions among {list(case.final.revisions)}"
    if case.journey.step == "deploy" and len(case.final.stacks) != 1:
        yield f"after a rerun there are the stacks {case.final.stacks}"
