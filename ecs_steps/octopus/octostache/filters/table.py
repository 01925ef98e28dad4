"""Every filter by its name, which is read without regard to case.

A filter takes a text, or None for an unknown name, and its options. It returns None where it has no answer:
the token then stays in the text, as with a filter that does not exist.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from ecs_steps.octopus.octostache.bounds import Work
from ecs_steps.octopus.octostache.filters import (
    conversions,
    escapes,
    formats,
    markdown,
    regexes,
    text,
    uris,
    versions,
)

_FILTERS: dict[str, Callable[[str | None, Sequence[str]], str | None]] = {
    "addhours": formats.add_hours,
    "adddays": formats.add_days,
    "append": text.append,
    "contains": text.contains,
    "endswith": text.ends_with,
    "format": formats.format_value,
    "frombase64": conversions.from_base64,
    "hashbucket": conversions.hash_bucket,
    "htmlescape": escapes.html_escape,
    "indent": text.indent,
    "jsonescape": escapes.json_escape,
    "markdown": markdown.markdown_to_html,
    "markdowntohtml": markdown.markdown_to_html,
    "md5": conversions.md5,
    "null": text.null,
    "prepend": text.prepend,
    "propertieskeyescape": escapes.properties_key_escape,
    "propertiesvalueescape": escapes.properties_value_escape,
    "sha1": conversions.sha1,
    "sha256": conversions.sha256,
    "sha384": conversions.sha384,
    "sha512": conversions.sha512,
    "startswith": text.starts_with,
    "substring": text.substring,
    "tobase64": conversions.to_base64,
    "tolower": text.to_lower,
    "toupper": text.to_upper,
    "trim": text.trim,
    "truncate": text.truncate,
    "uridataescape": escapes.uri_data_escape,
    "uriescape": escapes.uri_escape,
    "uripart": uris.uri_part,
    "versionmajor": versions.version_major,
    "versionmetadata": versions.version_metadata,
    "versionminor": versions.version_minor,
    "versionpatch": versions.version_patch,
    "versionprerelease": versions.version_prerelease,
    "versionprereleasecounter": versions.version_prerelease_counter,
    "versionprereleaseprefix": versions.version_prerelease_prefix,
    "versionrevision": versions.version_revision,
    "xmlescape": escapes.xml_escape,
    "yamldoublequoteescape": escapes.yaml_double_quote_escape,
    "yamlsinglequoteescape": escapes.yaml_single_quote_escape,
}
_CLOCKED = {"nowdate": formats.now_date, "nowdateutc": formats.now_date_utc}
_LABOURED = {"match": regexes.match, "replace": regexes.replace}

NAMES = frozenset({*_FILTERS, *_CLOCKED, *_LABOURED})
"""The names of all filters, in lower case."""


def apply(
    name: str, value: str | None, options: Sequence[str], *, now: Callable[[], datetime], work: Work
) -> str | None:
    """Send `value` through the filter of that name; None where there is none or it has no answer.

    Raises:
        OctostacheError: The filter refuses the value or an option; the message names neither.
    """
    name = name.lower()
    if plain := _FILTERS.get(name):
        return plain(value, options)
    if clocked := _CLOCKED.get(name):
        return clocked(value, options, now())
    if laboured := _LABOURED.get(name):
        return laboured(value, options, work)
    return None
