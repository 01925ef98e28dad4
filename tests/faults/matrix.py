"""The fault matrix: which calls are disturbed on which journeys, and the table that is kept of it."""

import fcntl
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from explaining.runs import STEPS
from faults.disturbances import DISTURBANCES
from faults.journeys import JOURNEYS, Journey, undisturbed

FILE = Path(__file__).parent / "MATRIX.md"
UNCHANGING = ("Describe", "Get", "List", "AssumeRole")

HEADING = """\
# Fault matrix

What becomes of a step when a call to AWS goes wrong. `pytest tests/faults --update-goldens` writes this file.

A row is a call on a journey, which is a way of the step (see `journeys.py`). A call that only reads is
disturbed on the first journey that makes it: of those that run the step, that watch, that are dry; one that
changes something, wherever other changes came before it (`#2` is the second time on a journey). A column is
a fault, which the call meets that time only, so many times, or from then on; what does not pass by itself is
met from then on.

A cell is how the step ends: `ok`, or the error that it raises; `warned` where a warning names the call. A
journey whose deployment fails by itself ends with that failure. Of every cell the test demands:

* an error names the call and the cause, and is one that the library raises on purpose;
* it ends within the deadline and the time to undo;
* no revision is deployed twice; no stack or revision is left that neither the outputs nor the error name;
* no output that was known is lost, and nothing secret is said;
* when the fault is gone a rerun ends green: one stack, no two equal revisions, a service that serves.
"""


@frozen(kw_only=True)
class Row:
    """A call that is disturbed on a journey; `first` is how many requests of it go well before."""

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
"""The outcome of each disturbance of each row."""


def journey_of(row: Row) -> Journey:
    """Return the journey of a row."""
    return next(each for each in JOURNEYS if (each.step, each.name) == (row.step, row.journey))


def rows() -> Iterator[Row]:
    """Yield the rows that there must be, from the calls that the journeys make undisturbed."""
    known: set[tuple[str, ...]] = set()
    for journey in JOURNEYS:
        changes: tuple[str, ...] = ()
        made: Counter[str] = Counter()
        for name in (call.operation for call in undisturbed(journey).calls):
            if not name.startswith(UNCHANGING):
                changes = (*changes, name)
            state = (journey.step, *((journey.way, name) if name.startswith(UNCHANGING) else changes))
            if state not in known:
                known.add(state)
                yield Row(step=journey.step, operation=name, first=made[name], journey=journey.name)
            made[name] += 1


def read() -> dict[Row, list[str]]:
    """Read the table that is kept."""
    return _parsed(FILE.read_text(encoding="utf-8"))


def keep(row: Row, outcomes: Sequence[str], order: Sequence[Row]) -> None:
    """Write one row into the table that is kept; other processes may do so at the same time."""
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
    """Say how large a table is."""
    counts = {step: sum(row.step == step for row in table) for step in STEPS}
    parts = "; ".join(f"{step}: {n} calls x {len(DISTURBANCES)} faults" for step, n in counts.items())
    return f"{parts}; {len(table) * len(DISTURBANCES)} cells in all"


def _part(step: str, table: Table) -> Iterator[str]:
    columns = ["call", "journey", *map(str, DISTURBANCES)]
    yield from ("", f"## {step}", "", _line(columns), _line(["---"] * len(columns)))
    for row, outcomes in table.items():
        if row.step == step:
            yield _line([row.call, row.journey, *outcomes])
    if step == STEPS[-1]:
        yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _parsed(text: str) -> dict[Row, list[str]]:
    table = {}
    step = ""
    for line in text.splitlines():
        step = line.removeprefix("## ") if line.startswith("## ") else step
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and cells[0] not in ("call", "---"):
            call, journey, *outcomes = cells
            operation, _, nth = call.partition(" #")
            row = Row(step=step, operation=operation, first=int(nth or 1) - 1, journey=journey)
            table[row] = outcomes
    return table
