import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octostache import OctostacheError, evaluate
from ecs_steps.octostache.bounds import Work
from ecs_steps.octostache.filters.regexes import is_match, replace


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
        ("abxe", "[^a-d-[x]]", ["e"]),
        ("abcdef", "[a-e-[b-d-[c]]]", ["a", "c", "e"]),
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
        ("ac-AC-B", "a(?:(?i)b|c)", ["ac"]),
        ("aC", "a(?i)b|c", ["C"]),
        ("Straße STRASSE", "(?i)straße", ["Straße"]),
        ("Ab", r"(?i)[a-c-[b]]\p{L}", ["Ab"]),
        ("aÉ1", r"\p{Lu}", ["É"]),
        ("aÉ1", r"[\P{L}\p{Ll}]", ["a", "1"]),
        ("a{,2}", "a{,2}", ["a{,2}"]),
        ("aaa{e}", "a{e}", ["a{e}"]),
        ("a&&b--c||d~~[:alpha:]", r"[&|~:[\]-]+", ["&&", "--", "||", "~~[:", ":]"]),
        ("abb", r"(?<a>a)(b|a)\1", ["abb"]),
        ("a1a11", r"(a)\k<w>|(?<w>1)\2", ["11"]),
        ("foo  bar", "foo\\ {2}bar", ["foo  bar"]),
        ("aaa", "(?x)a {2} # twice", ["aa"]),
        ("ab", "(?n)(a)(?<n>b)\\k<n>|(a)b", ["ab"]),
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
    marked = replace(text, pattern, "\x02$&\x03", work=Work())

    assert marked is not None
    assert re.findall("\x02([^\x03]*)\x03", marked) == found
    assert is_match(text, pattern, work=Work()) == ("true" if found else "false")


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
        (r"\p{Nope}", "a Unicode block in a pattern is not supported"),
        (r"\p{IsGreek}", "a Unicode block in a pattern is not supported"),
        (r"[\P{IsCurrencySymbols}]", "a Unicode block in a pattern is not supported"),
        (r"\p{Lx}", "the pattern is not a valid .NET regular expression"),
        (r"\pL", "the pattern is not a valid .NET regular expression"),
        (r"[a-\p{L}]", "the pattern is not a valid .NET regular expression"),
        (r"\Ga", r"the anchor \G in a pattern is not supported"),
        (r"(?:a|\G)b", r"the anchor \G in a pattern is not supported"),
        (r"(?x)( ?:a)", "the pattern is not a valid .NET regular expression"),
        (r"(?i)*", "the pattern is not a valid .NET regular expression"),
        ("a{2}+", "the pattern is not a valid .NET regular expression"),
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
        ("(?:a{999}){999}", "the pattern is too large"),
        ("(?:(?:a{99}){99}){99}", "the pattern is too large"),
        ("(?<=a{999999999})", "the pattern is too large"),
        ("(){999999999}x", "the pattern is too large"),
        ("[a-" * 9999, "the pattern is too large"),
        ("a" * 6000, "the pattern is too large"),
        ("(" * 100 + ")" * 100, "the pattern is too large"),
    ],
)
def test_a_pattern_that_cannot_be_run_is_an_error(pattern: str, message: str) -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate("#{V | Replace #{Pattern} x}", {"V": "abc", "Pattern": pattern})

    assert str(caught.value) == f"#{{V | Replace #{{Pattern}} x}}: Replace: {message}"


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
def test_a_pattern_valid_in_both_dialects_matches_as_in_python(
    pieces: list[str], other: list[str], text: str
) -> None:
    pattern = "".join(pieces) + ("|" + "".join(other) if other else "")
    expected, copied, at = "", 0, 0
    while at <= len(text) and (found := re.compile(pattern).search(text, at)):
        expected += f"{text[copied : found.start()]}<{found[0]}|{(found.groups() or ('',))[0] or ''}>"
        copied, at = found.end(), max(found.end(), found.start() + 1)

    replacement = "<$&|$1>" if re.compile(pattern).groups else "<$&|>"
    replaced = replace(text, pattern, replacement, work=Work())

    assert replaced == expected + text[copied:]
