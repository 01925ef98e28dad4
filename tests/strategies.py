"""What hypothesis draws for tests of several modules."""

import json
from collections.abc import Sequence

from hypothesis import strategies as st

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
