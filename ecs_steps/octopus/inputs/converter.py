"""Convert parsed values to typed ones, and collect every error on the way.

cattrs chooses how each type is converted. Beyond what it brings, a value that cannot be converted leaves a
`FieldError`: the objects and lists that hold it are still made, so that the rest of a document is checked as
well. No rule reads an invalid value (see `reader`); an open expression is kept as its text.
"""

import types
import typing
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar

import attrs
import cattrs
from attrs import evolve, frozen

from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.members import json_name, unknown_member
from ecs_steps.octopus.json_text import Unresolved, shown

T = TypeVar("T")
Path = tuple[str | int, ...]


class UnresolvedText(str):
    """A text whose expressions Octopus replaces later."""

    __slots__ = ()


@frozen(kw_only=True)
class FieldError:
    """Why the value at `path` is not valid; `value` is it as JSON, empty where it must not be shown.

    `is_expression` marks a single value that could be kept as it is, for a later evaluation; `is_document`
    marks a value that should be a list or an object, of which an `example` helps.
    """

    path: Path = ()
    message: str
    value: str = ""
    example: str = ""
    is_expression: bool = False
    is_document: bool = False

    def __str__(self) -> str:
        text = f"{self.message}, not {self.value}" if self.value else self.message
        return f"{text}; for example {self.example}" if self.example else text


@frozen
class PartialValueError(Exception):
    """What could be converted of a value, and the errors in it. It never reaches a user."""

    partial: object
    errors: tuple[FieldError, ...]


def unexpected(value: object, expected: str) -> PartialValueError:
    """Return the error of a `value` in whose place something else was expected."""
    return PartialValueError(None, (FieldError(message=f"expected {expected}", value=shown(value)),))


def hidden(default: object = attrs.NOTHING) -> Any:  # noqa: ANN401  attrs.field is typed so
    """Declare a member whose value may be a secret: no message and no `repr` shows it."""
    return attrs.field(default=default, metadata={"hidden": True}, repr=False)


def convert(value: object, of: Any) -> Any:  # noqa: ANN401  as any converter
    """Convert a value to the type `of`.

    Raises:
        PartialValueError: With whatever could be converted.
    """
    if isinstance(value, Unresolved):
        raise _left_open(value, of)
    return _converter.structure(value, of)


def _left_open(value: Unresolved, of: Any, *, hidden: bool = False) -> PartialValueError:  # noqa: ANN401  any type
    """Keep a value with open expressions as text. That of a document is not shown: it may hold secrets."""
    error = FieldError(
        message=value.why(hidden=hidden or _is_document(of)),
        is_expression=not value.error and _is_single_value(of),
    )
    is_word_list = _has_converter(of) and _is_list(typing.get_args(of)[0])
    words = of.__metadata__[0].words(value.text) if is_word_list else None
    return PartialValueError(
        UnresolvedText(value.text) if words is None else tuple(map(UnresolvedText, words)), (error,)
    )


def collect(parts: Iterable[tuple[str | int, Callable[[], Any]]]) -> tuple[list[Any], tuple[FieldError, ...]]:
    """Convert each part at its path; return the values, and the errors under their full paths."""
    values: list[Any] = []
    errors: list[FieldError] = []
    for name, read in parts:
        try:
            values.append(read())
        except PartialValueError as failure:
            values.append(failure.partial)
            errors.extend(evolve(error, path=(name, *error.path)) for error in failure.errors)
    return values, tuple(errors)


def field_value(field: "attrs.Attribute[Any]", value: object) -> Any:  # noqa: ANN401  the field's own type
    """Convert a field's value; absent, null or empty it is the default (never a factory).

    Raises:
        PartialValueError: Also where a required one is absent.
    """
    if value is None or value == "":
        if field.default is attrs.NOTHING:
            raise PartialValueError(None, (FieldError(message="is required"),))
        return field.default
    if not field.metadata.get("hidden"):
        return convert(value, field.type)
    if isinstance(value, Unresolved):
        raise _left_open(value, field.type, hidden=True)
    try:
        return convert(value, field.type)
    except PartialValueError as failure:
        errors = (evolve(error, value=error.value and "the value given (hidden)") for error in failure.errors)
        raise PartialValueError(failure.partial, tuple(errors)) from None


