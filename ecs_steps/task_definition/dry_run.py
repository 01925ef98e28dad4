"""What a new revision would change, as text and as data."""

from collections.abc import Iterable

from ecs_steps.result import DryRun
from ecs_steps.task_definition.diff import Change


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
