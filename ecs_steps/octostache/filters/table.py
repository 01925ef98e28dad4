"""Every filter by its name, which is read without regard to case.

A filter takes a text, or None for an unknown name, and its options. It returns None where it has no answer:
the token then stays in the text, as with a filter that does not exist.
"""

# ruff: noqa: PLC0415  start-up time: a module that loads much is loaded when a filter of it is called

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from ecs_steps.octostache.bounds import Work
from ecs_steps.octostache.filters import escapes, text, versions

Filter = Callable[[str | None, Sequence[str]], str | None]

_SMALL: dict[str, Filter] = {
    "append": text.append,
    "contains": text.contains,
    "endswith": text.ends_with,
    "htmlescape": escapes.html_escape,
    "indent": text.indent,
    "jsonescape": escapes.json_escape,
    "null": text.null,
    "prepend": text.prepend,
    "propertieskeyescape": escapes.properties_key_escape,
    "propertiesvalueescape": escapes.properties_value_escape,
    "startswith": text.starts_with,
    "substring": text.substring,
    "tolower": text.to_lower,
    "toupper": text.to_upper,
    "trim": text.trim,
    "truncate": text.truncate,
    "uridataescape": escapes.uri_data_escape,
    "uriescape": escapes.uri_escape,
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


def find(name: str, *, now: Callable[[], datetime], work: Work) -> Filter | None:
    """Return the filter of that name, or None where there is none."""
    name = name.lower()
    match name:
        case "frombase64" | "hashbucket" | "md5" | "sha1" | "sha256" | "sha384" | "sha512" | "tobase64":
            from ecs_steps.octostache.filters import conversions

            return conversions.FILTERS[name]
        case "addhours" | "adddays" | "format" | "nowdate" | "nowdateutc":
            from ecs_steps.octostache.filters import formats

            return formats.filters(now)[name]
        case "markdown" | "markdowntohtml":
            from ecs_steps.octostache.filters import markdown

            return markdown.markdown_to_html
        case "match" | "replace":
            from ecs_steps.octostache.filters import regexes

            return partial(regexes.match if name == "match" else regexes.replace, work=work)
        case "uripart":
            from ecs_steps.octostache.filters import uris

            return uris.uri_part
        case _:
            return _SMALL.get(name)


def apply(
    name: str, value: str | None, options: Sequence[str], *, now: Callable[[], datetime], work: Work
) -> str | None:
    """Send `value` through the filter of that name; None where there is none or it has no answer.

    Raises:
        OctostacheError: The filter refuses the value or an option; the message names neither.
    """
    found = find(name, now=now, work=work)
    return found(value, options) if found else None
