"""What inputs may hold, made from their classes: a JSON Schema for editors, tables of members for people.

    class of inputs -> variables -> types of their values -> JSON Schema | tables

Names are read without regard to case, a scalar may be text or JSON's own, and a text may hold an expression
or a whole document: the schema allows all of it, so that a file that a step takes is valid.
"""

import enum
import typing
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import attrs

from ecs_steps.octopus.inputs.converter import without_none
from ecs_steps.octopus.inputs.members import ecs_names, json_name
from ecs_steps.octopus.inputs.types import (
    RETENTION_DAYS,
    CommandWords,
    CountOrKeep,
    Flag,
    Ids,
    KeyValueLines,
    RetentionDays,
    Text,
    WholeNumber,
)

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
NO_VALUE: Schema = {"enum": ["", None]}


def inputs_schema(inputs: type[attrs.AttrsInstance], title: str) -> Schema:
    """Return the JSON Schema (draft 2020-12) of a file of variables for these inputs.

    Other names are allowed: a file may hold variables for its expressions and for other steps.
    """
    definitions: dict[str, Schema] = {
        "expression": {"type": "string", "pattern": "#\\{", "description": "Octopus evaluates #{...}."}
    }
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for field in attrs.fields(inputs):
        if source := field.metadata.get("variable"):
            value = _value(field.type, definitions)
            document = _document_of(field.type)
            as_text = {"type": "string", "description": "The same as JSON in a text."}
            choices = [value, as_text] if document else [*_choices(value), EXPRESSION]
            is_required = field.default is attrs.NOTHING
            properties[source.name] = {
                "title": source.label,
                "description": source.help,
                "anyOf": choices if is_required else [*choices, NO_VALUE],
                **_default(field),
            }
            required += [source.name] if is_required else []
    return {
        "$schema": DRAFT,
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "$defs": definitions,
    }


def documents(inputs: type[attrs.AttrsInstance]) -> Iterator[tuple[str, type[attrs.AttrsInstance]]]:
    """Yield each variable that holds JSON, and the class of what is in it."""
    for field in attrs.fields(inputs):
        source, document = field.metadata.get("variable"), _document_of(field.type)
        if source and document:
            yield source.name, document


def nested(document: type[attrs.AttrsInstance]) -> Iterator[type[attrs.AttrsInstance]]:
    """Yield a class and those of its members, each once, the outer ones first."""
    found = {document: None}
    waiting = [document]
    while waiting:
        for field in attrs.fields(waiting.pop(0)):
            inner = _document_of(field.type)
            if inner and inner not in found:
                found[inner] = None
                waiting.append(inner)
    yield from found


