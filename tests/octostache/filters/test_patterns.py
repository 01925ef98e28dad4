import re

import pytest

from ecs_steps.octostache import OctostacheError, evaluate
from ecs_steps.octostache.bounds import Work
from ecs_steps.octostache.filters.regexes import match, replace


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
        ("[a-" * 9999, "the pattern is too large"),
        ("a" * 6000, "the pattern is too large"),
        ("(" * 100 + ")" * 100, "the pattern is too large"),
    ],
)
def test_a_pattern_that_cannot_be_run_is_an_error(pattern: str, message: str) -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate("#{V | Replace #{Pattern} x}", {"V": "abc", "Pattern": pattern})

    assert str(caught.value) == f"#{{V | Replace #{{Pattern}} x}}: Replace: {message}"
