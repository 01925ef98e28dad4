"""The fault matrix: which calls of which journeys get a fault, and the stored table of the outcomes."""

import fcntl
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from explaining.runs import STEPS
from faults.fault_patterns import FAULT_PATTERNS
from faults.journeys import JOURNEYS, Journey, run_without_faults

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
* no output that was known is lost, and no secret is shown;
* when the fault is gone a rerun ends green: one stack, no two equal revisions, a service that serves.
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


def journey_of(row: Row) -> Journey:
    """Return the journey of a row."""
    return next(each for each in JOURNEYS if (each.step, each.name) == (row.step, row.journey))


def rows() -> Iterator[Row]:
    """Yield the expected rows, from the calls that the journeys make without faults."""
    known: set[tuple[str, ...]] = set()
    for journey in JOURNEYS:
        changes: tuple[str, ...] = ()
        made: Counter[str] = Counter()
        for name in (call.operation for call in run_without_faults(journey).calls):
            if not name.startswith(READ_PREFIXES):
                changes = (*changes, name)
            state = (journey.step, *((journey.verb, name) if name.startswith(READ_PREFIXES) else changes))
            if state not in known:
                known.add(state)
                yield Row(step=journey.step, operation=name, first=made[name], journey=journey.name)
            made[name] += 1


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
    return "\n".join([HEADING, f"{size(table)}.", *(line for step in STEPS for line in _part(step, table))])


def size(table: Table) -> str:
    """Return how large a table is."""
    counts = {step: sum(row.step == step for row in table) for step in STEPS}
    parts = "; ".join(f"{step}: {n} calls x {len(FAULT_PATTERNS)} faults" for step, n in counts.items())
    return f"{parts}; {len(table) * len(FAULT_PATTERNS)} cases in all"


def _part(step: str, table: Table) -> Iterator[str]:
    columns = ["call", "journey", *map(str, FAULT_PATTERNS)]
    yield from ("", f"## {step}", "", _line(columns), _line(["---"] * len(columns)))
    for row, outcomes in table.items():
        if row.step == step:
            yield _line([row.call, row.journey, *outcomes])
    if step == STEPS[-1]:
        yield ""


def _line(cases: Sequence[str]) -> str:
    return f"| {' | '.join(cases)} |"


def _parsed(text: str) -> dict[Row, list[str]]:
    table = {}
    step = ""
    for line in text.splitlines():
        step = line.removeprefix("## ") if line.startswith("## ") else step
        cases = [case.strip() for case in line.strip("|").split(" | ")]
        if line.startswith("| ") and cases[0] not in ("call", "---"):
            call, journey, *outcomes = cases
            operation, _, nth = call.partition(" #")
            row = Row(step=step, operation=operation, first=int(nth or 1) - 1, journey=journey)
            table[row] = outcomes
    return table
