"""What changes from one revision to another, for a person to read; pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from ecs_steps.task_definition.normalize import EntryName, normalized

# Passwords and tokens stand in them too often: what changed is told, and no value.
HIDDEN = {"environment", "options", "driverOpts"}
MASK = "********"

Way = tuple[str | EntryName, ...]


@frozen(kw_only=True)
class Change:
    """One place of a revision, and its text before and after; none where there is nothing.

    `path` is in ECS' words, entries by their names: ``containerDefinitions[web].environment[LOG_LEVEL]``.
    """

    path: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"+ {self.path}: {self.new}"
        if self.new is None:
            return f"- {self.path}: {self.old}"
        return f"~ {self.path}: {self.old} -> {self.new}"


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what differs between two requests to RegisterTaskDefinition, tags included, in their order.

    Of environment variables, log options and volume driver options no value is shown. What ECS reads alike
    is no change (see `same_revision`).
    """
    return tuple(_changes(normalized(old), normalized(new), ()))


def _changes(old: Any, new: Any, way: Way) -> Iterator[Change]:  # noqa: ANN401  any JSON
    if old == new:
        return
    if _is_open(old, new):
        before, after = old or {}, new or {}
        for name in before | after:
            yield from _changes(before.get(name), after.get(name), (*way, name))
    else:
        yield Change(path=_path(way), old=_text(old, way), new=_text(new, way))


def _is_open(old: object, new: object) -> bool:
    """Tell whether the change is told entry by entry: of an object on both sides, and of a list of names."""
    match old, new:
        case dict(), dict():
            return True
        case (dict() as entries, None) | (None, dict() as entries):
            return bool(entries) and all(isinstance(name, EntryName) for name in entries)
        case _:
            return False


def _path(way: Way) -> str:
    steps = (f"[{step}]" if isinstance(step, EntryName) else f".{step}" for step in way)
    return "".join(steps).removeprefix(".")


def _text(value: object, way: Way) -> str | None:
    shown = _shown(value, way)
    return shown if isinstance(shown, str | None) else json.dumps(shown)


def _shown(value: object, way: Way) -> object:
    match value:
        case dict():
            return {str(name): _shown(member, (*way, name)) for name, member in value.items()}
        case list():
            return [_shown(item, way) for item in value]
        case str() if not HIDDEN.isdisjoint(way):
            return MASK
        case _:
            return value


def plan_text(old: str, family: str, changes: Iterable[Change], calls: Iterable[str]) -> str:
    """Return what a dry run prints: the change from one revision to the next, and the calls to be made."""
    lines = [
        f"{old} -> the next revision of {family}",
        *(f"  {change}" for change in tuple(changes) or ["nothing changes"]),
        "calls that would be made:",
        *(f"  {call}" for call in tuple(calls) or ["none"]),
    ]
    return "".join(f"{line}\n" for line in lines)
