"""Reports for people: a live view on a terminal, lines on any other stream."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TextIO

from ecs_steps.clock import Clock, SystemClock
from ecs_steps.reporting.events import Level, Report, Reported
from ecs_steps.reporting.text import event_data, format_line, level_of, message_text


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
    return _presenter(stream, format_line, verbose=verbose, clock=clock)


def json_presenter(stream: TextIO, *, verbose: bool = False, clock: Clock | None = None) -> Report:
    """Return a presenter that writes a JSON object in a line for each report; see `event_data`."""

    def line(reported: Reported, seconds: float) -> str:
        return f"{json.dumps(event_data(reported, seconds))}\n"

    return _presenter(stream, line, verbose=verbose, clock=clock)


def logger_presenter(logger: logging.Logger) -> Report:
    """Return a presenter that logs each report as a record at its level; `record.reported` is the data.

    An output variable and what is highlighted are INFO, a wait and what is verbose DEBUG.
    """

    def log(reported: Reported) -> None:
        level = _LOGGED[level_of(reported)]
        logger.log(level, "%s", message_text(reported), extra={"reported": reported})

    return log


_LOGGED = {
    Level.VERBOSE: logging.DEBUG,
    Level.WAIT: logging.DEBUG,
    Level.INFO: logging.INFO,
    Level.HIGHLIGHT: logging.INFO,
    Level.WARNING: logging.WARNING,
    Level.ERROR: logging.ERROR,
}


def _presenter(
    stream: TextIO, line: Callable[[Reported, float], str], *, verbose: bool, clock: Clock | None
) -> Report:
    watch = clock or SystemClock()
    started = watch.now()

    def write(reported: Reported) -> None:
        if level_of(reported) is Level.VERBOSE and not verbose:
            return
        # A reader who has closed the pipe has seen enough; the deployment continues.
        with suppress(BrokenPipeError):
            stream.write(line(reported, (watch.now() - started).total_seconds()))
            stream.flush()

    return write
