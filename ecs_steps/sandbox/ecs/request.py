"""What requests have in common: their shapes, tags, pages, and names that may be ARNs."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from ecs_steps.sandbox.service_error import ServiceError

Request = dict[str, Any]
Reply = dict[str, Any]
Tags = list[dict[str, str]]

T = TypeVar("T")

_MAX_TAGS = 50


def short_name(name_or_arn: str) -> str:
    """Take the last part of an ARN; a name is its own."""
    return name_or_arn.rsplit("/", 1)[-1]


def tags_of(request: Request) -> Tags:
    """Read the tags of a request.

    Raises:
        ServiceError: More than 50, or a key under ``aws:``, which is AWS' own.
    """
    tags = [dict(tag) for tag in request.get("tags") or []]
    check_number(tags)
    if any(tag["key"].lower().startswith("aws:") for tag in tags):
        raise ServiceError(
            "InvalidParameterException", "aws: prefixed tag key names are not allowed for external use."
        )
    return tags


def check_number(tags: Tags) -> None:
    """Refuse more tags than ECS allows a resource; those under ``aws:`` do not count."""
    if len(tags) > _MAX_TAGS:
        raise ServiceError(
            "InvalidParameterException",
            f"Too many tags. The maximum number of tags for a resource is {_MAX_TAGS}.",
        )


def merge_tags(old: Iterable[dict[str, str]], new: Iterable[dict[str, str]]) -> Tags:
    """Lay `new` tags over `old` ones; a key keeps its first place."""
    merged = {tag["key"]: tag for tag in old} | {tag["key"]: tag for tag in new}
    return list(merged.values())


def page(items: Sequence[T], request: Request, member: str, *, size: int = 100) -> Reply:
    """Answer with one page of `items`, `maxResults` or `size` long, under the reply's `member`."""
    size = min(request.get("maxResults") or size, size)
    token = request.get("nextToken") or "0"
    if not token.isdecimal():
        raise ServiceError("InvalidParameterException", "Invalid token.")
    start = int(token)
    reply: Reply = {member: list(items[start : start + size])}
    if start + size < len(items):
        reply["nextToken"] = str(start + size)
    return reply