def members(document: type[attrs.AttrsInstance]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield name, type in words, default, meaning and ECS' own names of each member of a class."""
    for field in attrs.fields(document):
        shown = f"`{field.default}`" if _default(field) else ""
        needed = "required" if field.default is attrs.NOTHING else shown
        ecs = "; ".join(f"`{name}`{remark}" for name, remark in ecs_names(field))
        yield json_name(field.name), type_text(field.type), needed, field.metadata["meaning"], ecs


def type_text(of: Any) -> str:  # noqa: ANN401, PLR0911  any type, and a case for each kind
    """Return a type in words."""
    of = without_none(of)
    match _marker(of):
        case WholeNumber(at_least=least, at_most=most):
            return f"whole number, {least} to {most}"
        case Flag():
            return "True or False"
        case Text(expected=expected) | Ids(expected=expected):
            return expected
        case CommandWords(split_at_commas=split):
            return "list of words, or a text" + (" with commas" if split else "")
        case None:
            pass
        case _:
            return "a value of its own form"
    if attrs.has(of):
        return f"object {of.__name__}"
    if typing.get_origin(of) is tuple:
        return f"list of {type_text(typing.get_args(of)[0])}"
    if isinstance(of, type) and issubclass(of, StrEnum):
        return " or ".join(f"`{choice}`" for choice in of)
    return "text"


def _value(of: Any, definitions: dict[str, Schema]) -> Schema:  # noqa: ANN401  any type
    of = without_none(of)
    if attrs.has(of):
        return _reference(of, definitions)
    if (marked := _marked(_marker(of))) is not None:
        return marked
    if typing.get_origin(of) is tuple:
        return {"type": "array", "items": _member(typing.get_args(of)[0], definitions)}
    if isinstance(of, type) and issubclass(of, enum.Enum):
        return {"enum": [str(choice.value) for choice in of]}
    return {"type": ["string", "number", "boolean"]}


def _marked(marker: object) -> Schema | None:  # noqa: PLR0911  a case for each marker
    match marker:
        case WholeNumber(at_least=least, at_most=most):
            number = {"type": "integer", "minimum": least, "maximum": most}
            return {"anyOf": [number, {"type": "string", "pattern": r"^\s*[+-]?[0-9]+\s*$"}]}
        case Flag():
            return {"anyOf": [{"type": "boolean"}, {"enum": ["True", "False", "true", "false"]}]}
        case CountOrKeep():
            number = {"type": "integer", "minimum": 0}
            return {"anyOf": [number, {"type": "string", "pattern": "^([0-9]+|[Kk]eep)$"}]}
        case RetentionDays():
            return {"enum": [*RETENTION_DAYS, *map(str, RETENTION_DAYS)]}
        case Text(pattern=pattern, expected=expected):
            return {"type": ["string", "number"], "description": expected, **_pattern(pattern)}
        case Ids(expected=expected):
            texts = {"type": "array", "items": {"type": "string"}}
            return {"anyOf": [texts, {"type": "string"}], "description": expected}
        case CommandWords():
            return {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
        case KeyValueLines():
            return {"type": "string", "description": "Lines of KEY=value."}
        case None:
            return None
        case _:
            return {}


def _pattern(pattern: str) -> Schema:
    # ECMA's regular expressions, which JSON Schema has, know no flags within.
    return {} if "(?i)" in pattern else {"pattern": rf"^\s*(?:{pattern})\s*$"}


def _reference(of: type[attrs.AttrsInstance], definitions: dict[str, Schema]) -> Schema:
    name = of.__name__
    if name not in definitions:
        definitions[name] = {}  # it may hold itself
        fields = attrs.fields(of)
        definitions[name] = {
            "type": "object",
            "description": first_line(of),
            "properties": {
                json_name(field.name): _optional(field, _member(field.type, definitions)) for field in fields
            },
            "required": [json_name(field.name) for field in fields if field.default is attrs.NOTHING],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _member(of: Any, definitions: dict[str, Schema]) -> Schema:  # noqa: ANN401  any type
    value = _value(of, definitions)
    is_document = attrs.has(without_none(of)) or typing.get_origin(without_none(of)) is tuple
    return value if is_document else {"anyOf": [*_choices(value), EXPRESSION]}


def _optional(field: "attrs.Attribute[Any]", value: Schema) -> Schema:
    meaning = {"description": field.metadata["meaning"]}
    if field.default is attrs.NOTHING:
        return value | meaning
    return {"anyOf": [*_choices(value), NO_VALUE], **_default(field), **meaning}


def _choices(value: Schema) -> list[Schema]:
    return value["anyOf"] if value.keys() == {"anyOf"} else [value]


def _default(field: "attrs.Attribute[Any]") -> Schema:
    is_plain = isinstance(field.default, str | int | bool) and field.default != ""
    return {"default": field.default} if is_plain else {}


def first_line(of: type) -> str:
    """Return what a class says of itself first."""
    return (of.__doc__ or "").strip().partition("\n")[0]


def _document_of(of: Any) -> type[attrs.AttrsInstance] | None:  # noqa: ANN401  any type
    of = without_none(of)
    if typing.get_origin(of) is tuple:
        of = typing.get_args(of)[0]
    return of if isinstance(of, type) and attrs.has(of) else None


def _marker(of: Any) -> object:  # noqa: ANN401  any type
    return of.__metadata__[0] if typing.get_origin(of) is typing.Annotated else None
