"""One cell of the matrix: a call of a journey, a fault of it, and what must hold whatever comes of it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from attrs import frozen

from ecs_steps import DeploymentError, Result
from ecs_steps.reporting.events import Level, Message, OutputVariable
from ecs_steps.reporting.text import sentence
from ecs_steps.sandbox import Fault, Sandbox
from explaining.runs import is_serving, service, take
from faults.account import Inventory, deployed_since, inventory
from faults.disturbances import CAUSES
from faults.journeys import ASSUMED, ENVIRONMENT, MINUTES, OPENID, Ended, Journey, go, ready, undisturbed

LONGEST = timedelta(minutes=MINUTES + 30 + 5)
"""The deadline, the time to undo, and a last call that is waited for."""

SECRETS = {
    value
    for value in (ENVIRONMENT["value"], *ASSUMED.values(), *OPENID.values())
    if "secret" in value.lower()
}


@frozen(kw_only=True)
class Cell:
    """What came of a call that was disturbed."""

    journey: Journey
    fault: Fault
    ended: Ended
    before: Inventory
    after: Inventory
    deployed: tuple[str, ...]
    again: Ended
    at_last: Inventory
    serves: bool

    @property
    def text(self) -> str:
        """What the error says."""
        return str(self.ended.error or "")

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.ended.heard if isinstance(m, Message) and m.level is Level.WARNING]

    @property
    def outcome(self) -> str:
        """The outcome in a word or two."""
        end = type(self.ended.error).__name__ if self.ended.error else "ok"
        is_warned_of = any(self.fault.operation in warning for warning in self.warnings)
        return f"{end}, warned" if is_warned_of else end


def disturbed(journey: Journey, fault: Fault) -> Cell:
    """Go a journey through a fault, and once more when nothing is wrong any longer."""
    with Sandbox() as aws:
        ready(journey, aws)
        before = inventory(journey.step, aws)
        ended = go(journey, aws, fault)
        after = inventory(journey.step, aws)
        deployed = tuple(deployed_since(ended.begun, journey.step, aws))
        take(aws, "healthy")
        again = go(journey, aws)
        return Cell(
            journey=journey,
            fault=fault,
            ended=ended,
            before=before,
            after=after,
            deployed=deployed,
            again=again,
            at_last=inventory(journey.step, aws),
            serves=is_serving(journey.step, aws, service(journey.step, aws)["taskDefinition"]),
        )


def violations(cell: Cell) -> Iterator[str]:
    """Yield what does not hold of a cell although it must."""
    ended = cell.ended
    if not any(call.operation == cell.fault.operation and call.outcome for call in ended.calls):
        yield "the fault was not met"
    if ended.ended - ended.begun > LONGEST:
        yield f"it took {ended.ended - ended.begun}"
    if twice := [revision for revision, times in Counter(cell.deployed).items() if times > 1]:
        yield f"deployed more than once: {twice}"
    yield from _unsaid(cell)
    yield from _losses(cell)
    yield from _not_mended(cell)


def _unsaid(cell: Cell) -> Iterator[str]:
    """Yield what is missing from what was said, and that something was said which must not be."""
    ended = cell.ended
    if ended.error and not _ends_as_usual(cell):
        if cell.fault.operation not in cell.text:
            yield f"the call is not named: {cell.text}"
        if not re.search(CAUSES[cell.fault.kind], cell.text):
            yield f"the cause is not named: {cell.text}"
    said = "\n".join([cell.text, repr(ended.error), *map(sentence, ended.heard), *map(repr, ended.heard)])
    if any(secret in said for secret in SECRETS):
        yield "a secret was said"


def _ends_as_usual(cell: Cell) -> bool:
    error, usual = cell.ended.error, undisturbed(cell.journey).error
    return type(error) is type(usual) and error is not None and usual is not None and error.what == usual.what


def _losses(cell: Cell) -> Iterator[str]:
    ended, error = cell.ended, cell.ended.error
    outputs = {each.name: each.value for each in ended.heard if isinstance(each, OutputVariable)}
    named = "\n".join([cell.text, *outputs.values()])
    for stack in cell.after.stacks - cell.before.stacks:
        if stack not in named and stack.split("/")[1] not in cell.text:
            yield f"an orphan: {stack}"
    if cell.journey.step == "update":
        for revision in cell.after.revisions.keys() - cell.before.revisions.keys():
            if revision not in named:
                yield f"an orphan: {revision}"
        if cell.deployed and "DeploymentId" not in outputs:
            yield f"a deployment of {cell.deployed} that is not told: {cell.text}"
    if isinstance(error, DeploymentError) and error.outputs != outputs:
        yield f"outputs lost from the error: {dict(error.outputs)} of {outputs}"
    if isinstance(ended.result, Result) and ended.result.outputs != outputs:
        yield f"outputs lost from the result: {ended.result.outputs} of {outputs}"


def _not_mended(cell: Cell) -> Iterator[str]:
    """Yield what is wrong after a rerun without faults."""
    if cell.again.error:
        yield f"a rerun ended with {cell.again.error!r}"
    if cell.journey.way == "run" and not cell.serves:
        yield "after a rerun the service does not serve"
    contents = list(cell.at_last.revisions.values())
    if any(contents.count(content) > 1 for content in contents):
        yield f"after a rerun there are equal revisions among {list(cell.at_last.revisions)}"
    if cell.journey.step == "deploy" and len(cell.at_last.stacks) != 1:
        yield f"after a rerun there are the stacks {cell.at_last.stacks}"
