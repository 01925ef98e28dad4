"""Reports for people: lines on a stream."""

from typing import TextIO

from ecs_steps.polling import Clock, SystemClock
from ecs_steps.report import Level, Report, Reported
from ecs_steps.wording import ascii_lines, elapsed, level_of, sentence

_MARKS = {Level.WARNING: "WARNING: ", Level.ERROR: "ERROR: "}


def report_for(stream: TextIO, *, verbose: bool = False, clock: Clock | None = None) -> Report:
    """Return the presenter that suits `stream`: plain lines."""
    return lines_to(stream, verbose=verbose, clock=clock)


def lines_to(stream: TextIO, *, verbose: bool = False, clock: Clock | None = None) -> Report:
    """Return a presenter that writes a line of plain ASCII for each report, with the time since it was made.

    Messages at verbose level are written only where `verbose` is set. A text of several lines is continued on
    indented ones.
    """
    watch = clock or SystemClock()
    started = watch.now()

    def write(reported: Reported) -> None:
        level = level_of(reported)
        if level is Level.VERBOSE and not verbose:
            return
        stamp = f"[{elapsed((watch.now() - started).total_seconds())}] "
        text = f"\n{' ' * len(stamp)}".join(ascii_lines(_MARKS.get(level, "") + sentence(reported)))
        stream.write(f"{stamp}{text}\n")
        stream.flush()

    return write
