"""Structures of AWS' replies as frozen data: each field names its member of the reply."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import attrs

T = TypeVar("T", bound=attrs.AttrsInstance)


def reply_field(
    path: str, default: object = attrs.NOTHING, *, read: Callable[[Any], object] | None = None
) -> Any:  # noqa: ANN401  attrs.field is typed so
    """Declare a field that `from_reply` reads at a path of members (``rollback.reason``).

    With a `default` the member may be absent; `read` makes the field's value of it.
    """
    return attrs.field(default=default, metadata={"path": path, "read": read})


def from_reply(cls: type[T], item: Mapping[str, Any], **others: object) -> T:
    """Return a structure of a reply as an object; `others` are the fields that no member holds.

    Raises:
        KeyError: A member that AWS always sends is missing.
    """
    values = dict(others)
    for field in attrs.fields(cls):
        if "path" not in field.metadata or field.name in others:
            continue
        value: Any = item
        for name in field.metadata["path"].split("."):
            value = value.get(name) if value else None
        if value is not None:
            read = field.metadata["read"]
            values[field.name] = read(value) if read else value
        elif field.default is attrs.NOTHING:
            raise KeyError(field.metadata["path"])
    return cls(**values)


def all_from_reply(cls: type[T]) -> Callable[[Iterable[Mapping[str, Any]]], tuple[T, ...]]:
    """Return what reads a list of structures of one kind."""
    return lambda items: tuple(from_reply(cls, item) for item in items)
