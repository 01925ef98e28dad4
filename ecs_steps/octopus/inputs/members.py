"""The members of JSON objects: their declaration, their names in JSON and in ECS, and an object as JSON."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import attrs


def member(
    meaning: str,
    *,
    ecs: str = "",
    default: object = attrs.NOTHING,
    used_if: Callable[[Any], bool] | None = None,
    is_secret: bool = False,
) -> Any:  # noqa: ANN401  attrs.field is typed so
    """Declare a member: what it means, and what ECS calls it; without a default it is required.

    In `ecs` there is a path within ECS' own object; a semicolon separates several, and a comma begins a
    remark: ``environment; secrets, of type Secret``.

    Where `used_if` does not hold of the object a value that is not valid is no error, and the default takes
    its place: what a step does not use cannot fail it. Of a member that `is_secret` no message and no `repr`
    shows the value.
    """
    metadata: dict[str, object] = {"meaning": meaning, "ecs": ecs, "hidden": is_secret}
    if used_if:
        metadata["used_if"] = used_if
    return attrs.field(default=default, metadata=metadata, repr=not is_secret)


def json_name(attribute: str) -> str:
    """Return the JSON name of an attribute: ``container_port`` is ``containerPort``."""
    first, *others = attribute.split("_")
    return first + "".join(map(str.capitalize, others))


def as_json(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return a value as the JSON that it is read from; members that have their defaults are left out."""
    match value:
        case StrEnum():
            return value.value
        case tuple():
            return [as_json(each) for each in value]
        case _ if attrs.has(type(value)):
            given = ((field, getattr(value, field.name)) for field in attrs.fields(type(value)))
            return {json_name(field.name): as_json(each) for field, each in given if each != field.default}
        case _:
            return value


def ecs_names(field: "attrs.Attribute[Any]") -> Iterator[tuple[str, str]]:
    """Yield each name that ECS has for a member, as a path, and the remark about it."""
    for each in filter(None, field.metadata.get("ecs", "").split(";")):
        name, comma, remark = each.partition(",")
        yield name.strip(), comma + remark


def unknown_member(cls: type[attrs.AttrsInstance], name: str) -> str:
    """Return the message about a member that objects of this class do not have."""
    for ecs_name, octopus_name in _names(cls):
        if ecs_name.casefold() == name.casefold():
            return f"is ECS' name; in Octopus' JSON it is {octopus_name}"
    known = [json_name(field.name) for field in attrs.fields(cls)]
    close = get_close_matches(name, known, n=1)
    return f"is no known member; {f'did you mean {close[0]}' if close else 'known are ' + ', '.join(known)}"


def _names(cls: type[attrs.AttrsInstance], parents: str = "") -> Iterator[tuple[str, str]]:
    """Yield ECS' and Octopus' names of members, also of those in objects that ECS does not have."""
    fields = attrs.fields(cls)
    for field in fields:
        for path, remark in ecs_names(field):
            yield path.partition(".")[0], f"{parents}{json_name(field.name)}{remark}"
    for field in fields:
        if isinstance(field.type, type) and attrs.has(field.type) and not field.metadata.get("ecs"):
            yield from _names(field.type, f"{parents}{json_name(field.name)}.")
