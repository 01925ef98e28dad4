"""Evaluate texts over a dictionary of variables."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ecs_steps.octopus.octostache.dictionary import Dictionary, Evaluated
from ecs_steps.octopus.octostache.rendering import Rendering

__all__ = ["Evaluated", "Evaluator", "evaluate"]


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
        self._dictionary = Dictionary(variables, now)

    def evaluate(self, text: str) -> Evaluated:
        """Evaluate `text`. One without ``#{`` is returned as it is.

        Raises:
            OctostacheError: A loop, a text beyond bounds, or a construct that is not supported.
        """
        return Rendering(self._dictionary).evaluate(text) if "#{" in text else Evaluated(text)
