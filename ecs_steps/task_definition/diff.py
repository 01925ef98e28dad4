"""What changes from one revision to another, as text and as data; pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from ecs_steps.reporting.text import MASK
from ecs_steps.result import DryRun
from ecs_steps.task_definition.normalize import EntryName, normalized

# They often hold passwords and tokens: only the name of what changed is shown.
HIDDEN = {"environment", "options", "driverOpts"}

Path = tuple[str | EntryName, ...]


@frozen(kw_only=True)
class Change:
    """One value of a revision, and its text before and after; none where there is nothing.

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

    Of environment variables, log options and volume driver options no value is shown. What ECS reads as the
    same is no change (see `same_revision`).
    """
    return tuple(_changes(normalized(old), normalized(new), ()))


def _changes(old: Any, new: Any, path: Path) -> Iterator[Change]:  # noqa: ANN401  any JSON
    if old == new:
        return
    if _is_open(old, new):
        before, after = old or {}, new or {}
        for name in before | after:
            yield from _changes(before.get(name), after.get(name), (*path, name))
    else:
        yield Change(path=_path_text(path), old=_text(old, path), new=_text(new, path))


def _is_open(old: object, new: object) -> bool:
    """Return whether a change is shown entry by entry: of two objects, and of a list of named entries."""
    match old, new:
        case dict(), dict():
            return True
        case (dict() as entries, None) | (None, dict() as entries):
            return bool(entries) and all(isinstance(name, EntryName) for name in entries)
        case _:
            return False


def _path_text(path: Path) -> str:
    steps = (f"[{step}]" if isinstance(step, EntryName) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _text(value: object, path: Path) -> str | None:
    shown = _shown(value, path)
    return shown if isinstance(shown, str | None) else json.dumps(shown)


def _shown(value: object, path: Path) -> object:
    match value:
        case dict():
            return {str(name): _shown(member, (*path, name)) for name, member in value.items()}
        case list():
            return [_shown(item, path) for item in value]
        case str() if not HIDDEN.isdisjoint(path):
            return MASK
        case _:
            return value


def revision_dry_run(running: str, family: str, changes: Iterable[Change], calls: Iterable[str]) -> DryRun:
    """Return the difference between the revision that runs and the family's next one, and the calls."""
    changes, calls = tuple(changes), tuple(calls)
    texts = [str(change) for change in changes] or ["nothing changes"]
    lines = (
        f"{running} -> the next revision of {family}",
        *(f"  {text}" for text in texts),
        "calls that would be made:",
        *(f"  {call}" for call in calls or ["none"]),
    )
    data = {
        "from": running,
        "family": family,
        "changes": [{"path": each.path, "old": each.old, "new": each.new} for each in changes],
        "calls": list(calls),
    }
    return DryRun(lines=lines, data=data)
