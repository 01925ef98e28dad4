from contextlib import suppress
from enum import StrEnum

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octopus.inputs.converter import UnresolvedText
from ecs_steps.octopus.yaml_text import dump, parse
from ecs_steps.octostache import evaluate


class Color(StrEnum):
    RED = "red"


LEGAL_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DOCUMENTS = st.recursive(
    st.booleans() | st.integers() | LEGAL_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LEGAL_TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("arn:aws:iam::aws:policy/x", "key: arn:aws:iam::aws:policy/x"),
        ("FARGATE", "key: FARGATE"),
        ("", "key: ''"),
        ("256", "key: '256'"),
        ("1e3", "key: '1e3'"),
        ("2010-09-09", "key: '2010-09-09'"),
        ("12:30:00", "key: '12:30:00'"),
        ("0x1F", "key: '0x1F'"),
        (".5", "key: '.5'"),
        ("yes", "key: 'yes'"),
        ("No", "key: 'No'"),
        ("y", "key: 'y'"),
        ("null", "key: 'null'"),
        ("~", "key: '~'"),
        ("it's", "key: 'it''s'"),
        (256, "key: 256"),
        (True, "key: true"),
        ([], "key: []"),
        (Color.RED, "key: red"),
    ],
)
def test_a_text_stays_a_text_for_every_reader(value: object, line: str) -> None:
    assert dump({"key": value}) == f"{line}\n"


def test_the_order_is_kept_and_nothing_is_an_alias() -> None:
    shared = {"list": ["web", "2"]}

    assert dump({"second": shared, "first": shared}) == (
        "second:\n  list:\n    - web\n    - '2'\nfirst:\n  list:\n    - web\n    - '2'\n"
    )


@given(DOCUMENTS)
def test_what_is_written_reads_as_what_it_was(document: object) -> None:
    assert yaml.safe_load(dump(_open(document))) == document


def _open(document: object) -> object:
    match document:
        case str():
            return UnresolvedText(document)
        case list():
            return [_open(item) for item in document]
        case dict():
            return {name: _open(item) for name, item in document.items()}
        case _:
            return document


@pytest.mark.parametrize(
    "text",
    [
        "#{Name}",
        "echo " + "#{Some name with spaces} " * 30,
        'echo #{Name | Replace "a" "b"}',
        'set -e\necho #{Name | Replace "a" "b"}\n',
    ],
)
def test_an_expression_is_written_as_it_stands(text: str) -> None:
    expression = text[text.index("#{") : text.index("}") + 1]

    assert expression in dump({"a": UnresolvedText(text)})


def test_what_only_looks_like_an_expression_survives_octopus() -> None:
    written = dump({"open": UnresolvedText("#{A}"), "known": "not #{A}"})

    replaced = evaluate(written, {"A": "x"}).text

    assert yaml.safe_load(replaced) == {"open": "x", "known": "not #{A}"}


class TestParse:
    def test_values_stay_what_is_written(self) -> None:
        text = (
            "version: 1.10\nflag: yes\nport: 0o17\nquoted: 'x'\nabsent:\nnull: ~\nempty: ''\nlist: [a, 1]\n"
        )

        assert parse(text) == {
            "version": "1.10",
            "flag": "yes",
            "port": "0o17",
            "quoted": "x",
            "absent": None,
            "null": None,
            "empty": "",
            "list": ["a", "1"],
        }

    @pytest.mark.parametrize("written", ["#{A}", "'#{A}'", "x#{A}", "##{A}", "a #{A | ToLower} b"])
    def test_expressions_need_no_quotes(self, written: str) -> None:
        assert parse(f"image: {written}  # a comment") == {"image": written.strip("'")}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a: b: c", "mapping values are not allowed here at line 1, column 5"),
            ("a: &x 1\nb: *x", "an alias cannot be used"),
            ("a: !Ref x", "a tag cannot be used at line 1, column 4"),
            ("a: 1\nA: 2", "an object holds a member twice, again at line 2, column 1"),
            ("? [a]\n: b", "a name must be a text"),
            ("--- 1\n--- 2", "another document"),
            ("- " * 200 + "x", "nested more than 64 deep"),
            ("[" * 100_000, "nested more than 64 deep"),
            ("a: \x00", "does not allow"),
            ("a: \ue000", r"U\+E000"),
            ("a" * 200_000, "at most 131072 are accepted"),
        ],
    )
    def test_what_has_no_single_meaning_is_refused_by_its_place(self, text: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            parse(text)

    @given(st.text(alphabet="ab:-#{}[] \n'\"|>&*!%@`?,", max_size=60))
    def test_any_text_is_parsed_or_refused(self, text: str) -> None:
        with suppress(ValueError):
            parse(text)
