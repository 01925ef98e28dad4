import subprocess
import sys

import pytest

from ecs_steps.octostache import OctostacheError, evaluate
from ecs_steps.octostache.bounds import Work
from ecs_steps.octostache.filters import find_filter

# fmt: off
FILTERS_OF_OCTOPUS = [
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
    assert len(set(FILTERS_OF_OCTOPUS)) == 46


@pytest.mark.parametrize("name", FILTERS_OF_OCTOPUS)
def test_each_filter_is_found_whatever_its_case(name: str) -> None:
    for variant in (name, name.lower(), name.upper()):
        assert find_filter(variant, now=lambda: pytest.fail("the time is not needed"), work=Work())


@pytest.mark.parametrize("name", ["", "Bogus", "Md6", "LessThan", "null "])
def test_no_other_filter_is_found(name: str) -> None:
    assert find_filter(name, now=lambda: pytest.fail("the time is not needed"), work=Work()) is None


def test_hash_bucket_is_refused_by_name() -> None:
    with pytest.raises(
        OctostacheError, match=r"8\}: HashBucket: the filter is not supported; give the bucket"
    ):
        evaluate("#{V | HashBucket 8}", {"V": "abc"})


def test_without_markdown_it_py_its_filters_are_refused_with_what_to_install() -> None:
    script = (
        "import sys; sys.modules['markdown_it'] = None; from ecs_steps.octostache import evaluate\n"
        "try: evaluate('#{A | Markdown}', {'A': 'a'})\n"
        "except ValueError as error: print(error)"
    )

    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  our own script

    assert finished.stdout.strip() == (
        "#{A | Markdown}: Markdown: it needs the package markdown-it-py; "
        "install it with `pip install ecs-steps[markdown]`"
    )
