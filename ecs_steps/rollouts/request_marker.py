"""What marks the requests of testers, so that a listener rule matches them alone; pure."""

import re
from typing import Any

from attrs import field, frozen

MAX_CONDITION_VALUES = 5
"""How many values the conditions of a rule have together, by ELB's quota."""

_HEADER = re.compile(r"\s*(?P<name>[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40})\s*:\s*(?P<value>[ -~]{1,128}?)\s*")
_QUERY = re.compile(r"\s*(?P<name>[^=&#\s]{1,128})=(?P<value>[^&#\s]{1,128})\s*")
_WILDCARDS = re.compile(r"([*?\\])")


@frozen(kw_only=True)
class RequestMarker:
    """What testers send so that they reach the new tasks; its value is a key, and is never shown."""

    name: str
    value: str = field(repr=False)
    is_query: bool = False

    @classmethod
    def from_header(cls, text: str) -> "RequestMarker | None":
        """Read ``Name: value``; none where it is no header that a rule can match."""
        found = _HEADER.fullmatch(text)
        if found is None or found["name"].casefold() == "host" or set("*?") & set(found["name"]):
            return None
        return cls(name=found["name"], value=found["value"])

    @classmethod
    def from_query(cls, text: str) -> "RequestMarker | None":
        """Read ``name=value``; none where it is no query parameter that a rule can match."""
        found = _QUERY.fullmatch(text)
        return cls(name=found["name"], value=found["value"], is_query=True) if found else None

    @property
    def condition(self) -> dict[str, Any]:
        """The condition of a rule that matches exactly this."""
        value = _literal(self.value)
        if self.is_query:
            values = [{"Key": _literal(self.name), "Value": value}]
            return {"Field": "query-string", "QueryStringConfig": {"Values": values}}
        config = {"HttpHeaderName": self.name, "Values": [value]}
        return {"Field": "http-header", "HttpHeaderConfig": config}


def _literal(text: str) -> str:
    """Escape what would be a wildcard."""
    return _WILDCARDS.sub(r"\\\1", text)
