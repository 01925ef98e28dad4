"""The tags of a revision: those that it has, then Octopus' own, then the user's; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.steps.update_ecs_service.inputs import TAGS, UpdateInputs
from ecs_steps.tags import MOST_TAGS, Tag, fit_tags


def tags_of(revision: Mapping[str, Any]) -> tuple[Tag, ...]:
    """Return the tags of a request to RegisterTaskDefinition."""
    return tuple(Tag(tag["key"], tag.get("value", "")) for tag in revision.get("tags", []))


def merged_tags(existing: Iterable[Tag], inputs: UpdateInputs) -> tuple[tuple[Tag, ...], tuple[Problem, ...]]:
    """Return all tags that a resource is to have, and a warning where default ones gave way to AWS' limit.

    Raises:
        InvalidInputsError: The existing tags and the user's alone are more than that.
    """
    try:
        merged, dropped = fit_tags(existing, inputs.default_tags, inputs.user_tags)
    except ValueError as error:
        raise InvalidInputsError(problems=(Problem(path=TAGS, message=str(error)),)) from None
    if not dropped:
        return merged, ()
    names = ", ".join(tag.key for tag in dropped)
    message = f"AWS takes at most {MOST_TAGS} tags on a resource; left out: {names}"
    return merged, (Problem(path=TAGS, message=message),)


def tags_to_set(revision: Mapping[str, Any], inputs: UpdateInputs) -> tuple[Tag, ...]:
    """Return the tags that a registered revision lacks, or has with another value.

    Raises:
        InvalidInputsError: As `merged_tags`.
    """
    existing = tags_of(revision)
    merged, _ = merged_tags(existing, inputs)
    return tuple(tag for tag in merged if tag not in existing)
