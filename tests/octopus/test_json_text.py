import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octopus.json_text import Unresolved, evaluate, parse, shown
from ecs_steps.octostache import Evaluator

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)
VARIABLES = {
    "Port": "8080",
    "Quote": 'say "hi"',
    "Flags": "[true, false]",
    "Comma": "1, 2",
    "Loop": "#{Pool}",
    "Pool": "#{Loop}",
}


def evaluated(text: str) -> object:
    return evaluate(text, Evaluator(VARIABLES))


@given(DOCUMENTS)
def test_what_json_writes_is_read(document: object) -> None:
    assert parse(json.dumps(document)) == document


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        ("secret", "it is a plain text"),
        ("[1,", "it ends too early: a closing bracket, brace or quote is missing"),
        ('[{"a": 1}', "it ends too early: a closing bracket, brace or quote is missing"),
        ("[1, 2,]", "a comma before the closing bracket at line 1, column 7"),
        ('{"a": 1,\n}', "a comma before the closing bracket at line 2, column 1"),
        ("['secret']", "single quotes, where JSON has double quotes, at line 1, column 2"),
        ("{'a': 'secret'}", "single quotes, where JSON has double quotes, at line 1, column 2"),
        ("[\u201csecret\u201d]", "typographic quotes, where JSON has double quotes, at line 1, column 2"),
        ('{"a"\n: secret}', "a text without double quotes, or no value at all, at line 2, column 3"),
        ("[subnet-12345678]", "a text without double quotes, or no value at all, at line 1, column 2"),
        ("{secret: 1}", "a name without double quotes at line 1, column 2"),
        ("[// secret\n]", "a comment, which JSON does not have, at line 1, column 2"),
        ("[True]", "True, False or None, where JSON has true, false and null, at line 1, column 2"),
        ('{"a": 1 "b": 2}', "a comma is missing at line 1, column 9"),
        ('[{"a": 1]', "a bracket, brace or quote is missing, or the wrong one stands at line 1, column 9"),
        ('{"a" 1}', "a colon is missing at line 1, column 6"),
        ('{"a": 1}]', "the opening bracket is missing: there is more at line 1, column 9"),
        ("[] []", "there is more after the end at line 1, column 4"),
        ('["a\nb"]', "a line end or tab in a text, which JSON writes as \\n or \\t, at line 1, column 4"),
        (r'["C:\web"]', "a backslash, which JSON writes twice, at line 1, column 5"),
        ('["secret]', "no closing quote for the text at line 1, column 2"),
        ('{"a": 1, "b": 2, "A": 3}', 'an object holds the member "A" twice'),
        ("[NaN]", "NaN is no JSON"),
        ("[-Infinity]", "-Infinity is no JSON"),
        ("[1e999]", "a number in it is too large"),
        ("9" * 401, "a number in it is too large"),
        ("9" * 5000, "a number in it is too large"),
        ("[" * 65 + "]" * 65, "it is nested more than 64 deep"),
        ('{"a":' * 50_000, "it is nested more than 64 deep"),
    ],
)
def test_what_is_no_json_says_where_and_shows_no_value(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse(text)


def test_numbers_may_have_400_digits() -> None:
    assert parse("9" * 400) == 10**400 - 1


def test_documents_may_be_nested_64_deep() -> None:
    document = parse("[" * 64 + "]" * 64)

    assert json.dumps(document) == "[" * 64 + "]" * 64


def test_each_text_of_a_document_is_evaluated_by_itself() -> None:
    text = '[{"a": "#{Port}", "b": ["#{Quote}", 5, null, true], "#{Port}": "plain"}]'

    assert evaluated(text) == [
        {"a": "8080", "b": ['say "hi"', 5, None, True], "#{Port}": "plain"},
    ]


def test_a_value_with_quotes_does_not_break_the_document_around_it() -> None:
    assert evaluated('{"greeting": "#{Quote}"}') == {"greeting": 'say "hi"'}


def test_a_document_that_only_becomes_json_is_evaluated_whole() -> None:
    assert evaluated('{"port": #{Port}, "flags": #{Flags}}') == '{"port": 8080, "flags": [true, false]}'


def test_other_text_is_evaluated_whole() -> None:
    assert evaluated("at #{Port}") == "at 8080"
    assert evaluated("#{Flags}") == "[true, false]"
    assert evaluated("") == ""
    assert evaluated('"quoted"') == '"quoted"'
    assert evaluated("5") == "5"


def test_open_text_is_reported_with_its_expressions() -> None:
    assert evaluated("#{Port} #{Absent} #{Absent}") == Unresolved("8080 #{Absent} #{Absent}", ("#{Absent}",))
    assert evaluated('["#{Absent}", "#{Port}"]') == [Unresolved("#{Absent}", ("#{Absent}",)), "8080"]
    assert evaluated("[#{Absent}]") == Unresolved("[#{Absent}]", ("#{Absent}",))


def test_a_loop_stays_open_with_its_reason() -> None:
    open_text = evaluated('["#{Loop}"]')

    assert open_text == [Unresolved("#{Loop}", error="The variables loop: Loop -> Pool -> Loop")]


@pytest.mark.parametrize(
    ("unresolved", "why", "hidden_why"),
    [
        (
            Unresolved("x", ("#{A}", "#{B[#{C}]}", "#{A.b[c d]}")),
            "no variable gives #{A}, #{B[#{C}]}, #{A.b[c d]} a value",
            "no variable gives #{A}, an expression (hidden), #{A.b[c d]} a value",
        ),
        (
            Unresolved("x", ('#{A | Replace "hunter2" x}', "#{hunter2")),
            'no variable gives #{A | Replace "hunter2" x}, #{hunter2 a value',
            "no variable gives an expression (hidden) a value",
        ),
        (
            Unresolved("x", error="The variables loop: A -> B -> A"),
            "The variables loop: A -> B -> A",
            "The variables loop: A -> B -> A",
        ),
        (
            Unresolved("x", error='#{A | Replace "hunter2("}: Replace: an unfinished group'),
            '#{A | Replace "hunter2("}: Replace: an unfinished group',
            "it holds an expression that cannot be evaluated (hidden)",
        ),
    ],
)
def test_of_a_hidden_text_only_plain_names_are_shown(
    unresolved: Unresolved, why: str, hidden_why: str
) -> None:
    assert unresolved.why() == why
    assert unresolved.why(hidden=True) == hidden_why


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("web", '"web"'),
        ("caf\xe9\n", r'"caf\u00e9\n"'),
        (True, "true"),
        (None, "null"),
        (0.5, "0.5"),
        ("a" * 58, '"' + "a" * 58 + '"'),
        ("a" * 59, '"' + "a" * 56 + "..."),
        (["hunter2"], "a list"),
        ({"password": "hunter2"}, "an object"),
    ],
)
def test_values_are_shown_as_ascii_json_and_not_at_length(value: object, text: str) -> None:
    assert shown(value) == text


def test_the_json_escape_at_the_end_of_a_leaf_does_not_double() -> None:
    assert evaluated('["#{Quote | JsonEscape}"]') == ['say "hi"']


def test_a_document_that_is_parsed_after_its_evaluation_needs_the_json_escape() -> None:
    text = evaluated('{"port": #{Port}, "name": "#{Quote | JsonEscape}"}')

    assert json.loads(str(text)) == {"port": 8080, "name": 'say "hi"'}
