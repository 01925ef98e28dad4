"""Filters that cut, join, indent and compare text, and take versions apart.

Lengths count characters; .NET counts an emoji as two and may cut it in half. A version is
``1.2.3.4-prefix.counter+metadata``, with white space around its numbers if need be.
"""

import re
from collections.abc import Callable

from ecs_steps.octostache.bounds import OctostacheError, check_length
from ecs_steps.octostache.numerals import SPACE, int32

TextFilter = Callable[..., str | None]

_INDENT = re.compile(r"(?:([0-9]{1,3})?(/))?([0-9]{1,3})")
_MAX_INDENT = 255
_VERSION = re.compile(
    r"""\s*+
        (?: [vV]? \s*+ (?P<major>\d++) \s*+ (?: \. \s*+ (?P<minor>\d++) \s*+ )?
            (?: \. \s*+ (?P<patch>\d++) \s*+ )? (?: \. \s*+ (?P<revision>\d++) \s*+ )? )?
        [.\-_\\]?
        (?P<prerelease> (?P<prefix>[A-Za-z0-9]*+) (?: [.\-_\\] (?P<counter>[A-Za-z0-9.\-_\\]*+) )? )
        (?: \+ (?P<metadata>[A-Za-z0-9_\-.\\+]*+) )?
        \s*+""",
    re.VERBOSE | re.ASCII,
)


def _each_character(convert: Callable[[str], str]) -> Callable[[str], str]:
    """Convert as .NET does: a character whose counterpart is longer than one stays as it is."""

    def converted(text: str) -> str:
        if text.isascii():
            return convert(text)
        return "".join(other if len(other := convert(character)) == 1 else character for character in text)

    return converted


def _trim(text: str, side: str | None = None, *_more: str) -> str | None:
    match side and side.lower():
        case None:
            return text.strip(SPACE)
        case "start":
            return text.lstrip(SPACE)
        case "end":
            return text.rstrip(SPACE)
        case _:
            return None


def _truncate(text: str, length: str, ellipsis: str = "...", *_more: str) -> str | None:
    """Cut a text that is longer, and put the ellipsis behind it."""
    limit = int32(length)
    if limit is None or limit < 0:
        return None
    return text[:limit] + ellipsis if limit < len(text) else text


def _substring(text: str, first: str, second: str | None = None) -> str | None:
    """Cut ``Substring length`` or ``Substring start length``, at most what there is from `start` on."""
    start, length = (0, int32(first)) if second is None else (int32(first), int32(second))
    if start is None or length is None or min(start, length) < 0 or start > len(text):
        return None
    return text[start : start + length]


def _indent(text: str, first: str = "4", other: str | None = None, *more: str) -> str | None:
    """Put spaces or a text before the first line and the others: ``4``, ``2/4``, ``/4``, ``first other``."""
    if not text or more:
        return None if text else ""
    first, other = _indents(first) if other is None else (first, other)
    check_length(len(text) + text.count("\n") * len(other))
    return first + text.replace("\n", "\n" + other)


def _indents(option: str) -> tuple[str, str]:
    widths = _INDENT.fullmatch(option)
    if widths is None or int(widths[1] or 0) > _MAX_INDENT or int(widths[3]) > _MAX_INDENT:
        return option, option
    other = " " * int(widths[3])
    return (" " * int(widths[1] or 0) if widths[2] else other), other


def _comparison(holds: Callable[[str, str], bool]) -> TextFilter:
    return lambda text, part: str(holds(text, part)).lower()


def _version(text: str) -> re.Match[str]:
    version = _VERSION.fullmatch(text.strip(SPACE))
    if version is None or not text.strip(SPACE):
        raise OctostacheError("the text is not a version")
    return version


def _version_number(field: str) -> TextFilter:
    def read(text: str, *_options: str) -> str:
        number = int32(_version(text)[field] or "0")
        if number is None:
            raise OctostacheError("a number of the version is too large")
        return str(number)

    return read


def _version_text(field: str) -> TextFilter:
    return lambda text, *_options: _version(text)[field] or ""


FILTERS: dict[str, TextFilter] = {
    "append": lambda text, *parts: (text or "") + "".join(parts) if parts else None,
    "contains": _comparison(str.__contains__),
    "endswith": _comparison(str.endswith),
    "indent": _indent,
    # Last in a chain it stands for empty text, since that and absent are one to a step.
    "null": lambda _text, *_options: None,
    "prepend": lambda text, *parts: "".join(parts) + (text or "") if parts else None,
    "startswith": _comparison(str.startswith),
    "substring": _substring,
    "tolower": _each_character(str.lower),
    "toupper": _each_character(str.upper),
    "trim": _trim,
    "truncate": _truncate,
    "versionmajor": _version_number("major"),
    "versionmetadata": _version_text("metadata"),
    "versionminor": _version_number("minor"),
    "versionpatch": _version_number("patch"),
    "versionprerelease": _version_text("prerelease"),
    "versionprereleasecounter": _version_text("counter"),
    "versionprereleaseprefix": _version_text("prefix"),
    "versionrevision": _version_number("revision"),
}
