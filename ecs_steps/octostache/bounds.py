"""What bounds an evaluation, so that a hostile value cannot eat the worker; and the one error."""

from typing import Final

from attrs import define

MAX_TEXT: Final = 10 * 1024 * 1024
"""Characters in any text that is read or written, results in between included."""

MAX_DEPTH: Final = 64
"""Levels of nesting: variables within variables, blocks within blocks, tokens within tokens."""

MAX_WORK: Final = 64 * 1024 * 1024
"""Units of work in one evaluation: a character handled is 1, a token `TOKEN_WORK`."""

MOST_WORK: Final = 4 * MAX_WORK
"""Units of work in all evaluations over one dictionary, failed ones included, but for the last of them."""

TOKEN_WORK: Final = 64


class OctostacheError(ValueError):
    """A text cannot be evaluated: a loop, a text beyond bounds, or a construct that is not supported.

    The message holds names and tokens as they were written, never the value of a variable.
    """


@define
class Work:
    """What one evaluation has done so far, counted rather than timed."""

    spent: int = 0

    def spend(self, units: int) -> None:
        """Count `units` more.

        Raises:
            OctostacheError: The evaluation has done more than `MAX_WORK`.
        """
        self.spent += units
        if self.spent > MAX_WORK:
            raise OctostacheError(f"The evaluation was given up after {MAX_WORK} units of work")


def hold(text: str) -> str:
    """Return `text` if it is within `MAX_TEXT`.

    Raises:
        OctostacheError: It is longer.
    """
    if len(text) > MAX_TEXT:
        raise too_long()
    return text


def too_long() -> OctostacheError:
    """Return the error that says that a text is beyond `MAX_TEXT`."""
    return OctostacheError(f"The text grows beyond {MAX_TEXT} characters")
