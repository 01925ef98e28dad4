"""Filters that cut, join, indent and compare text, and take versions apart.

Lengths count characters; .NET counts an emoji as two and may cut it in half. A version is
``1.2.3.4-prefix.counter+metadata``, with white space around its numbers if need be.
"""

import re
from collections.abc import Callable, Sequence

from ecs_steps.octostache.bounds import OctostacheError, check_length
from ecs_steps.octostache.numerals import SPACE, int32

TextFilter = Callable[[str, Sequence[str]], str | None]

_INDENT = re.compile(r"(?:([0-9]{1,3})?(/))?([0-9]{1,3})")
_MAX_INDENT = 255
_MAX_INDENTS = 2
_MAX_OFFSETS = 2
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


def without_options(convert: Callable[[str], str]) -> TextFilter:
    """Make a conversion a filter that has no result where it is given an option."""
    return lambda text, options: None if options else convert(text)


def _each_character(convert: Callable[[str], str]) -> Callable[[str], str]:
    """Convert as .NET does: a character whose counterpart is longer than one stays as it is."""

    def converted(text: str) -> str:
        if text.isascii():
            return convert(text)
        return "".join(other if len(other := convert(character)) == 1 else character for character in text)

    return converted


def _trim(text: str, options: Sequence[str]) -> str | None:
    match [option.lower() for option in options[:1]]:
        case []:
            return text.strip(SPACE)
        case ["start"]:
            return text.lstrip(SPACE)
        case ["end"]:
            return text.rstrip(SPACE)
        case _:
            return None


def _truncate(text: str, options: Sequence[str]) -> str | None:
    """Cut ``Truncate length`` or ``Truncate length ellipsis``; the ellipsis follows a text that was cut."""
    length = int32(options[0]) if options else None
    if length is None or length < 0:
        return None
    return text[:length] + (options[1] if len(options) > 1 else "...") if length < len(text) else text


def _substring(text: str, options: Sequence[str]) -> str | None:
    """Cut ``Substring length`` or ``Substring start length``, at most what there is from `start` on."""
    if not options or len(options) > _MAX_OFFSETS:
        return None
    offsets = [offset for option in options if (offset := int32(option)) is not None and offset >= 0]
    if len(offsets) < len(options):
        return None
    start, length = offsets if len(offsets) == _MAX_OFFSETS else (0, offsets[0])
    return text[start : start + length] if start <= len(text) else None


def _indent(text: str, options: Sequence[str]) -> str | None:
    """Put spaces or a text before the first line and the others: ``4``, ``2/4``, ``/4``, ``first other``."""
    if not text:
        return ""
    if len(options) > _MAX_INDENTS:
        return None
    first, other = options if len(options) == _MAX_INDENTS else _indents(options[0] if options else "4")
    check_length(len(text) + text.count("\n") * len(other))
    return first + text.replace("\n", "\n" + other)


def _indents(option: str) -> tuple[str, str]:
    widths = _INDENT.fullmatch(option)
    if widths is None or int(widths[1] or 0) > _MAX_INDENT or int(widths[3]) > _MAX_INDENT:
        return option, option
    other = " " * int(widths[3])
    return (" " * int(widths[1] or 0) if widths[2] else other), other


def _comparison(holds: Callable[[str, str], bool]) -> TextFilter:
    def compare(text: str, options: Sequence[str]) -> str | None:
        return str(holds(text, options[0])).lower() if len(options) == 1 else None

    return compare


def _version(text: str) -> re.Match[str]:
    version = _VERSION.fullmatch(text.strip(SPACE))
    if version is None or not text.strip(SPACE):
        raise OctostacheError("the text is not a version")
    return version


def _version_number(field: str) -> TextFilter:
    def read(text: str, _options: Sequence[str]) -> str:
        number = int32(_version(text)[field] or "0")
        if number is None:
            raise OctostacheError("a number of the version is too large")
        return str(number)

    return read


def _version_text(field: str) -> TextFilter:
    return lambda text, _options: _version(text)[field] or ""


FILTERS: dict[str, TextFilter] = {
    "contains": _comparison(str.__contains__),
    "endswith": _comparison(str.endswith),
    "indent": _indent,
    "startswith": _comparison(str.startswith),
    "substring": _substring,
    "tolower": without_options(_each_character(str.lower)),
    "toupper": without_options(_each_character(str.upper)),
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
"""The filters that need a value."""

FILTERS_OF_NOTHING: dict[str, Callable[[str | None, Sequence[str]], str | None]] = {
    "append": lambda text, options: (text or "") + "".join(options) if options else None,
    # Last in a chain it stands for empty text, since that and absent are one to a step.
    "null": lambda _text, _options: None,
    "prepend": lambda text, options: "".join(options) + (text or "") if options else None,
}
"""The filters that take an unknown name as well."""
