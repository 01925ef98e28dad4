"""What hypothesis draws for tests of several modules."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

Place = tuple[str | int, ...]

# Unlike hypothesis' own text this holds lone surrogates.
ANY_TEXT = st.text(st.characters(), max_size=20)

EXPRESSIONS = st.sampled_from(
    [
        "#{Absent}",
        "a#{Absent}, b",
        "#{",
        "#{Absent | ToUpper}",
        "#{Absent | Nope}",
        '#{Octopus.Environment.Id | Replace "(" ""}',
        "##{Escaped}",
        "#{Loop}",
        "#{if Absent}yes#{/if}",
        "#{each x in Absent}#{x},#{/each}",
        "#{Octopus.Environment.Id}",
    ]
)

ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 0, 1, 65536, 2**31, 10**30, 1e300, 0.5, "10" * 400]),
    st.floats(),
    ANY_TEXT,
    EXPRESSIONS,
    st.sampled_from(["", " ", "True", "80", "web", "[]", "{}", "[1]", '{"a": 1}', "\0", "\ud800", "a\nb"]),
    st.lists(st.none() | ANY_TEXT, max_size=2),
    st.dictionaries(ANY_TEXT, st.none() | ANY_TEXT, max_size=2),
    st.integers(1, 80).map(lambda depth: json.loads("[" * depth + "]" * depth)),
)

ODD_TEXTS = st.one_of(
    ODD_VALUES.map(json.dumps),
    EXPRESSIONS,
    ANY_TEXT,
    st.sampled_from(
        [
            "[",
            "[" * 5000,
            '{"a":' * 2000,
            "[" + "9" * 5000 + "]",
            "[1e999, NaN]",
            '[{"containerName": "a", "ContainerName": "b"}]',
            '[{"containerName": #{Absent}}]',
            "[#{Loop}]",
        ]
    ),
)


def dictionaries(names: Sequence[str]) -> st.SearchStrategy[dict[str, str]]:
    """Draw dictionaries of text: of any names, and of these names with values that look like JSON."""
    return st.dictionaries(ANY_TEXT, ANY_TEXT) | st.dictionaries(
        st.sampled_from(names) | st.sampled_from(names).map(str.upper), ODD_TEXTS
    )


@st.composite
def damaged(draw: st.DrawFn, documents: Mapping[str, Any]) -> dict[str, str]:
    """Draw a dictionary of variables like `documents`, with one to three places damaged.

    A value that is no text becomes JSON.
    """
    damaged_documents: dict[str, Any] = copy.deepcopy(dict(documents))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(list(places(damaged_documents))))
        damage = draw(st.sampled_from(_DAMAGES))
        damage(draw, _at(damaged_documents, place[:-1]), place[-1])
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in damaged_documents.items()
    }


def places(document: Any, place: Place = ()) -> Iterator[Place]:  # noqa: ANN401  as JSON
    """Yield every place in a JSON document, as the names and indexes that lead there."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    for name, member in members:
        yield (*place, name)
        if isinstance(member, dict | list):
            yield from places(member, (*place, name))


def replaced(document: Mapping[str, Any], place: Place, value: object) -> dict[str, Any]:
    """Return a copy of the document with another value in one place."""
    copied = copy.deepcopy(dict(document))
    _at(copied, place[:-1])[place[-1]] = value
    return copied


def _at(document: Any, place: Place) -> Any:  # noqa: ANN401  as JSON
    for step in place:
        document = document[step]
    return document


def _replace(draw: st.DrawFn, around: Any, name: str | int) -> None:  # noqa: ANN401  as JSON
    around[name] = draw(ODD_VALUES)


def _remove(_: st.DrawFn, around: Any, name: str | int) -> None:  # noqa: ANN401  as JSON
    del around[name]


def _wrap(_: st.DrawFn, around: Any, name: str | int) -> None:  # noqa: ANN401  as JSON
    around[name] = [around[name]]


def _as_text(_: st.DrawFn, around: Any, name: str | int) -> None:  # noqa: ANN401  as JSON
    around[name] = json.dumps(around[name])


def _twice(draw: st.DrawFn, around: Any, name: str | int) -> None:  # noqa: ANN401  as JSON
    if isinstance(around, list):
        around.append(copy.deepcopy(around[int(name)]))
    else:
        around[draw(st.sampled_from([str(name).swapcase(), "unknown", "\ud800\n"]))] = around[str(name)]


_DAMAGES: list[Callable[[st.DrawFn, Any, str | int], None]] = [_replace, _remove, _wrap, _as_text, _twice]
