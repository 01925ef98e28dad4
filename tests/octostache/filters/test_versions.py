import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate

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
        ("1a.2", ("0", "0", "0", "0", "1a.2", "1a", "2", "")),
        ("1-2", ("1", "0", "0", "0", "2", "2", "", "")),
    ],
)
def test_a_version_has_its_fields(version: str, fields: tuple[str, ...]) -> None:
    text = "|".join(f"#{{V | {field}}}" for field in FIELDS)

    assert evaluate(text, {"V": version}) == Evaluated("|".join(fields))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("version", ["", "  ", "1.2.3 beta", "1.2/3", "1.2.3-a+b+c d"])
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
