import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octopus.octostache import Evaluated, OctostacheError, evaluate
from ecs_steps.octopus.octostache.bounds import MAX_WORK, Work
from ecs_steps.octopus.octostache.filters.regexes import match, replace


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
def test_without_a_pattern_or_a_value_there_is_no_answer(token: str) -> None:
    assert evaluate(token, {"V": "abc"}) == Evaluated(token, (token,))


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("aaa", "a{2}", ["aa"]),
        ("aaa", "a{2,}", ["aaa"]),
        ("aaaa", "a{1,3}", ["aaa", "a"]),
        ("aaa", "a{1,2}?", ["a", "a", "a"]),
        ("a{x}", "a{x}", ["a{x}"]),
        ("aXbX", ".+?X", ["aX", "bX"]),
        ("a\nb", "a.b", []),
        ("a\nb", "(?s)a.b", ["a\nb"]),
        ("a\nb", "^b", []),
        ("a\nb", "(?m)^b", ["b"]),
        ("a\nb", "(?m)a$", ["a"]),
        ("ab\n", "b$", ["b"]),
        ("ab\n", r"b\Z", ["b"]),
        ("ab\n", r"b\z", []),
        ("ab", r"\Aab\z", ["ab"]),
        ("cat concat", r"\bcat\b", ["cat"]),
        ("cat concat", r"\Bcat", ["cat"]),
        ("a1_é-", r"\w+", ["a1_é"]),
        ("a1 b", r"\W", [" "]),
        ("a1", r"\D\d", ["a1"]),
        (" \t\n", r"\s+", [" \t\n"]),
        ("a b", r"\S", ["a", "b"]),
        ("abcd", "[b-c]", ["b", "c"]),
        ("abcd", "[^b-c]", ["a", "d"]),
        ("a-b]c", r"[\]-]", ["-", "]"]),
        ("a-b]c", "[]-]", ["-", "]"]),
        ("a[b", "[[]", ["["]),
        ("a^b", "[b^]", ["^", "b"]),
        ("a--b&&c", "[-&]+", ["--", "&&"]),
        ("aeiouxyz", "[a-z-[aeiou]]+", ["xyz"]),
        ("12345", "[0-9-[2-4]]", ["1", "5"]),
        ("a\x08b", r"[\b]", ["\x08"]),
        ("a\td", r"\t", ["\t"]),
        ("A\u20acB", r"\x41|\u20ac", ["A", "\u20ac"]),
        ("\x1b\x01\x00", r"\e|\cA|\0", ["\x1b", "\x01", "\x00"]),
        ("abab", "(ab)+", ["abab"]),
        ("abcb", "a|b|c", ["a", "b", "c", "b"]),
        ("foobar foo", "foo(?=bar)", ["foo"]),
        ("foobar foo", "foo(?!bar)", ["foo"]),
        ("v1 x2", r"(?<=v)\d", ["1"]),
        ("v1 x2", r"(?<!v)\d", ["2"]),
        ("aab b", "(?<=a{1,3})b", ["b"]),
        ("xaay", "(?<=xa*)y", ["y"]),
        ("aaab", "(?>a+)ab", []),
        ("abab", r"(ab)\1", ["abab"]),
        ("abAB", r"(?i)(ab)\1", ["abAB"]),
        ("xyxy", r"(?<w>xy)\k<w>", ["xyxy"]),
        ("xyxy", r"(?'w'xy)\k'w'", ["xyxy"]),
        ("ABab", "(?i)ab", ["AB", "ab"]),
        ("ABab", "(?i:a)b", ["ab"]),
        ("aBAB", "a(?i)b", ["aB"]),
        ("aBab", "(?i)a(?-i)b", ["ab"]),
        ("a b", "(?x) a \\s b # the rest", ["a b"]),
        ("ab", "a(?#comment)b", ["ab"]),
        ("ab", "(?n)(a)b", ["ab"]),
        ("", "(a*)*", [""]),
        ("aaa", "(a*)*", ["aaa", ""]),
        ("aaa", "(a|aa)+$", ["aaa"]),
        ("ab", "(|a)b", ["ab"]),
        ("ab", "(?:)ab", ["ab"]),
        ("ac", "ab?c", ["ac"]),
        ("abc", "ab??c", ["abc"]),
        ("aXXb", "a(XX){1}b", ["aXXb"]),
        ("aXXXXb", "a(XX){2,3}b", ["aXXXXb"]),
        ("aXXb", "a(XX){0,3}?b", ["aXXb"]),
    ],
)
def test_a_pattern_of_dot_net_finds(text: str, pattern: str, found: list[str]) -> None:
    marked = replace(text, [pattern, "\x02$&\x03"], Work())

    assert marked is not None
    assert re.findall("\x02([^\x03]*)\x03", marked) == found
    assert match(text, [pattern], Work()) == ("true" if found else "false")


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
    assert replace(text, [pattern, replacement], Work()) == expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        *(
            (pattern, "the pattern is not a valid .NET regular expression")
            for pattern in (
                [
                    "(",
                    ")",
                    "(a",
                    "a)",
                    "[",
                    "[a",
                    "[z-a]",
                    "*a",
                    "a**",
                    "a{2,1}",
                    "a++",
                    "\\",
                    "\\y",
                    "\\_",
                    "(a)\\2",
                ]
            )
        ),
        ("\\k<none>", "the pattern is not a valid .NET regular expression"),
        ("[a-\\d]", "the pattern is not a valid .NET regular expression"),
        (r"\p{Lu}", "a Unicode category in a pattern is not supported"),
        (r"[\P{L}]", "a Unicode category in a pattern is not supported"),
        (r"\Ga", "the anchor G in a pattern is not supported"),
        (
            "(?(1)a|b)",
            "a group that begins with (? and is none of the usual ones in a pattern is not supported",
        ),
        (
            "(?<a-b>x)",
            "a group that begins with (? and is none of the usual ones in a pattern is not supported",
        ),
        (
            "(?<1>x)",
            "a group that begins with (? and is none of the usual ones in a pattern is not supported",
        ),
        ("(ab){9999}", "the pattern is too large"),
        ("(" * 100 + ")" * 100, "the pattern is too large"),
    ],
)
def test_a_pattern_that_cannot_be_run_is_an_error(pattern: str, message: str) -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate("#{V | Replace #{Pattern} x}", {"V": "abc", "Pattern": pattern})

    assert str(caught.value) == f"#{{V | Replace #{{Pattern}} x}}: Replace: {message}"


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


def test_a_replacement_that_grows_beyond_bounds_is_an_error() -> None:
    with pytest.raises(OctostacheError, match="grows beyond"):
        replace("a" * 5000, ["a", "b" * 5000], Work())


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
