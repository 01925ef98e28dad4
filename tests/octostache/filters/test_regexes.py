import subprocess
import sys

import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate
from ecs_steps.octostache.bounds import MAX_WORK, Work
from ecs_steps.octostache.filters.regexes import is_match, replace


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        ("abc", "Replace b", "ac"),
        ("abc", "Replace b X", "aXc"),
        ("abc", "Replace B X", "abc"),
        ("a b c", 'Replace "a b" X', "X c"),
        ("ab12c3", 'Replace "[0-9]+" X', "abXcX"),
        ("abc", 'Replace "(.)b(.)" "$2X$1"', "cXa"),
        ("abc", "Replace #{match}#{replacement}", "a_c"),
        ("abc", "Replace #{match} #{replacement}", "a_c"),
        ("abc", "Replace #{match} _", "a_c"),
        ("abc", "Replace b X ignored", "aXc"),
        ("a\\b", r'Replace "\\" "\\"', r"a\\b"),
        ("a.b.c", r'Replace "\." "-"', "a-b-c"),
        ("a(b", r'Replace "a\(b" "d(e"', "d(e"),
        ("v1.2", 'Replace "^v"', "1.2"),
        ('a"b', r"Replace \"a\" X", 'X"b'),
    ],
)
def test_replace_is_a_filter(value: str, options: str, expected: str) -> None:
    variables = {"V": value, "match": "b", "replacement": "_"}

    assert evaluate(f"#{{V | {options}}}", variables) == Evaluated(expected)


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        ("abc def", "Match abc", "true"),
        ("abc def", "Match cba", "false"),
        ("abc def", "Match ABC", "false"),
        ("abc def", 'Match "(?i)ABC"', "true"),
        ("abc def", 'Match "^abc def$"', "true"),
        ("abc def1", 'Match "[0-9]+"', "true"),
        ("", 'Match ""', "true"),
        ("Octopus", "Match #{pattern}", "true"),
    ],
)
def test_match_is_a_filter(value: str, options: str, expected: str) -> None:
    assert evaluate(f"#{{V | {options}}}", {"V": value, "pattern": "^O.*s$"}) == Evaluated(expected)


@pytest.mark.parametrize(
    "token", ["#{V | Replace}", "#{V | Match}", "#{V | Match a b}", "#{M | Match a}", "#{M | Replace a}"]
)
def test_without_a_pattern_or_a_value_there_is_no_result(token: str) -> None:
    assert evaluate(token, {"V": "abc"}) == Evaluated(token, (token,))


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("ab", "(a)(b)", "$2$1", "ba"),
        ("ab", "(a)(b)", "${2}1", "b1"),
        ("ab", "(?<first>a)(b)", "${first}-$1-$2", "a-b-a"),
        ("ab", "(a)(b)", "$$1", "$1"),
        ("ab", "(a)(b)", "$3 ${x} $", "$3 ${x} $"),
        ("ab", "(a)(b)", "$10", "$10"),
        ("ab", "(a)|(b)", "[$1|$2]", "[a|][|b]"),
        ("xaby", "ab", "<$`|$'>", "x<x|y>y"),
        ("ab", "(a)(b)", "$+", "b"),
        ("ab", "a", "$_", "abb"),
        ("ab", "a", "$0$&", "aab"),
        ("abc", "x*", "-", "-a-b-c-"),
        ("baaac", "a*", "-", "-b--c-"),
        ("opuocts", "o(.+)o([a-z]*)s", "o$2o$1s", "octopus"),
        ("ababa", "^a", "x", "xbaba"),
        ("ababa", "a$", "x", "ababx"),
        ("a\nb", "\n", r"\n", r"a\nb"),
        ("CamelCase", "(?<!^)([A-Z])", "-$1", "Camel-Case"),
        ("(ab)", r"(\()(ab)(\))", "$3$2$1", ")ab("),
    ],
)
def test_a_replacement_refers_to_groups(text: str, pattern: str, replacement: str, expected: str) -> None:
    assert replace(text, pattern, replacement, work=Work()) == expected


def test_a_replacement_that_grows_beyond_bounds_is_an_error() -> None:
    with pytest.raises(OctostacheError, match="grows beyond"):
        replace("a" * 5000, "a", "b" * 5000, work=Work())


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a" * 60 + "b", "(a|aa)+$"),
        ("a" * 60 + "b", "(?=(?:a|aa)+$)"),
        (" " * 30_000 + "x", r"\s+$"),
        ("1," * 40, "(.*?,){11}P"),
    ],
)
def test_a_pattern_that_takes_too_long_is_given_up(text: str, pattern: str) -> None:
    work = Work(MAX_WORK - 2_000_000)

    with pytest.raises(OctostacheError, match="matching the pattern takes too long and was given up"):
        is_match(text, pattern, work=work)

    assert work.spent > MAX_WORK


def test_many_searches_that_take_too_long_together_are_given_up() -> None:
    work = Work(MAX_WORK - 4_000_000)

    def search_often() -> None:
        for _ in range(10_000):
            is_match("a" * 22 + "b", "(a|aa)+$", work=work)

    with pytest.raises(OctostacheError, match="given up"):
        search_often()
    with pytest.raises(OctostacheError, match=f"given up after {MAX_WORK} units of work"):
        work.spend(0)


def test_a_text_without_a_filter_for_patterns_does_not_load_them() -> None:
    script = (
        "import sys; from ecs_steps.octostache import evaluate; evaluate('#{A | ToUpper}', {'A': 'a'}); "
        "print('regex' in sys.modules); evaluate('#{A | Match a}', {'A': 'a'}); print('regex' in sys.modules)"
    )

    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  our own script

    assert finished.stdout.split() == ["False", "True"]
