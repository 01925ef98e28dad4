"""One case of the matrix: a journey runs with a fault in one call, runs again without, and its invariants."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache

from attrs import frozen

from ecs_steps import DeploymentError, Result, RolledBackError
from ecs_steps.reporting.events import Level, Message, OutputVariable
from ecs_steps.reporting.text import message_text
from ecs_steps.sandbox import Fault, Sandbox
from explaining.runs import take
from faults.claims import false_claims
from faults.fault_patterns import CAUSES
from faults.inventory import Inventory, deployed_since, take_inventory
from faults.journeys import KEYS, MINUTES, SECRET, Journey, JourneyRun, prepare_sandbox, run_journey

MAX_DURATION = timedelta(minutes=MINUTES + 30 + 5)
"""The deadline, the rollback's own time, and a last call in progress."""

TIME_TO_FINISH = 300
"""Seconds until what was only started is done."""

SHOWN_BY = {"DescribeServiceRevisions": {"TargetGroupArn"}}
"""Outputs for want of which no approval and no abort fails, by the only call that shows them."""


@frozen(kw_only=True)
class MatrixCase:
    """How a journey with a fault ended, its rerun without, and AWS before, between and after."""

    journey: Journey
    fault: Fault | None
    run: JourneyRun
    rerun: JourneyRun
    before: Inventory
    after: Inventory
    final: Inventory
    deployed: tuple[str, ...]

    @property
    def text(self) -> str:
        """The error's text."""
        return str(self.run.error or "")

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.run.events if isinstance(m, Message) and m.level is Level.WARNING]

    @property
    def reported_outputs(self) -> Mapping[str, str]:
        return {each.name: each.value for each in self.run.events if isinstance(each, OutputVariable)}

    @property
    def outcome(self) -> str:
        """The outcome as the matrix shows it."""
        end = type(self.run.error).__name__ if self.run.error else "ok"
        is_warned_of = self.fault and any(self.fault.operation in warning for warning in self.warnings)
        return f"{end}, warned" if is_warned_of else end


def run_case(journey: Journey, *faults: Fault) -> MatrixCase:
    """Run a journey with a fault, and again without."""
    with Sandbox() as aws:
        prepare_sandbox(journey, aws)
        before = take_inventory(aws)
        run = run_journey(journey, aws, *faults)
        after = take_inventory(aws)
        deployed = tuple(deployed_since(run.started_at, aws))
        take(aws, "healthy")
        if not journey.waits:
            aws.clock.sleep(TIME_TO_FINISH)
        rerun = run_journey(journey, aws)
        return MatrixCase(
            journey=journey,
            fault=next(iter(faults), None),
            run=run,
            rerun=rerun,
            before=before,
            after=after,
            final=take_inventory(aws),
            deployed=deployed,
        )


@cache
def case_without_faults(journey: Journey) -> MatrixCase:
    """Run a journey without faults, once for all tests."""
    return run_case(journey)


def violations(case: MatrixCase) -> Iterator[str]:
    """Yield each invariant that a case violates."""
    run = case.run
    if case.fault and not any(call.operation == case.fault.operation and call.outcome for call in run.calls):
        yield "the fault was not injected"
    if run.ended_at - run.started_at > MAX_DURATION:
        yield f"it took {run.ended_at - run.started_at}"
    if twice := [revision for revision, times in Counter(case.deployed).items() if times > 1]:
        yield f"deployed more than once: {twice}"
    yield from _false_verdicts(case)
    yield from _missing_or_secret_text(case)
    yield from _losses(case)
    yield from rerun_violations(case.journey, case.rerun, case.final)


def _false_verdicts(case: MatrixCase) -> Iterator[str]:
    """Yield what the outcome says and AWS did not show when the step ended."""
    run, expected = case.run, case_without_faults(case.journey).run
    if isinstance(run.result, Result):
        yield from _false_claims(run.result, case.journey, case.after)
        if isinstance(expected.result, Result):
            optional = SHOWN_BY.get(case.fault.operation, set()) if case.fault else set()
            missing = expected.result.outputs.keys() - run.result.outputs.keys() - optional
            if missing:
                yield f"green without the outputs {sorted(missing)}"
    if isinstance(run.error, RolledBackError):
        for arn, service in case.before.services.items():
            now = case.after.services[arn].revision
            if now != service.revision:
                yield f"rolled back, and the PRIMARY deployment is of {now}"


def _missing_or_secret_text(case: MatrixCase) -> Iterator[str]:
    """Yield a call or cause that the error does not name, and a secret that anything shows."""
    run, fault = case.run, case.fault
    if run.error and fault and not _fails_as_without_faults(case):
        if fault.operation not in case.text:
            yield f"the call is not named: {case.text}"
        if not re.search(CAUSES[fault.kind], case.text):
            yield f"the cause is not named: {case.text}"
    output = "\n".join([case.text, repr(run.error), *map(message_text, run.events), *map(repr, run.events)])
    if SECRET in output or KEYS["Account.AccessKey"] in output:
        yield "a secret was shown"


def _fails_as_without_faults(case: MatrixCase) -> bool:
    error, expected = case.run.error, case_without_faults(case.journey).run.error
    return type(error) is type(expected) and bool(error and expected and error.what == expected.what)


def _losses(case: MatrixCase) -> Iterator[str]:
    """Yield what a step left behind without naming it, and outputs that it had and lost."""
    run, error, outputs = case.run, case.run.error, case.reported_outputs
    named = "\n".join([case.text, *outputs.values()])
    for stack in case.after.stacks.keys() - case.before.stacks.keys():
        if stack not in named and stack.split("/")[1] not in case.text:
            yield f"an orphan: {stack}"
    for revision in case.after.revisions.keys() - case.before.revisions.keys() - case.after.stack_resources:
        if revision not in named:
            yield f"an orphan: {revision}"
    deployed = [revision for revision in case.deployed if revision not in case.after.stack_resources]
    if deployed and "DeploymentId" not in outputs:
        yield f"a deployment of {deployed} that is not reported: {case.text}"
    if isinstance(error, DeploymentError) and error.outputs != outputs:
        yield f"outputs lost from the error: {dict(error.outputs)} of {outputs}"
    if isinstance(run.result, Result) and run.result.outputs != outputs:
        yield f"outputs lost from the result: {run.result.outputs} of {outputs}"


def _false_claims(result: Result, journey: Journey, aws: Inventory) -> Iterator[str]:
    return false_claims(result, journey.variables, aws, is_abort=journey.row.name == "abort")


def rerun_violations(journey: Journey, rerun: JourneyRun, final: Inventory) -> Iterator[str]:
    """Yield what is wrong after a rerun without faults, compared with a journey that never met one."""
    expected = case_without_faults(journey).final
    if rerun.error:
        yield f"a rerun ended with {rerun.error!r}"
    if isinstance(rerun.result, Result):
        yield from (f"after a rerun: {each}" for each in _false_claims(rerun.result, journey, final))
    contents = list(final.revisions.values())
    if any(contents.count(content) > 1 for content in contents):
        yield f"after a rerun there are equal revisions among {list(final.revisions)}"
    more = len(final.revisions) - len(expected.revisions)
    if more < 0 or (more and not journey.prunes):
        yield f"after a rerun there are the revisions {list(final.revisions)}"
    if len(final.stacks) != len(expected.stacks):
        yield f"after a rerun there are the stacks {dict(final.stacks)}"
