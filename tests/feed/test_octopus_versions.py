"""Revisions are versions to Octopus: compared as numbers, and never pre-releases."""

import pytest

from feed.octopus_versions import OctopusVersion, in_range

parse = OctopusVersion.parse


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("9", "10"),
        ("42-beta", "42"),
        ("42-beta", "43-alpha"),
        ("latest", "1"),
        ("1.2.3-pre-4", "1.2.3-pre-5"),
        ("1-9", "1-10"),
        ("1-1", "1-alpha"),
        ("999", "1000"),
    ],
)
def test_one_version_is_lower_than_another(lower: str, higher: str) -> None:
    assert parse(lower) < parse(higher)


@pytest.mark.parametrize(
    ("one", "other"), [("42", "42.0.0.0"), ("v42", "42"), ("42+build.7", "42"), ("1_2", "1-2")]
)
def test_two_texts_are_one_version(one: str, other: str) -> None:
    assert parse(one) == parse(other)


@pytest.mark.parametrize("tag", ["2147483648", "orders", "", "-1"])
def test_octopus_drops_what_is_no_version(tag: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        parse(tag)


@pytest.mark.parametrize(("tag", "expected"), [("42", False), ("42-beta", True), ("latest", False)])
def test_a_revision_is_no_prerelease(tag: str, expected: object) -> None:
    assert parse(tag).is_prerelease is expected


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("40", "[40,50)", True),
        ("50", "[40,50)", False),
        ("51", "[40,)", True),
        ("39", "[40,)", False),
        ("43", "42", True),
        ("42", "[42]", True),
        ("43", "[42]", False),
        ("40", "(40,50]", False),
        ("50", "(40,50]", True),
        ("1", "(,40)", True),
    ],
)
def test_a_channel_rule_is_a_range(tag: str, text: str, expected: object) -> None:
    assert in_range(parse(tag), text) is expected
