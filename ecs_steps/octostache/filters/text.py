"""Filters that cut, join, indent and compare text.

Lengths count characters; .NET counts an emoji as two and may cut it in half.
"""

import re
from collections.abc import Callable, Sequence

from ecs_steps.octostache.bounds import MAX_TEXT, too_long
from ecs_steps.octostache.numerals import SPACE, int32

_INDENT = re.compile(r"(?:([0-9]{1,3})?(/))?([0-9]{1,3})")
_WIDEST_INDENT = 255
_MOST_INDENTS = 2
_MOST_OFFSETS = 2


def to_lower(text: str | None, options: Sequence[str]) -> str | None:
    return None if text is None or options else _each_character(text, str.lower)


def to_upper(text: str | None, options: Sequence[str]) -> str | None:
    return None if text is None or options else _each_character(text, str.upper)


def _each_character(text: str, convert: Callable[[str], str]) -> str:
    """Convert as .NET does: a character whose counterpart is longer than one stays as it is."""
    if text.isascii():
        return convert(text)
    return "".join(other if len(other := convert(character)) == 1 else character for character in text)


def trim(text: str | None, options: Sequence[str]) -> str | None:
    if text is None:
        return None
    match options[0].lower() if options else "":
        case "":
            return text.strip(SPACE) if not options else None
        case "start":
            return text.lstrip(SPACE)
        case "end":
            return text.rstrip(SPACE)
        case _:
            return None


def truncate(text: str | None, options: Sequence[str]) -> str | None:
    length = int32(options[0]) if options else None
    if text is None or length is None or length < 0:
        return None
    return f"{text[:length]}..." if length < len(text) else text


def substring(text: str | None, options: Sequence[str]) -> str | None:
    """Cut ``Substring length`` or ``Substring start length``; None where that reaches beyond the text."""
    if text is None or not options or len(options) > _MOST_OFFSETS:
        return None
    offsets = [offset for option in options if (offset := int32(option)) is not None and offset >= 0]
    if len(offsets) < len(options):
        return None
    start, length = offsets if len(offsets) == _MOST_OFFSETS else (0, offsets[0])
    return text[start : start + length] if start + length <= len(text) else None


def append(text: str | None, options: Sequence[str]) -> str | None:
    return (text or "") + "".join(options) if options else None


def prepend(text: str | None, options: Sequence[str]) -> str | None:
    return "".join(options) + (text or "") if options else None


def indent(text: str | None, options: Sequence[str]) -> str | None:
    """Put spaces or a text before the first line and the others: ``4``, ``2/4``, ``/4``, ``first other``."""
    if text is None or len(options) > _MOST_INDENTS:
        return "" if text == "" else None
    if not text:
        return ""
    first, other = options if len(options) == _MOST_INDENTS else _indents(options[0] if options else "4")
    if len(text) + text.count("\n") * len(other) > MAX_TEXT:
        raise too_long()
    return first + text.replace("\n", "\n" + other)


def _indents(option: str) -> tuple[str, str]:
    widths = _INDENT.fullmatch(option)
    if widths is None or int(widths[1] or 0) > _WIDEST_INDENT or int(widths[3]) > _WIDEST_INDENT:
        return option, option
    other = " " * int(widths[3])
    return (" " * int(widths[1] or 0) if widths[2] else other), other


def contains(text: str | None, options: Sequence[str]) -> str | None:
    return _compare(text, options, str.__contains__)


def starts_with(text: str | None, options: Sequence[str]) -> str | None:
    return _compare(text, options, str.startswith)


def ends_with(text: str | None, options: Sequence[str]) -> str | None:
    return _compare(text, options, str.endswith)


def _compare(text: str | None, options: Sequence[str], holds: Callable[[str, str], bool]) -> str | None:
    if text is None or len(options) != 1:
        return None
    return "true" if holds(text, options[0]) else "false"


def null(_text: str | None, _options: Sequence[str]) -> str | None:
    """Have no value. Last in a chain it stands for empty text, since that and absent are one to a step."""
    return None
