import sys
from types import FrameType

import pytest

from ecs_steps.octostache import grammar
from ecs_steps.octostache.bounds import MAX_DEPTH, OctostacheError, Work
from ecs_steps.octostache.grammar import is_flawed, parse_name
from ecs_steps.octostache.syntax import (
    Calculation,
    Conditional,
    Expression,
    Part,
    Repetition,
    Token,
)


def parse(text: str) -> tuple[Part, ...]:
    return grammar.parse(text, Work())


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Foo", [("Foo", False)]),
        ("Foo Bar", [("Foo Bar", False)]),
        ("  Foo ", [("Foo", False)]),
        ("a_b-c:d/e~f(g)@h", [("a_b-c:d/e~f(g)@h", False)]),
        ("Größe1", [("Größe1", False)]),
        ("A.B.C", [("A", False), ("B", False), ("C", False)]),
        ("A[x]", [("A", False), ("x", True)]),
        ("A[ x y ].B", [("A", False), ("x y", True), ("B", False)]),
        ("A[].B", [("A", False), ("", True), ("B", False)]),
        ("A[x[0].y].B", [("A", False), ("x[0].y", True), ("B", False)]),
        ("A[x][y]", [("A", False), ("x", True), ("y", True)]),
        ("A[*]", [("A", False), ("*", True)]),
        ("A[b.c/d%e]", [("A", False), ("b.c/d%e", True)]),
    ],
)
def test_a_variable_name_is_a_path(name: str, path: list[tuple[str, bool]]) -> None:
    assert parse_name(name) == path


@pytest.mark.parametrize(
    "name",
    ["", " ", "A%B", "A.", ".A", "A..B", "[x]", "A[x", "A]", "A[x]B", "A in B", "A[#{x}]", "A|B", "A{"],
)
def test_a_name_that_no_token_can_hold_has_no_path(name: str) -> None:
    assert parse_name(name) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("#{A}", Expression),
        ("#{ A }", Expression),
        ("#{A | ToLower}", Expression),
        ("#{A|Replace a b|Trim}", Expression),
        ("#{ | NowDate}", Expression),
        ("#{|NowDate}", Expression),
        ("#{A[#{B}].C}", Expression),
        ("#{A | Append #{if B}x#{/if}}", Expression),
        ("#{A | Append #{calc 1+2}}", Expression),
        ("#{A | Append #{each b in B}x#{/each}}", Expression),
        ("#{else}", Expression),
        ("#{elseifA}", Expression),
        ("#{iffy}", Expression),
        ("#{calculated}", Expression),
        ("#{if A}x", Expression),
        ("#{each a of A}#{a}", Expression),
        ("#{calc 1}", Calculation),
        ("#{ CALC  1 + A }", Calculation),
        ("#{if A}#{/if}", Conditional),
        ("#{ IF A }x#{/if}", Conditional),
        ("#{if A | Contains b}x#{/if}", Conditional),
        ('#{if A=="b"}x#{/if}', Conditional),
        ('#{if "b" != A}x#{/if}', Conditional),
        (r"#{if A == \"b#c\"}x#{/if}", Conditional),
        ("#{if A == B}x#{elseif C}y#{elseif D}z#{else}w#{/if}", Conditional),
        ("#{unless A}x#{else}y#{/unless}", Conditional),
        ("#{each a in A}#{a}#{/each}", Repetition),
        ("#{each a b in A.B[c]}#{/each}", Repetition),
        ("#{Each a in A}#{/each}", Repetition),
    ],
)
def test_a_token_is_of_its_kind(text: str, kind: type) -> None:
    parts = parse(text)

    token = parts[0]
    assert isinstance(token, Token)
    assert type(token.content) is kind
    assert not is_flawed(parts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#{", "#{"),
        ("#{}", "#{}"),
        ("#{ }", "#{ }"),
        ("#{A", "#{A"),
        ("#{A!}", "#{A!}"),
        ("#{1+1}", "#{1+1}"),
        ("#{A.}", "#{A.}"),
        ("#{A[b}", "#{A[b}"),
        ("#{A |}", "#{A |}"),
        ("#{A | | B}", "#{A | | B}"),
        ('#{A | Append "x}', '#{A | Append "x}'),
        ('#{A | Append "#"}', '#{A | Append "#"}'),
        ("#{a in b}", "#{a in b}"),
        ("#{/if}", "#{/if}"),
        ("#{/A}", "#{/A}"),
        ("#{each a in A}x", "#{each a in A}"),
        ('#{if "a"}x#{/if}', '#{if "a"}'),
        ("#{$Name} later", "#{$Name}"),
        ("#{A\nB!\n}", "#{A"),
        ("#{A! #{B}", "#{A!"),
        ("#{A" + "!" * 100, "#{A" + "!" * 77),
    ],
)
def test_what_begins_no_token_is_a_flaw(text: str, shown: str) -> None:
    parts = parse(text)

    flaw = parts[0]
    assert isinstance(flaw, Token)
    assert flaw.content is None
    assert flaw.label == shown
    assert is_flawed(parts)


