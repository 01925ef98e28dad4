"""The filters of ``#{Name | Filter option}``, by their names, which are read without regard to case.

name -> filter -> a value and options -> another value.

A filter takes a text and its options. It returns None where it has no result: the token then stays in the
text, as with a filter that does not exist. A module that imports much is imported when a filter needs it.
"""

# ruff: noqa: PLC0415  as above

from collections.abc import Callable, Sequence
from datetime import datetime

from ecs_steps.octostache.bounds import OctostacheError, Work
from ecs_steps.octostache.filters import encodings, text

Filter = Callable[[str | None, Sequence[str]], str | None]


def find_filter(name: str, *, now: Callable[[], datetime], work: Work) -> Filter | None:
    """Return the filter of that name, or None where there is none; it also takes None, for an unknown name.

    Raises:
        OctostacheError: It is not supported.
    """
    name = name.lower()
    match name:
        case "format" | "adddays" | "addhours":
            from ecs_steps.octostache.filters import formats

            return _of_text(formats.FILTERS[name])
        case "nowdate" | "nowdateutc":
            from ecs_steps.octostache.filters import formats

            return lambda value, options: formats.format_now(name, value, options, now())
        case "markdown" | "markdowntohtml":
            try:
                from ecs_steps.octostache.filters import markdown
            except ModuleNotFoundError:
                raise OctostacheError(
                    "it needs the package markdown-it-py; install it with `pip install ecs-steps[markdown]`"
                ) from None
            return _of_text(lambda value, options: markdown.markdown_to_html(value, options, work))
        case "match" | "replace":
            from ecs_steps.octostache.filters import regexes

            run = regexes.is_match if name == "match" else regexes.replace
            return _of_text(lambda value, options: run(value, options, work))
        case "uripart":
            from ecs_steps.octostache.filters import uris

            return _of_text(uris.uri_part)
        case "hashbucket":
            raise OctostacheError("the filter is not supported; give the bucket in a variable of its own")
        case _:
            found = text.FILTERS.get(name) or encodings.FILTERS.get(name)
            return _of_text(found) if found else text.FILTERS_OF_NOTHING.get(name)


def _of_text(apply_to_text: Callable[[str, Sequence[str]], str | None]) -> Filter:
    return lambda value, options: None if value is None else apply_to_text(value, options)
