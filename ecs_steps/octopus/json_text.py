"""JSON inside variables: parsed strictly, then evaluated leaf by leaf.

Octopus evaluates the whole text before it parses it, so that a quote in a variable's value breaks the
document. Here the text is parsed first and each text leaf is evaluated by itself; only a text that is no
JSON as it stands (``{"port": #{Port}}``) is evaluated whole and parsed again.
"""

import json
from collections.abc import Sequence

from attrs import frozen

from ecs_steps.octopus.octostache import Evaluator, OctostacheError

MOST_SHOWN = 60


@frozen
class Unresolved:
    """A text that still holds expressions after its evaluation."""

    text: str
    tokens: tuple[str, ...] = ()
    error: str = ""


def parse(text: str) -> object:
    """Parse JSON; a repeated member, NaN and Infinity are errors.

    Raises:
        ValueError: With a message that names the position, never the text itself.
    """
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _members(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len({name.casefold() for name in members}) < len(pairs):
        raise ValueError("an object holds one member twice")
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def evaluate(text: str, evaluator: Evaluator) -> object:
    """Evaluate a variable's text: leaf by leaf where it is a JSON list or object, else whole.

    Text that stays open becomes `Unresolved`; text that is meant as JSON and is none stays text.
    """
    if text.startswith(("[", "{")):
        try:
            return _evaluate_leaves(parse(text), evaluator)
        except ValueError:
            pass
    return _evaluate_text(text, evaluator)


def _evaluate_leaves(document: object, evaluator: Evaluator) -> object:
    match document:
        case str():
            return _evaluate_text(document, evaluator)
        case list():
            return [_evaluate_leaves(item, evaluator) for item in document]
        case dict():
            return {name: _evaluate_leaves(member, evaluator) for name, member in document.items()}
        case _:
            return document


def _evaluate_text(text: str, evaluator: Evaluator) -> str | Unresolved:
    try:
        evaluated = evaluator.evaluate(text)
    except OctostacheError as error:
        return Unresolved(text, error=str(error))
    if evaluated.unresolved:
        return Unresolved(evaluated.text, evaluated.unresolved)
    return evaluated.text


def shown(value: object) -> str:
    """Return a value as a message shows it: as JSON, ASCII, and not at length."""
    if isinstance(value, Unresolved):
        value = value.text
    text = json.dumps(value, default=lambda _: "...")
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."