@pytest.mark.parametrize(
    "text",
    [
        "#{if A}#{!}#{/if}",
        "#{if A}x#{else}#{!}#{/if}",
        "#{each a in A}#{!}#{/each}",
        "#{A}#{if A}#{if B}#{!}#{/if}#{/if}",
    ],
)
def test_a_flaw_within_a_block_makes_the_text_flawed(text: str) -> None:
    assert is_flawed(parse(text))


def test_a_flaw_that_is_only_met_on_the_way_does_not_count() -> None:
    parts = parse("#{A[#{1+1}x]}")

    assert not is_flawed(parts)


def test_an_unless_is_an_if_with_its_bodies_exchanged() -> None:
    parts = parse("#{unless A}x#{else}y#{/unless}")

    [token] = parts
    assert isinstance(token, Token)
    unless = token.content
    assert isinstance(unless, Conditional)
    [(_, body)] = unless.branches
    assert (body, unless.otherwise) == (("y",), ("x",))


def test_a_token_knows_its_source_and_its_label() -> None:
    text = "ab #{if A}c#{/if} d"

    parts = parse(text)

    token = parts[1]
    assert isinstance(token, Token)
    assert token.source == "#{if A}c#{/if}"
    assert token.label == "#{if A}"


@pytest.mark.parametrize(
    "unit",
    [
        "#{if a}",
        "#{each a in b}",
        "#{a[",
        "#{a | b ",
        "#{a | b #{if c}",
    ],
)
def test_tokens_nested_too_deep_are_an_error(unit: str) -> None:
    with pytest.raises(OctostacheError, match="nested more than 64 deep"):
        parse(unit * (MAX_DEPTH + 1))


def test_parentheses_nested_too_deep_are_an_error() -> None:
    depth = MAX_DEPTH + 1

    with pytest.raises(OctostacheError, match="nested more than 64 deep"):
        parse("#{calc " + "(" * depth + "1" + ")" * depth + "}")


def test_tokens_may_be_nested_deep() -> None:
    depth = MAX_DEPTH - 1

    parts = parse("#{if a}" * depth + "#{b}" + "#{/if}" * depth)

    assert not is_flawed(parts)


def test_brackets_nested_too_deep_begin_no_token() -> None:
    brackets = MAX_DEPTH + 1

    assert is_flawed(parse("#{a" + "[" * brackets + "x" + "]" * brackets + "}"))


@pytest.mark.parametrize(
    "unit",
    [
        "#{a} ",
        "#{!",
        "##{a}",
        "text without a token ",
        '#{a | f "x',
        "#{a[x] ",
        "#{if a}x#{/if}",
        "#{if a}x#{elseif b}y#{else}z#{/if}",
        "#{each a in b}#{/each}",
        "#{if a}#{/each}",
        "#{calc 1 + }",
        "#{calc 1+2*3}",
        "#{      ",
        "#{/if}",
        "#{a | f #{b}}",
        "#{a[#{b}]}",
        "#{a | f #{if b}#{/each}",
        "#" * 20,
    ],
)
def test_parsing_takes_time_in_proportion_to_the_text(unit: str) -> None:
    short, long = _calls(unit * 100), _calls(unit * 400)

    assert long <= 4.5 * short + 100


@pytest.mark.parametrize("depth", [1, 8, 32, 60])
def test_blocks_that_are_never_closed_cost_no_more_than_their_depth(depth: int) -> None:
    closed = _calls("#{if a}" * depth + "#{b}" * 200 + "#{/if}" * depth)
    unclosed = _calls("#{if a}" * depth + "#{b}" * 200)

    assert unclosed <= (depth + 2) * closed


def _calls(text: str) -> int:
    """Count the calls of functions, Python's and built in, that parsing makes."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        parse(text)
    finally:
        sys.setprofile(None)
    return calls
