"""JSON inside variables: parsed strictly, then evaluated leaf by leaf.

Octopus evaluates the whole text before it parses it, so that a quote in a variable's value breaks the
document. Here the text is parsed first and each text leaf is evaluated by itself; only a text that is no
JSON as written (``{"port": #{Port}}``) is evaluated whole and parsed again.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from ecs_steps.octostache import Evaluated, OctostacheError
from ecs_steps.octostache.bounds import MAX_DEPTH, is_deep

MAX_SHOWN_LENGTH = 60
MAX_DIGITS = 400
TOO_DEEP = f"it is nested more than {MAX_DEPTH} deep"

_PLAIN_NAME = re.compile(r"#\{[\w :/~()\[\]*.-]+\}")


_FAULTS = (
    ("", ".'", "single quotes, where JSON has double quotes,"),
    ("", ".[\u2018\u2019\u201c\u201d]", "typographic quotes, where JSON has double quotes,"),
    ("", r".?,\s*[\]}]", "a comma before the closing bracket"),
    ("", r".(//|/\*|#)", "a comment, which JSON does not have,"),
    ("", r".(True|False|None)\b", "True, False or None, where JSON has true, false and null,"),
    ("Expecting ',' delimiter", r".[\]}:]", "a bracket, brace or quote is missing, or the wrong one stands"),
    ("Expecting ',' delimiter", "", "a comma is missing"),
    ("Expecting ':' delimiter", "", "a colon is missing"),
    ("Expecting property name", "", "a name without double quotes"),
    ("Expecting value", "", "a text without double quotes, or no value at all,"),
    ("Extra data", r".[,\]]", "the opening bracket is missing: there is more"),
    ("Extra data", "", "there is more after the end"),
    ("Invalid control character", "", "a line end or tab in a text, which JSON writes as \\n or \\t,"),
    (r"Invalid \\", "", "a backslash, which JSON writes twice,"),
    ("Unterminated string", "", "no closing quote for the text"),
    ("", "", "no JSON"),
)
"""What to mend, by the parser's message and by what stands there, after the last character before it."""


class TextEvaluator(Protocol):
    """What evaluates a text, as `octostache.Evaluator` does."""

    def evaluate(self, text: str, *, is_json_leaf: bool = False) -> Evaluated: ...


@frozen
class Unresolved:
    """A text that still holds expressions after its evaluation."""

    text: str
    tokens: tuple[str, ...] = ()
    error: str = ""

    def why(self, *, hidden: bool = False) -> str:
        """Return what is missing; of a hidden text nothing but the plain names that it refers to."""
        if hidden and "#{" in self.error:
            return "it holds an expression that cannot be evaluated (hidden)"
        if self.error:
            return self.error
        shown = [
            token if _PLAIN_NAME.fullmatch(token) or not hidden else "an expression (hidden)"
            for token in self.tokens
        ]
        return f"no variable gives {', '.join(dict.fromkeys(shown))} a value"


def parse(text: str) -> object:
    """Parse JSON; a repeated member, NaN, infinite numbers and excessive nesting are errors.

    Raises:
        ValueError: With a message that names the position, never a value.
    """
    try:
        document = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        raise ValueError(_syntax(text, error)) from None
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    check_depth(document)
    return document


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    """Return what a person has to mend, and where; never a value."""
    place = f"at line {error.lineno}, column {error.colno}"
    before, rest = text[: error.pos].rstrip(), text[error.pos :].lstrip()
    if not text.strip():
        return "it is empty"
    if not before and rest[0] not in "[{":
        return "it is a plain text"
    if not rest:
        return "it ends too early: a closing bracket, brace or quote is missing"
    there = f"{before[-1:]:1}{rest}"
    faults = (
        text
        for message, pattern, text in _FAULTS
        if re.match(message, error.msg) and re.match(pattern, there)
    )
    return f"{next(faults)} {place}"


def _members(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    known: set[str] = set()
    for name, _ in pairs:
        if name.casefold() in known:
            raise ValueError(f"an object holds the member {shown(name)} twice")
        known.add(name.casefold())
    return dict(pairs)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("a number in it is too large")
    return number


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number in it is too large")
    return int(text)


def check_depth(document: object) -> None:
    """Refuse excessive nesting.

    Raises:
        ValueError: With a message for the user.
    """
    if is_deep(document):
        raise ValueError(TOO_DEEP)


def evaluate(text: str, evaluator: TextEvaluator) -> object:
    """Evaluate a variable's text: leaf by leaf where it is a JSON list or object, else whole.

    Text that stays open becomes `Unresolved`; text that is meant as JSON and is none stays text.
    """
    if text.startswith(("[", "{")):
        try:
            return evaluate_leaves(parse(text), evaluator)
        except ValueError:
            pass
    return _evaluate_text(text, evaluator)


def evaluate_leaves(document: object, evaluator: TextEvaluator) -> object:
    """Evaluate each text in a document by itself; one that stays open becomes `Unresolved`."""
    match document:
        case str():
            return _evaluate_text(document, evaluator, is_json_leaf=True)
        case list():
            return [evaluate_leaves(item, evaluator) for item in document]
        case dict():
            return {name: evaluate_leaves(member, evaluator) for name, member in document.items()}
        case _:
            return document


def _evaluate_text(text: str, evaluator: TextEvaluator, *, is_json_leaf: bool = False) -> str | Unresolved:
    try:
        evaluated = evaluator.evaluate(text, is_json_leaf=is_json_leaf)
    except OctostacheError as error:
        return Unresolved(text, error=str(error))
    if evaluated.unresolved:
        return Unresolved(evaluated.text, evaluated.unresolved)
    return evaluated.text


def shown(value: object) -> str:
    """Return a value as a message shows it: as JSON, in ASCII, shortened.

    Of a list or an object only its type: it may hold a secret.
    """
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value)
    return text if len(text) <= MAX_SHOWN_LENGTH else f"{text[: MAX_SHOWN_LENGTH - 3]}..."
