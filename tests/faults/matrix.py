"""The fault matrix: which calls of which journeys get a fault, and the stored table of the outcomes."""

import fcntl
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from faults.fault_patterns import FAULT_PATTERNS
from faults.journeys import Journey
from faults.matrix_cases import case_without_faults
from step_rooms import declared_for

FILE = Path(__file__).parent / "MATRIX.md"
READ_PREFIXES = ("Describe", "Get", "List", "AssumeRole")

HEADING = """\
# Fault matrix

How a step ends when a call to AWS fails. `pytest tests/faults --update-goldens` writes this file.

A row is a call of a journey (see `journeys.py`). A call that only reads is tried in the first journey of each
verb that makes it (run, watch, dry run); one that changes something, wherever other changes came before it
(`#2` is the second time in a journey). A column is a fault: once, so many times, or from then on; a fault
that does not pass by itself lasts from then on.

A case is how the step ends: `ok`, or the error that it raises; `warned` where a warning names the call. A
journey whose deployment fails by itself ends with that failure. In every case these invariants hold:

* an error names the call and the cause, and is one that the library raises on purpose;
* it ends within the deadline and the rollback's time;
* no revision is deployed twice; no stack or revision is left that neither the outputs nor the error name;
* a green outcome is true at that moment (see `claims.py`): the PRIMARY deployment, its revision and all of
  its tasks are those that the outputs name or, without waiting, what was started is in progress;
* no output that was known is lost, and no secret is shown;
* when the fault has ended a rerun ends green and true, with as many stacks and revisions as without a fault,
  and no two equal revisions.
"""


@frozen(kw_only=True)
class Row:
    """A call of a journey that gets a fault; `first` is how many requests of it succeed before."""

    step: str
    operation: str
    first: int
    journey: str

    @property
    def call(self) -> str:
        return f"{self.operation} #{self.first + 1}" if self.first else self.operation

    def __str__(self) -> str:
        return f"{self.step}-{self.call}-{self.journey}"


Table = Mapping[Row, Sequence[str]]
"""The outcome of each fault pattern of each row."""


def journeys_of(row: StepRow) -> tuple[Journey, ...]:
    """Return the journeys of a step, which stand beside its tests."""
    declared: tuple[Journey, ...] = declared_for(row, "journeys").JOURNEYS
    return declared


def unused_actions(row: StepRow) -> tuple[str, ...]:
    """Return patterns of the actions that a step's policy allows and none of its own calls needs."""
    declared: tuple[str, ...] = getattr(declared_for(row, "journeys"), "UNUSED_ACTIONS", ())
    return declared


JOURNEYS = tuple(journey for row in STEPS for journey in journeys_of(row))


def journey_named(step: str, name: str) -> Journey:
    """Return a journey of a step."""
    return next(each for each in JOURNEYS if (each.row.name, each.name) == (step, name))


def rows(journeys: Iterable[Journey] = JOURNEYS) -> Iterator[Row]:
    """Yield the expected rows, from the calls that the journeys make without faults."""
    known: set[tuple[object, ...]] = set()
    for journey in journeys:
        changes: tuple[str, ...] = ()
        count: Counter[str] = Counter()
        for name in (call.operation for call in case_without_faults(journey).run.calls):
            if not name.startswith(READ_PREFIXES):
                changes = (*changes, name)
            calls = (journey.verb, name) if name.startswith(READ_PREFIXES) else changes
            state = (journey.row.name, journey.waits, *calls)
            if state not in known:
                known.add(state)
                yield Row(step=journey.row.name, operation=name, first=count[name], journey=journey.name)
            count[name] += 1


def read() -> dict[Row, list[str]]:
    """Read the stored table."""
    return _parsed(FILE.read_text(encoding="utf-8"))


def store(row: Row, outcomes: Sequence[str], order: Sequence[Row]) -> None:
    """Write one row into the stored table; other processes may do so at the same time."""
    with FILE.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        table = {**_parsed(file.read()), row: outcomes}
        file.seek(0)
        file.write(rendered({each: table[each] for each in order if each in table}))
        file.truncate()


def rendered(table: Table) -> str:
    """Return a table as Markdown, with its size."""
    return "\n".join([HEADING, f"{size(table)}.", *_parts(table), ""])


def size(table: Table) -> str:
    """Return how large a table is."""
    counts = Counter(row.step for row in table)
    parts = "; ".join(f"{step}: {n} calls x {len(FAULT_PATTERNS)} faults" for step, n in counts.items())
    return f"{parts}; {len(table) * len(FAULT_PATTERNS)} cases in all"


def _parts(table: Table) -> Iterator[str]:
    columns = ["call", "journey", *map(str, FAULT_PATTERNS)]
    for step in dict.fromkeys(row.step for row in table):
        yield from ("", f"## {step}", "", _line(columns), _line(["---"] * len(columns)))
        for row, outcomes in table.items():
            if row.step == step:
                yield _line([row.call, row.journey, *outcomes])


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _parsed(text: str) -> dict[Row, list[str]]:
    table = {}
    step = ""
    for line in text.splitlines():
        step = line.removeprefix("## ") if line.startswith("## ") else step
        texts = [text.strip() for text in line.strip("|").split(" | ")]
        if line.startswith("| ") and texts[0] not in ("call", "---"):
            call, journey, *outcomes = texts
            operation, _, nth = call.partition(" #")
            row = Row(step=step, operation=operation, first=int(nth or 1) - 1, journey=journey)
            table[row] = outcomes
    return table
