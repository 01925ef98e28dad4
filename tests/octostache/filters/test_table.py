import pytest

from ecs_steps.octostache.bounds import Work
from ecs_steps.octostache.filters.table import find

# fmt: off
OF_OCTOPUS = [
    "AddDays", "AddHours", "Append", "Contains", "EndsWith", "Format", "FromBase64", "HtmlEscape",
    "Indent", "JsonEscape", "Markdown", "MarkdownToHtml", "Match", "Md5", "NowDate", "NowDateUtc",
    "Null", "Prepend", "PropertiesKeyEscape", "PropertiesValueEscape", "Replace", "Sha1", "Sha256",
    "Sha384", "Sha512", "StartsWith", "Substring", "ToBase64", "ToLower", "ToUpper", "Trim",
    "Truncate", "UriDataEscape", "UriEscape", "UriPart", "VersionMajor", "VersionMetadata",
    "VersionMinor", "VersionPatch", "VersionPreRelease", "VersionPreReleaseCounter",
    "VersionPreReleasePrefix", "VersionRevision", "XmlEscape", "YamlDoubleQuoteEscape",
    "YamlSingleQuoteEscape",
]
# fmt: on


def test_octopus_has_46_filters() -> None:
    assert len(set(OF_OCTOPUS)) == 46


@pytest.mark.parametrize("name", [*OF_OCTOPUS, "HashBucket"])
def test_each_filter_is_found_whatever_its_case(name: str) -> None:
    for spelled in (name, name.lower(), name.upper()):
        assert find(spelled, now=lambda: pytest.fail("nothing asks for the time"), work=Work())


@pytest.mark.parametrize("name", ["", "Bogus", "Md6", "LessThan", "null "])
def test_no_other_filter_is_found(name: str) -> None:
    assert find(name, now=lambda: pytest.fail("nothing asks for the time"), work=Work()) is None
