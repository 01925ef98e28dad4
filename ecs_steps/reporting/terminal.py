"""Reports for people: a live view on a terminal, lines on any other stream."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TextIO

from ecs_steps.clock import Clock, SystemClock
from ecs_steps.reporting.events import Level, Report, Reported
from ecs_steps.reporting.text import format_line, level_of


@contextmanager
def presenter(stream: TextIO, *, verbose: bool = False, clock: Clock | None = None) -> Iterator[Report]:
    """Present reports with what suits `stream`, until the block ends.

    That is a live tree on a terminal that can show one, where rich is installed and neither ``NO_COLOR`` nor
    ``CI`` is set; else plain lines. The tree's last state stays on the screen.
    """
    if not takes_live_view(stream):
        yield line_presenter(stream, verbose=verbose, clock=clock)
        return
    from ecs_steps.reporting.live import LiveView

    with LiveView(stream, verbose=verbose, clock=clock or SystemClock()) as report:
        yield report


def takes_live_view(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that can show a live tree, and is wanted to."""
    if os.environ.get("NO_COLOR") or os.environ.get("CI"):
        return False
    return stream.isatty() and os.environ.get("TERM") != "dumb" and find_spec("rich") is not None


def line_presenter(stream: TextIO, *, verbose: bool = False, clock: Clock | None = None) -> Report:
    """Return a presenter that writes a line of plain ASCII for each report, with the time since it was made.

    It suits a program that embeds a step: a live view takes the terminal over and has to be ended, which the
    terminal's owner decides (see `presenter`). Messages at verbose level are written only where `verbose` is
    set. A text of several lines is continued on indented ones.
    """
    watch = clock or SystemClock()
    started = watch.now()

    def write(reported: Reported) -> None:
        if level_of(reported) is Level.VERBOSE and not verbose:
            return
        stream.write(format_line(reported, (watch.now() - started).total_seconds()))
        stream.flush()

    return write
