"""Turn parsed values into typed ones, and go on after a mistake.

cattrs chooses how each type is read. Beyond what it brings, a value that cannot be read leaves a *gap*: the
objects and lists around it are still made, so that the rest of a document can be judged as well. What fills
a gap is never looked at by the rules (see `reading`); it is the text itself where an expression stays open.
"""

import types
import typing
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

import attrs
import cattrs
from attrs import evolve, frozen

from ecs_steps.octopus import json_text
from ecs_steps.octopus.json_text import Unresolved, shown

T = TypeVar("T")
Path = tuple[str | int, ...]


class UnresolvedText(str):
    """A text whose expressions stay open, for whoever replaces them later."""

    __slots__ = ()


@frozen(kw_only=True)
class Gap:
    """A place that could not be read: why, and what stood there (as JSON, where it may be shown).

    `is_expression` marks a single value that could be kept as it stands, for a later evaluation.
    """

    path: Path = ()
    message: str
    value: str = ""
    is_expression: bool = False

    def __str__(self) -> str:
        return f"{self.message}, not {self.value}" if self.value else self.message


@frozen
class Unreadable(Exception):  # noqa: N818  it carries half a result and never reaches a user
    """What could be read of a value, and the gaps in it."""

    partial: object
    gaps: tuple[Gap, ...]


def unexpected(value: object, expected: str) -> Unreadable:
    """Say that something else was expected in the place of `value`."""
    return Unreadable(None, (Gap(message=f"expected {expected}", value=shown(value)),))


def hidden(default: object = attrs.NOTHING) -> Any:  # noqa: ANN401  attrs.field is typed so
    """Declare a member whose value may be a secret: no message and no `repr` shows it."""
    return attrs.field(default=default, metadata={"hidden": True}, repr=False)


def json_name(attribute: str) -> str:
    """Return the JSON name of an attribute: ``container_port`` is ``containerPort``."""
    first, *rest = attribute.split("_")
    return first + "".join(part.capitalize() for part in rest)


def structure(value: object, of: Any) -> Any:  # noqa: ANN401  as any converter
    """Read a value as the type `of`.

    Raises:
        Unreadable: With whatever could be read.
    """
    if isinstance(value, Unresolved):
        raise _left_open(value, of)
    return _converter.structure(value, of)


def _left_open(value: Unresolved, of: Any, *, hidden: bool = False) -> Unreadable:  # noqa: ANN401  any type
    """Keep a value with open expressions as text; a document may hold secrets, and its text is not shown."""
    gap = Gap(
        message=value.why(hidden=hidden or _is_document(of)),
        is_expression=not value.error and _is_single_value(of),
    )
    words = of.__metadata__[0].words(value.text) if _holds_words(of) else None
    return Unreadable(
        UnresolvedText(value.text) if words is None else tuple(map(UnresolvedText, words)), (gap,)
    )


def gather(parts: Iterable[tuple[str | int, Callable[[], Any]]]) -> tuple[list[Any], tuple[Gap, ...]]:
    """Read every part, each at its own place; return what was read and the gaps under their full paths."""
    values: list[Any] = []
    gaps: list[Gap] = []
    for name, read in parts:
        try:
            values.append(read())
        except Unreadable as unreadable:
            values.append(unreadable.partial)
            gaps.extend(evolve(gap, path=(name, *gap.path)) for gap in unreadable.gaps)
    return values, tuple(gaps)


def field_value(field: "attrs.Attribute[Any]", given: object) -> Any:  # noqa: ANN401  the field's own type
    """Read a field; what is absent, null or empty is its default (an immutable value, never a factory).

    Raises:
        Unreadable: Also where a required one is absent.
    """
    if given is None or given == "":
        if field.default is attrs.NOTHING:
            raise Unreadable(None, (Gap(message="is required"),))
        return field.default
    if not field.metadata.get("hidden"):
        return structure(given, field.type)
    if isinstance(given, Unresolved):
        raise _left_open(given, field.type, hidden=True)
    try:
        return structure(given, field.type)
    except Unreadable as unreadable:
        gaps = (evolve(gap, value=gap.value and "the value given (hidden)") for gap in unreadable.gaps)
        raise Unreadable(unreadable.partial, tuple(gaps)) from None


