"""Evaluate texts over a dictionary of variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from ecs_steps.octostache.bounds import MOST_WORK, OctostacheError

if TYPE_CHECKING:
    from ecs_steps.octostache.dictionary import Dictionary


@frozen
class Evaluated:
    """A text with everything replaced that could be.

    `unresolved` holds the tokens that were left in place, as they stand in the text, each once and in order.
    """

    text: str
    unresolved: tuple[str, ...] = ()


def evaluate(text: str, variables: Mapping[str, str]) -> Evaluated:
    """Evaluate one text; `Evaluator` is for many."""
    return Evaluator(variables).evaluate(text)


def _local_now() -> datetime:
    return datetime.now().astimezone()


class Evaluator:
    """Evaluates texts over one dictionary, whose names and values are worked out once, when first needed.

    Names are without regard to case; of two that differ in nothing else the last one counts. `now` is what
    the filters `NowDate` and `NowDateUtc` write: an aware time.
    """

    def __init__(self, variables: Mapping[str, str], *, now: Callable[[], datetime] = _local_now) -> None:
        self._variables = variables
        self._now = now
        self._spent = 0

    @cached_property
    def _dictionary(self) -> Dictionary:
        from ecs_steps.octostache.dictionary import Dictionary  # noqa: PLC0415  see evaluate

        return Dictionary(self._variables, self._now)

    def evaluate(self, text: str) -> Evaluated:
        """Evaluate `text`. One without ``#{`` is returned as it is.

        Raises:
            OctostacheError: A loop, a text beyond bounds, or a construct that is not supported; or the texts
                before this one took more than `MOST_WORK` together.
        """
        if "#{" not in text:
            return Evaluated(text)
        from ecs_steps.octostache.rendering import Rendering  # noqa: PLC0415  start-up: most have no token

        if self._spent > MOST_WORK:
            raise OctostacheError(f"All evaluations were given up after {self._spent} units of work")
        rendering = Rendering(self._dictionary)
        try:
            return rendering.evaluate(text)
        except RecursionError:
            raise OctostacheError("Values are nested too deep for the stack that is left") from None
        finally:
            self._spent += rendering.work.spent
