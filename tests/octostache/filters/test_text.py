import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate


@pytest.mark.parametrize(
    ("value", "chain", "expected"),
    [
        ("Automated Deployment", "ToLower", "automated deployment"),
        ("Automated Deployment", "ToUpper", "AUTOMATED DEPLOYMENT"),
        ("Abc", "tolower", "abc"),
        ("Abc", "TOUPPER", "ABC"),
        ("Äß", "ToUpper", "Äß"),
        ("ÄΣ", "ToLower", "äσ"),
        ("", "ToLower", ""),
        ("Abc", "ToUpper | ToLower", "abc"),
        ("Abc", "ToUpper|ToLower|ToUpper", "ABC"),
        ("  Bar \t\n", "Trim", "Bar"),
        ("\u00a0Bar\u2003", "Trim", "Bar"),
        ("\x1fBar", "Trim", "\x1fBar"),
        ("  Bar  ", "Trim start", "Bar  "),
        ("  Bar  ", "Trim END", "  Bar"),
        ("  Bar  ", "Trim start end", "Bar  "),
        ("Octopus Deploy", "Truncate 7", "Octopus..."),
        ("Octopus Deploy", "Truncate 50", "Octopus Deploy"),
        ("abc", "Truncate 3", "abc"),
        ("abc", "Truncate 0", "..."),
        ("Octopus Deploy", 'Truncate 7 ""', "Octopus"),
        ("Octopus Deploy", 'Truncate 7 " (cut)"', "Octopus (cut)"),
        ("Octopus Deploy", "Truncate 14 #{Other}", "Octopus Deploy"),
        ("Octopus Deploy", "Truncate 7 #{Other}", "Octopusother"),
        ("abc", 'Truncate " 2 "', "ab..."),
        ("Octopus Deploy", "Substring 7", "Octopus"),
        ("Octopus Deploy", "Substring 8 6", "Deploy"),
        ("Octopus Deploy", "Substring 2 3", "top"),
        ("web", "Substring 0 32", "web"),
        ("web", "Substring 20", "web"),
        ("web", "Substring 2 2147483647", "b"),
        ("web", "Substring 3 1", ""),
        ("Octopus Deploy", "Substring 0 0", ""),
        ("Octopus Deploy", "Substring 14", "Octopus Deploy"),
        ("Octopus Deploy", "Substring 8 | Trim", "Octopus"),
        ("\U0001f600x", "Substring 1", "\U0001f600"),
        ("a", "Append b", "ab"),
        ("a", "Append b c", "abc"),
        ("a", 'Append b " " c', "ab c"),
        ("a", 'Append " " #{Other} " " x', "a other x"),
        ("a", 'Append ""', "a"),
        ("a", "Prepend b c", "bca"),
        ("a", 'Prepend #{Other} "-"', "other-a"),
        ("a", r"Append \"#{not} #evaluated\"", "a#{not} #evaluated"),
        ("a", "Append #{if Other}yes#{/if}", "ayes"),
        ("a", "Append #{calc 1+2}", "a3"),
        ("a", "Append #{each i in List}<#{i}>#{/each}", "a<1><2>"),
        ("a", "Append #{Other | ToUpper}", "aOTHER"),
        ("one\ntwo", "Indent", "    one\n    two"),
        ("one\ntwo", "Indent 2", "  one\n  two"),
        ("one\ntwo", "Indent 0", "one\ntwo"),
        ("one\ntwo", "Indent /3", "one\n   two"),
        ("one\ntwo", "Indent 3/1", "   one\n two"),
        ("one\ntwo", "Indent //", "//one\n//two"),
        ("one\ntwo", 'Indent "> "', "> one\n> two"),
        ("one\ntwo", 'Indent "/* " " * "', "/* one\n * two"),
        ("one\ntwo", r"Indent \"# \"", "# one\n# two"),
        ("a\nb", "Indent 255", " " * 255 + "a\n" + " " * 255 + "b"),
        ("a\nb", "Indent 256", "256a\n256b"),
        ("a\nb", "Indent /256", "/256a\n/256b"),
        ("a\nb", "Indent 256/1", "256/1a\n256/1b"),
        ("", "Indent", ""),
        ("", "Indent a b c", ""),
        ("abc", "Contains bc", "true"),
        ("abc", "Contains AbC", "false"),
        ("abc", 'Contains ""', "true"),
        ("a b(c", 'Contains " b("', "true"),
        ("abc", "StartsWith ab", "true"),
        ("abc", "StartsWith bc", "false"),
        ("abc", "StartsWith Ab", "false"),
        ("abc", "EndsWith bc", "true"),
        ("abc", "EndsWith ab", "false"),
        ("abc", "EndsWith bC", "false"),
        ("abc", "null", ""),
        ("abc", "Null", ""),
        ("abc", "null | Append x", "x"),
        ("abc", "null x y", ""),
    ],
)
def test_a_filter_changes_a_text(value: str, chain: str, expected: str) -> None:
    variables = {"V": value, "Other": "other", "List": "1,2"}

    assert evaluate(f"#{{V | {chain}}}", variables) == Evaluated(expected)


