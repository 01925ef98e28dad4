"""The filters of ``#{Name | Filter option}``, by their names, which are read without regard to case.

name -> filter -> a value and options -> another value.

A filter is a function of a text, and its options are further arguments. It has no result where they do not
fit and where it returns None: the token then stays in the text, as with a filter that does not exist. What
imports much is imported when a filter needs it.
"""

# ruff: noqa: PLC0415  as above

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from inspect import signature

from ecs_steps.octostache.bounds import OctostacheError, Work
from ecs_steps.octostache.filters import encodings, text

Filter = Callable[..., str | None]

_OF_NOTHING = {"append", "nowdate", "nowdateutc", "null", "prepend"}
"""The filters that take an unknown name as well, as None."""


def apply(
    name: str, value: str | None, options: Sequence[str], *, now: Callable[[], datetime], work: Work
) -> str | None:
    """Send `value` through the filter of that name; None where there is none or it has no result.

    Raises:
        OctostacheError: The filter refuses the value or an option; the message names neither.
    """
    found = find_filter(name, now=now, work=work)
    if found is None or (value is None and name.lower() not in _OF_NOTHING):
        return None
    try:
        signature(found).bind(value, *options)
    except TypeError:
        return None
    return found(value, *options)


def find_filter(name: str, *, now: Callable[[], datetime], work: Work) -> Filter | None:
    """Return the filter of that name, or None where there is none.

    Raises:
        OctostacheError: It is not supported.
    """
    name = name.lower()
    match name:
        case "format" | "adddays" | "addhours":
            from ecs_steps.octostache.filters import formats

            return formats.FILTERS[name]
        case "nowdate" | "nowdateutc":
            from ecs_steps.octostache.filters import formats

            return partial(formats.format_now, now=now, is_utc=name == "nowdateutc")
        case "markdown" | "markdowntohtml":
            try:
                from ecs_steps.octostache.filters import markdown
            except ModuleNotFoundError:
                raise OctostacheError(
                    "it needs the package markdown-it-py; install it with `pip install ecs-steps[markdown]`"
                ) from None
            return partial(markdown.markdown_to_html, work=work)
        case "match" | "replace":
            from ecs_steps.octostache.filters import regexes

            return partial(regexes.is_match if name == "match" else regexes.replace, work=work)
        case "uripart":
            from ecs_steps.octostache.filters import uris

            return uris.uri_part
        case "hashbucket":
            raise OctostacheError("the filter is not supported; give the bucket in a variable of its own")
        case _:
            return text.FILTERS.get(name) or encodings.FILTERS.get(name)
