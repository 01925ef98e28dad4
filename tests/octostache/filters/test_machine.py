import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octostache import OctostacheError
from ecs_steps.octostache.bounds import MAX_WORK, Work
from ecs_steps.octostache.filters.regexes import match, replace


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a" * 60 + "b", "(a+)+$"),
        ("a" * 60 + "b", "(a|aa)+$"),
        ("a" * 60 + "b", "(a*)*$"),
        (" " * 30_000 + "x", r"\s+$"),
        ("ab" * 300 + "c", "(.*)(.*)(.*)(.*)(.*)d"),
        ("a" * 60 + "b", "(?=(a+)+$)"),
    ],
)
def test_a_pattern_that_takes_for_ever_is_given_up(text: str, pattern: str) -> None:
    work = Work(MAX_WORK - 1_000_000)

    with pytest.raises(OctostacheError, match=f"given up after {MAX_WORK} units of work"):
        match(text, [pattern], work)


@pytest.mark.parametrize(
    ("unit", "pattern"),
    [("abc 123 ", "[0-9]+"), ("ab,", "([^,]*),"), ("x", "y"), ("ab", "a|b"), ("key=value;", r"(\w+)=(\w+);")],
)
def test_the_work_of_everyday_patterns_is_in_proportion_to_the_text(unit: str, pattern: str) -> None:
    short, long = Work(), Work()

    replace(unit * 100, [pattern, "<$0>"], short)
    replace(unit * 400, [pattern, "<$0>"], long)

    assert long.spent <= 4.1 * short.spent + 100


PIECES = st.sampled_from(
    [
        "a",
        "b",
        ".",
        r"\w",
        r"\s",
        "[ab]",
        "[^a]",
        "(a)",
        "(b|ab)",
        "(?:a|b)",
        "a*",
        "b+",
        "a?",
        "a*?",
        "(ab)*",
        "a{2}",
        "^",
        "$",
        r"\b",
        "(?=a)",
        "(?!b)",
        "(?<=a)",
    ]
)


@given(
    pieces=st.lists(PIECES, min_size=1, max_size=4),
    other=st.lists(PIECES, max_size=2),
    text=st.text(alphabet="ab \n", max_size=12),
)
def test_a_pattern_that_both_know_finds_what_python_finds(
    pieces: list[str], other: list[str], text: str
) -> None:
    pattern = "".join(pieces) + ("|" + "".join(other) if other else "")
    expected, copied, at = "", 0, 0
    while at <= len(text) and (found := re.compile(pattern).search(text, at)):
        expected += f"{text[copied : found.start()]}<{found[0]}|{(found.groups() or ('',))[0] or ''}>"
        copied, at = found.end(), max(found.end(), found.start() + 1)

    replaced = replace(text, [pattern, "<$&|$1>" if re.compile(pattern).groups else "<$&|>"], Work())

    assert replaced == expected + text[copied:]
