"""Texts of ECS, Docker and load balancers: in one line, and equal where only ids differ; pure."""

import re

VOLATILE_TOKENS = re.compile(
    r"sha256:[0-9a-f]{8,}"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b[0-9a-f]{16,}(?:-\d+)?\b"
    r"|\b(?:i|eni)-[0-9a-f]{8,}\b"
    r"|\b(?:request|host) ?id:? *[^\s,)]+"
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"
    r"|\bretried \d+ time",
    re.IGNORECASE,
)
"""What differs between reasons that are otherwise the same: ids, digests, times, addresses, attempts."""


def group_key(text: str) -> str:
    """Return what texts have in common that say the same of different things."""
    return VOLATILE_TOKENS.sub("*", one_line(text))


def one_line(text: str) -> str:
    """Return the text in one line, without what ends it."""
    return " ".join(text.split()).rstrip(".: ")