@pytest.mark.parametrize(
    "chain",
    [
        "ToLower x",
        "ToUpper x",
        "Trim Both",
        'Trim ""',
        "Truncate",
        "Truncate a",
        "Truncate -1",
        "Truncate 99999999999",
        "Substring",
        "Substring a",
        "Substring 0 a",
        "Substring -1",
        "Substring 0 -1",
        "Substring 4 1",
        "Substring 1 2 3",
        "Append",
        "Prepend",
        "Indent a b c",
        "Contains",
        "Contains a b",
        "StartsWith",
        "StartsWith a b",
        "EndsWith",
        "EndsWith a b",
        "Bogus",
        "Bogus | ToLower",
        "null | ToLower",
    ],
)
def test_a_filter_without_a_result_leaves_its_token(chain: str) -> None:
    token = f"#{{V | {chain}}}"

    assert evaluate(token, {"V": "abc"}) == Evaluated(token, (token,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#{ | Append foo}", "foo"),
        ("#{|Prepend foo}", "foo"),
        ("#{Missing | Append foo}", "foo"),
        ("#{ | null}", ""),
        ("#{Missing | null}", ""),
        ("a#{ | null}b", "ab"),
        ("#{if Missing}x#{else}#{ | null }#{/if}", ""),
    ],
)
def test_some_filters_need_no_value(text: str, expected: str) -> None:
    assert evaluate(text, {}) == Evaluated(expected)


@pytest.mark.parametrize(
    "chain",
    ["ToLower", "Trim", "Truncate 1", "Substring 1", "Indent", "Contains a", "StartsWith a", "EndsWith a"],
)
def test_other_filters_have_no_result_for_an_unknown_name(chain: str) -> None:
    for token in (f"#{{Missing | {chain}}}", f"#{{ | {chain}}}"):
        assert evaluate(token, {}) == Evaluated(token, (token,))


def test_an_indent_that_would_grow_beyond_bounds_is_an_error() -> None:
    with pytest.raises(OctostacheError, match=r"#\{V \| Indent 255\}: Indent: The text grows beyond"):
        evaluate("#{V | Indent 255}", {"V": "\n" * 50_000})


FIELDS = (
    "VersionMajor",
    "VersionMinor",
    "VersionPatch",
    "VersionRevision",
    "VersionPreRelease",
    "VersionPreReleasePrefix",
    "VersionPreReleaseCounter",
    "VersionMetadata",
)


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("1", ("1", "0", "0", "0", "", "", "", "")),
        ("1.2", ("1", "2", "0", "0", "", "", "", "")),
        ("1.2.3", ("1", "2", "3", "0", "", "", "", "")),
        ("1.2.3.4", ("1", "2", "3", "4", "", "", "", "")),
        (" 1.2.3\n", ("1", "2", "3", "0", "", "", "", "")),
        ("v1.2.3", ("1", "2", "3", "0", "", "", "", "")),
        ("V1", ("1", "0", "0", "0", "", "", "", "")),
        ("01.002", ("1", "2", "0", "0", "", "", "", "")),
        ("1.2.3-beta", ("1", "2", "3", "0", "beta", "beta", "", "")),
        ("1.2.3-beta.5", ("1", "2", "3", "0", "beta.5", "beta", "5", "")),
        ("1.2.3.4-mybranch.1.2+build10", ("1", "2", "3", "4", "mybranch.1.2", "mybranch", "1.2", "build10")),
        ("1.2.3+meta-1.x", ("1", "2", "3", "0", "", "", "", "meta-1.x")),
        ("1.2.3-a-b+c", ("1", "2", "3", "0", "a-b", "a", "b", "c")),
        ("1.2.3-a_b", ("1", "2", "3", "0", "a_b", "a", "b", "")),
        ("19.0.0.Final", ("19", "0", "0", "0", "Final", "Final", "", "")),
        (
            "284.0.0-debian_component_based",
            ("284", "0", "0", "0", "debian_component_based", "debian", "component_based", ""),
        ),
        ("1.2.3.4.5", ("1", "2", "3", "4", "5", "5", "", "")),
        ("latest", ("0", "0", "0", "0", "latest", "latest", "", "")),
        ("1a.2", ("1", "0", "0", "0", "a.2", "a", "2", "")),
        ("1.2.3rc1", ("1", "2", "3", "0", "rc1", "rc1", "", "")),
        ("3f2a9c1", ("3", "0", "0", "0", "f2a9c1", "f2a9c1", "", "")),
        ("v 1.2", ("1", "2", "0", "0", "", "", "", "")),
        ("1 . 2 .3 . 4 -a", ("1", "2", "3", "4", "a", "a", "", "")),
        ("1.2.3 beta", ("1", "2", "3", "0", "beta", "beta", "", "")),
        ("1-2", ("1", "0", "0", "0", "2", "2", "", "")),
    ],
)
def test_a_version_has_its_fields(version: str, fields: tuple[str, ...]) -> None:
    text = "|".join(f"#{{V | {field}}}" for field in FIELDS)

    assert evaluate(text, {"V": version}) == Evaluated("|".join(fields))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("version", ["", "  ", "1.2.3 -beta 2", "1.2/3", "1.2.3-a+b+c d"])
def test_what_is_no_version_is_an_error(field: str, version: str) -> None:
    with pytest.raises(OctostacheError, match=f"{field}: the text is not a version"):
        evaluate(f"#{{V | {field}}}", {"V": version})


def test_a_number_beyond_32_bits_is_an_error() -> None:
    with pytest.raises(OctostacheError, match="VersionMinor: a number of the version is too large"):
        evaluate("#{V | VersionMinor}", {"V": "1.4294967296"})


@pytest.mark.parametrize("field", FIELDS)
def test_a_version_filter_needs_a_value(field: str) -> None:
    token = f"#{{Missing | {field}}}"

    assert evaluate(token, {}) == Evaluated(token, (token,))
