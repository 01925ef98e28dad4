"""Evaluate texts over a dictionary of variables.

What parses and renders them is imported when the first text with a token needs it: most have none.
"""

# ruff: noqa: PLC0415  as above

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from ecs_steps.octostache.bounds import MAX_TOTAL_WORK, Evaluated, OctostacheError

if TYPE_CHECKING:
    from ecs_steps.octostache.tree import Dictionary


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
        from ecs_steps.octostache.tree import Dictionary

        return Dictionary(self._variables, self._now)

    def evaluate(self, text: str, *, is_json_leaf: bool = False) -> Evaluated:
        """Evaluate `text`. One without ``#{`` is returned as it is.

        With `is_json_leaf` the text was a string in a JSON document that is parsed already: `JsonEscape` as
        the last filter of a token then changes nothing, as what it escapes is not parsed again.

        Raises:
            OctostacheError: A loop, a text beyond bounds, or a construct that is not supported; or the texts
                before this one took more than `MAX_TOTAL_WORK` together.
        """
        if "#{" not in text:
            return Evaluated(text)
        from ecs_steps.octostache.rendering import Rendering

        if self._spent > MAX_TOTAL_WORK:
            raise OctostacheError(f"All evaluations were given up after {self._spent} units of work")
        rendering = Rendering(self._dictionary)
        try:
            return rendering.evaluate(text, is_json_leaf=is_json_leaf)
        except RecursionError:
            raise OctostacheError("Values are nested too deep for the stack that is left") from None
        finally:
            self._spent += rendering.work.spent
