"""What each process of this library does at its edge: it starts, reads the variables, and ends."""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ecs_steps.errors import EcsStepsError
from ecs_steps.octopus.variable_files import parse_variables
from ecs_steps.octopus.variables import Variables, unreadable
from ecs_steps.reporting.text import ascii_lines

INTERRUPTED, TERMINATED = 130, 143
# A step that is loaded, with its clients, is 100,000 objects.
OBJECTS_OF_A_START = 200_000


def tune_gc() -> None:
    """Keep the garbage collector from searching what lives as long as this process does.

    By default it runs at every few hundred objects more, and once more over all of them at exit: a quarter
    of the time that a short command takes, for nothing. During a long wait it still runs, but seldom.
    """
    gc.set_threshold(OBJECTS_OF_A_START, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)


def run_process(main: Callable[[], int]) -> int:
    """Run `main` as this process, which ends here; returns its exit code where it cannot end here.

    Taking 100,000 objects apart one by one is 5 % of a short command, and nothing comes after it. Where what
    was printed cannot be written, Python says so when it ends.
    """
    tune_gc()
    code = main()
    for stream in filter(None, (sys.stdout, sys.stderr)):  # none where it was closed
        try:
            stream.flush()
        except OSError:
            return code
    os._exit(code)


def read_variables(source: str) -> Variables:
    """Read the variables from a JSON file, or from standard input where `source` is ``-``.

    Raises:
        InvalidInputsError: There is no such file, or it holds no variables.
    """
    name, text = read_text(source)
    return parse_variables(text, source=name)


def read_text(source: str) -> tuple[str, str]:
    """Return a file's name as messages have it, and its text.

    Raises:
        InvalidInputsError: There is no such file, or it is not UTF-8.
    """
    name = "standard input" if source == "-" else source
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return name, raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable(name, "is not UTF-8") from None
    except (OSError, ValueError) as error:
        # A name that no file could have, with NUL in it, is a ValueError.
        message = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise unreadable(name, message) from None


def print_error(text: str) -> None:
    """Print on standard error what is not the result; where that cannot be, the exit code says it alone."""
    if sys.stderr is None:  # it was closed
        return
    with suppress(OSError):
        for line in ascii_lines(text):
            sys.stderr.write(f"{line}\n")


class _Terminated(KeyboardInterrupt):
    """SIGTERM, as an Octopus server sends it where a task is cancelled."""


@contextmanager
def cancellable() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into `KeyboardInterrupt`, so that a step can name what continues in AWS.

    A second signal ends the process at once.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, _: object) -> None:
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        raise _Terminated if number == signal.SIGTERM else KeyboardInterrupt

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code(end: EcsStepsError | KeyboardInterrupt) -> int:
    """Return the code that a process ends with."""
    if isinstance(end, EcsStepsError):
        return TERMINATED if isinstance(end.__cause__, _Terminated) else end.exit_code
    return TERMINATED if isinstance(end, _Terminated) else INTERRUPTED
