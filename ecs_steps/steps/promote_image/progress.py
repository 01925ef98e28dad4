"""How far a copy is: amounts and their total, at least every ten seconds, also where nothing arrives."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Final

from attrs import define, field

from ecs_steps.clock import Clock
from ecs_steps.registry.transfer import CopyProgress
from ecs_steps.reporting.events import Progress, Report

PROGRESS_INTERVAL: Final = timedelta(seconds=10)
CHECK_INTERVAL: Final = 0.5
"""Seconds of real time: what blocks a copy lets no clock of a step pass."""


@define
class CopyReporter:
    """Reports how many bytes are there: at the start, at the end, and every ten seconds between."""

    clock: Clock
    report: Report
    _latest: CopyProgress | None = None
    _reported: CopyProgress | None = None
    _reported_at: datetime | None = None
    _lock: Lock = field(factory=Lock)

    def __call__(self, progress: CopyProgress) -> None:
        """Report, where it is time to."""
        with self._lock:
            self._latest = progress
            self._report_if_due()

    def repeat(self) -> None:
        """Report the latest amount again, where it is time to."""
        with self._lock:
            self._report_if_due()

    def _report_if_due(self) -> None:
        latest, now = self._latest, self.clock.now()
        if latest is None:
            return
        done, total = latest.bytes_done, latest.bytes_total
        is_end = done == total and latest != self._reported
        if self._reported_at and now - self._reported_at < PROGRESS_INTERVAL and not is_end:
            return
        self._reported_at, self._reported = now, latest
        percent = 100 * done // total if total else 100
        self.report(Progress(percent, f"{amount(done)} of {amount(total)}"))


@contextmanager
def reported_copy(clock: Clock, report: Report) -> Iterator[CopyReporter]:
    """Give the reporter of a copy, and let it repeat itself until the block ends."""
    reporter, ended = CopyReporter(clock, report), Event()

    def repeat() -> None:
        # Output that is closed ends this thread; the next report of the copy itself ends the step.
        with suppress(Exception):
            while not ended.wait(CHECK_INTERVAL):
                reporter.repeat()

    thread = Thread(target=repeat, name="progress", daemon=True)
    thread.start()
    try:
        yield reporter
    finally:
        ended.set()
        thread.join()


def amount(count: int) -> str:
    """Return a number of bytes as people read it."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004  the units' own step
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
