"""Every place of a dictionary and of the JSON within its values, with something else put there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from strategies import Place, at, places

PLACEHOLDER = "here-stands-what-is-hostile"


@contextmanager
def with_value(document: Any, place: Place, value: object) -> Iterator[None]:  # noqa: ANN401  as JSON
    """Put a value into a place for a while: to copy values that are deep or endless would not end well."""
    around = at(document, place[:-1])
    before = around[place[-1]]
    around[place[-1]] = value
    try:
        yield
    finally:
        around[place[-1]] = before


def with_raw_json(document: dict[str, Any], place: Place, raw: str) -> dict[str, Any]:
    """Return the dictionary with the variable around a place as JSON text, in which `raw` stands there."""
    variable = str(place[0])
    with with_value(document, place, PLACEHOLDER):
        text = json.dumps(document[variable]) if len(place) > 1 else f'"{PLACEHOLDER}"'
    return document | {variable: text.replace(f'"{PLACEHOLDER}"', raw)}


def file_with_raw_json(document: dict[str, Any], place: Place, raw: str) -> bytes:
    """Return the dictionary as a file, in whose JSON `raw` stands in a place."""
    with with_value(document, place, PLACEHOLDER):
        text = json.dumps(document)
    return text.replace(f'"{PLACEHOLDER}"', raw).encode()


def places_that_count(document: dict[str, Any]) -> list[Place]:
    """Return every place but the variables that are there for hostile expressions alone."""
    return [place for place in places(document) if str(place[0]).startswith(("Octopus.", "Shop."))]