def _object(value: object, cls: type[attrs.AttrsInstance]) -> Any:  # noqa: ANN401  an instance of cls
    value = _document(value, dict, "an object")
    fields = {json_name(field.name): field for field in attrs.fields(cls)}
    given = {name.casefold(): member for name, member in value.items()}
    members, gaps = gather(
        (name, lambda name=name: field_value(fields[name], given.get(name.casefold())))  # type: ignore[misc]  # a default argument binds the loop's name
        for name in fields
    )
    known = {name.casefold() for name in fields}
    strangers = tuple(
        Gap(path=(name,), message=_unknown_member(list(fields), name))
        for name in value
        if name.casefold() not in known
    )
    made = cls(**{field.name: member for field, member in zip(fields.values(), members, strict=True)})
    if gaps or strangers:
        raise Unreadable(made, gaps + strangers)
    return made


def _unknown_member(names: list[str], name: str) -> str:
    close = get_close_matches(name, names, n=1)
    return f"is no known member; {f'did you mean {close[0]}' if close else 'known are ' + ', '.join(names)}"


def _list(value: object, of: Any) -> tuple[Any, ...]:  # noqa: ANN401  a tuple type
    items, gaps = gather(
        (index, lambda item=item: structure(item, typing.get_args(of)[0]))  # type: ignore[misc]  # a default argument binds the loop's item
        for index, item in enumerate(_document(value, list, "a list"))
    )
    if gaps:
        raise Unreadable(tuple(items), gaps)
    return tuple(items)


def _document(value: object, kind: type[T], expected: str) -> T:
    """Return `value` as the kind of document wanted; a text may hold it as JSON."""
    if isinstance(value, str):
        try:
            value = json_text.parse(value)
        except ValueError as error:
            raise Unreadable(None, (Gap(message=f"expected {expected} as JSON: {error}"),)) from None
    if not isinstance(value, kind):
        # What stands in the place of a document may be a secret that was to be within it.
        found = shown(value) if isinstance(value, list | dict) else "a single value"
        raise Unreadable(None, (Gap(message=f"expected {expected}", value=found),))
    return value


def _choice(value: object, choices: type[StrEnum]) -> StrEnum:
    for choice in choices:
        if isinstance(value, str) and value.strip().casefold() == choice.casefold():
            return choice
    raise unexpected(value, "one of " + ", ".join(choices))


def text(value: object) -> str:
    """Read a text; a JSON number or flag is the text that JSON writes for it."""
    match value:
        case str():
            if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise unexpected(value, "a text without NUL and lone surrogates")
            return value
        case bool() | int() | float():
            return str(value).lower() if isinstance(value, bool) else str(value)
        case _:
            raise unexpected(value, "a text")


def _is_single_value(of: Any) -> bool:  # noqa: ANN401  any type
    """Tell whether a template can carry an expression in the place of such a value.

    Lists, objects, choices and flags decide what a template looks like and must be known.
    """
    given = _given(of)
    kind = typing.get_args(given)[0] if _is_read_by_itself(given) else given
    return not (_is_document(of) or _is_choice(kind) or kind is bool)


def _is_document(of: Any) -> bool:  # noqa: ANN401  any type
    return _is_list(_given(of)) or attrs.has(_given(of))


def _given(of: Any) -> Any:  # noqa: ANN401  any type
    """Return the type of a value that is there: ``T`` of ``T | None``."""
    is_optional = isinstance(of, types.UnionType) or typing.get_origin(of) is typing.Union
    return next(kind for kind in typing.get_args(of) if kind is not type(None)) if is_optional else of


def _holds_words(of: Any) -> bool:  # noqa: ANN401  any type
    return _is_read_by_itself(of) and _is_list(typing.get_args(of)[0])


def _is_list(of: Any) -> bool:  # noqa: ANN401  any type
    return typing.get_origin(of) is tuple


def _is_choice(of: Any) -> bool:  # noqa: ANN401  any type
    return isinstance(of, type) and issubclass(of, StrEnum)


def _is_read_by_itself(of: Any) -> bool:  # noqa: ANN401  any type
    return typing.get_origin(of) is typing.Annotated


_converter = cattrs.Converter()
_converter.register_structure_hook_func(attrs.has, _object)
_converter.register_structure_hook_func(_is_list, _list)
_converter.register_structure_hook_func(_is_read_by_itself, lambda value, of: of.__metadata__[0](value))
# cattrs' own hook for str serves its subclasses too, and goes before all that are found by a function.
_converter.register_structure_hook(
    str, lambda value, of: _choice(value, of) if _is_choice(of) else text(value)
)