def _object(value: object, cls: type[attrs.AttrsInstance]) -> Any:  # noqa: ANN401  an instance of cls
    value = _document(value, dict, "an object")
    fields = {json_name(field.name): field for field in attrs.fields(cls)}
    given = {name.casefold(): member for name, member in value.items()}
    members, errors = collect(
        (name, lambda name=name: field_value(fields[name], given.get(name.casefold())))  # type: ignore[misc]  # a default argument binds the loop's name
        for name in fields
    )
    known = {name.casefold() for name in fields}
    unknown_members = tuple(
        FieldError(path=(name,), message=unknown_member(cls, name))
        for name in value
        if name.casefold() not in known
    )
    made = cls(**{field.name: member for field, member in zip(fields.values(), members, strict=True)})
    made, errors = without_unused(made, errors, json_name)
    if errors or unknown_members:
        raise PartialValueError(made, errors + unknown_members)
    return made


def without_unused(
    made: Any,  # noqa: ANN401  an instance of any attrs class
    errors: tuple[FieldError, ...],
    name_of: Callable[[str], str],
) -> tuple[Any, tuple[FieldError, ...]]:
    """Return an object whose unused invalid members have their defaults, and the errors of the others."""
    invalid = {error.path[0] for error in errors}
    unused = {
        name_of(field.name): field
        for field in attrs.fields(type(made))
        if name_of(field.name) in invalid
        and "used_if" in field.metadata
        and not field.metadata["used_if"](made)
    }
    if not unused:
        return made, errors
    defaults = {field.name: field.default for field in unused.values()}
    return evolve(made, **defaults), tuple(error for error in errors if error.path[0] not in unused)


def _list(value: object, of: Any) -> tuple[Any, ...]:  # noqa: ANN401  a tuple type
    items, errors = collect(
        (index, lambda item=item: convert(item, typing.get_args(of)[0]))  # type: ignore[misc]  # a default argument binds the loop's item
        for index, item in enumerate(_document(value, list, "a list"))
    )
    if errors:
        raise PartialValueError(tuple(items), errors)
    return tuple(items)


def _document(value: object, kind: type[T], expected: str) -> T:
    """Return `value` as a document of this type; a text may hold it as JSON."""
    if isinstance(value, str):
        try:
            value = json_text.parse(value)
        except ValueError as error:
            message = f"expected {expected} as JSON: {error}"
            raise PartialValueError(None, (FieldError(message=message, is_document=True),)) from None
    if not isinstance(value, kind):
        # A single value in the place of a document may be a secret that belongs within it.
        found = shown(value) if isinstance(value, list | dict) else "a single value"
        other = FieldError(message=f"expected {expected}", value=found, is_document=True)
        raise PartialValueError(None, (other,))
    return value


def _choice(value: object, choices: type[StrEnum]) -> StrEnum:
    for choice in choices:
        if isinstance(value, str) and value.strip().casefold() == choice.casefold():
            return choice
    raise unexpected(value, "one of " + ", ".join(choices))


def text(value: object) -> str:
    """Convert to text; a JSON number or flag becomes the text that JSON writes for it."""
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
    """Return whether a template can hold an expression in the place of such a value.

    Lists, objects, choices and flags determine the form of a template and must be known.
    """
    value_type = without_none(of)
    kind = typing.get_args(value_type)[0] if _has_converter(value_type) else value_type
    return not (_is_document(of) or _is_choice(kind) or kind is bool)


def _is_document(of: Any) -> bool:  # noqa: ANN401  any type
    value_type = without_none(of)
    kind = typing.get_args(value_type)[0] if _has_converter(value_type) else value_type
    return _is_list(value_type) or attrs.has(kind)


def without_none(of: Any) -> Any:  # noqa: ANN401  any type
    """Return ``T`` of ``T | None``."""
    is_optional = isinstance(of, types.UnionType) or typing.get_origin(of) is typing.Union
    return next(kind for kind in typing.get_args(of) if kind is not type(None)) if is_optional else of


def _is_list(of: Any) -> bool:  # noqa: ANN401  any type
    return typing.get_origin(of) is tuple


def _is_choice(of: Any) -> bool:  # noqa: ANN401  any type
    return isinstance(of, type) and issubclass(of, StrEnum)


def _has_converter(of: Any) -> bool:  # noqa: ANN401  any type
    return typing.get_origin(of) is typing.Annotated


_converter = cattrs.Converter()
_converter.register_structure_hook_func(attrs.has, _object)
_converter.register_structure_hook_func(_is_list, _list)
_converter.register_structure_hook_func(_has_converter, lambda value, of: of.__metadata__[0](value))
# cattrs' own hook for str serves its subclasses too, and precedes all that are found by a function.
_converter.register_structure_hook(
    str, lambda value, of: _choice(value, of) if _is_choice(of) else text(value)
)
