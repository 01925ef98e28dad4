"""The result of an evaluation, its error, and its bounds: a hostile value must not eat the worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time
from typing import Final

from attrs import define, frozen

MAX_TEXT: Final = 10 * 1024 * 1024
"""Characters in any text that is read or written, results in between included."""

MAX_DEPTH: Final = 64
"""Levels of nesting: variables within variables, blocks within blocks, tokens within tokens."""

MAX_WORK: Final = 64 * 1024 * 1024
"""Units of work in one evaluation: a character handled is 1, a token `TOKEN_WORK`."""

MAX_TOTAL_WORK: Final = 4 * MAX_WORK
"""Units of work in all evaluations over one dictionary, failed ones included, but for the last of them."""

TOKEN_WORK: Final = 64

WORK_PER_SECOND: Final = 64 * 1024 * 1024
"""Units of work for a second in a library, which does not count what it does."""

_MIN_SECONDS = 0.001


@frozen
class Evaluated:
    """A text with everything replaced that could be.

    `unresolved` holds the tokens that were left in place, as they stand in the text, each once and in order.
    """

    text: str
    unresolved: tuple[str, ...] = ()


class OctostacheError(ValueError):
    """A text cannot be evaluated: a loop, a text beyond bounds, or a construct that is not supported.

    The message holds names and tokens as they were written, never the value of a variable.
    """


@define
class Work:
    """What one evaluation has done so far."""

    spent: int = 0

    def spend(self, units: int) -> None:
        """Count `units` more.

        Raises:
            OctostacheError: The evaluation has done more than `MAX_WORK`.
        """
        self.spent += units
        if self.spent > MAX_WORK:
            raise OctostacheError(f"The evaluation was given up after {MAX_WORK} units of work")

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time that a library takes; where that is too much, the next `spend` is refused."""
        start = thread_time()
        try:
            yield
        finally:
            self.spent += int((thread_time() - start) * WORK_PER_SECOND)

    def seconds_left(self) -> float:
        """Return the time that a library may take, which is never zero."""
        return max((MAX_WORK - self.spent) / WORK_PER_SECOND, _MIN_SECONDS)


def check_length(length: int) -> None:
    """Refuse a text that is longer than `MAX_TEXT`.

    Raises:
        OctostacheError: It is.
    """
    if length > MAX_TEXT:
        raise OctostacheError(f"The text grows beyond {MAX_TEXT} characters")


def is_deep(document: object) -> bool:
    """Return whether the lists and objects of JSON data are nested more than `MAX_DEPTH` deep."""
    nested = [document]
    for _ in range(MAX_DEPTH):
        nested = [
            inner
            for outer in nested
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(inner, dict | list) for inner in nested)
