"""Measurements as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from benchmarks.measuring import Runs, ratio


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is text, the others are numbers."""
    ruler = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))


def comparison(runs: Runs, *, floor: str, more: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Compare contenders with the `floor`; `more` is further columns, by their head and the contender."""
    further = more or {}
    head = ["", "median", "times the floor", "CPU time", "times the floor", "peak memory", *further]
    return table(
        head,
        (
            [
                name,
                f"{median(run.seconds for run in taken):.2f} s",
                f"{ratio(runs, name, floor, lambda run: run.seconds):.2f}",
                f"{median(run.cpu_seconds for run in taken):.2f} s",
                f"{ratio(runs, name, floor, lambda run: run.cpu_seconds):.2f}",
                f"{median(run.peak for run in taken):.0f} MiB",
                *(column[name] for column in further.values()),
            ]
            for name, taken in runs.items()
        ),
    )
