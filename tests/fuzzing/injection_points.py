"""Every path in a dictionary and in the JSON of its values, at which another value can be set."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

InjectionPoint = tuple[str | int, ...]
"""The names and indexes that lead to a value."""

PLACEHOLDER = "here-stands-what-is-hostile"


def injection_points(document: Any, prefix: InjectionPoint = ()) -> Iterator[InjectionPoint]:  # noqa: ANN401  as JSON
    """Yield every injection point of a JSON document."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    for name, member in members:
        yield (*prefix, name)
        if isinstance(member, dict | list):
            yield from injection_points(member, (*prefix, name))


def value_at(document: Any, point: InjectionPoint) -> Any:  # noqa: ANN401  as JSON
    """Return the value at an injection point of a JSON document."""
    for name in point:
        document = document[name]
    return document


@contextmanager
def with_value(document: Any, point: InjectionPoint, value: object) -> Iterator[None]:  # noqa: ANN401  as JSON
    """Set a value until the block ends: values that are deep or endless cannot be copied."""
    parent = value_at(document, point[:-1])
    before = parent[point[-1]]
    parent[point[-1]] = value
    try:
        yield
    finally:
        parent[point[-1]] = before


def with_raw_json(document: dict[str, Any], point: InjectionPoint, raw: str) -> dict[str, Any]:
    """Return the dictionary with a point's variable as JSON text, in which `raw` stands at the point."""
    variable = str(point[0])
    with with_value(document, point, PLACEHOLDER):
        text = json.dumps(document[variable]) if len(point) > 1 else f'"{PLACEHOLDER}"'
    return document | {variable: text.replace(f'"{PLACEHOLDER}"', raw)}


def file_with_raw_json(document: dict[str, Any], point: InjectionPoint, raw: str) -> bytes:
    """Return the dictionary as a file, in whose JSON `raw` stands at a point."""
    with with_value(document, point, PLACEHOLDER):
        text = json.dumps(document)
    return text.replace(f'"{PLACEHOLDER}"', raw).encode()


def relevant_points(document: dict[str, Any]) -> list[InjectionPoint]:
    """Return every point but those of variables that only hostile expressions use."""
    return [point for point in injection_points(document) if str(point[0]).startswith(("Octopus.", "Shop."))]
