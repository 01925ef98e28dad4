"""The filters `Replace` and `Match`, which take a .NET regular expression.

pattern -> one of the package `regex` (in `patterns`) -> matches, given up where they take too long -> text.
"""

import re
from collections.abc import Callable, Iterator

import regex

from ecs_steps.octostache.bounds import OctostacheError, Work, check_length
from ecs_steps.octostache.filters.patterns import Pattern, compile_pattern

_SUBSTITUTION = re.compile(r"\$(?:([$&`'+_])|(\d{1,9})|\{(\w{1,99})\})", re.ASCII)


def replace(text: str, pattern: str, replacement: str = "", *_more: str, work: Work) -> str:
    """Replace what a pattern matches, by nothing or by a text with ``$1``, ``${name}``, ``$&`` and the like.

    Raises:
        OctostacheError: The pattern is not valid or not supported, matching takes too long, or the result is
            beyond bounds.
    """
    compiled = _compile(pattern, work)
    parts = _read_replacement(replacement, compiled)
    pieces: list[str] = []
    length = copied = 0
    for match in _find_all(compiled, text, work):
        written = [part if isinstance(part, str) else part(match) for part in parts]
        for piece in (text[copied : match.start()], *written):
            pieces.append(piece)
            length += len(piece)
            work.spend(len(piece))
        check_length(length)
        copied = match.end()
    return "".join([*pieces, text[copied:]])


def is_match(text: str, pattern: str, *, work: Work) -> str:
    """Return ``true`` or ``false``: whether a pattern matches anywhere in the text.

    Raises:
        OctostacheError: The pattern is not valid or not supported, or matching takes too long.
    """
    return "true" if next(_find_all(_compile(pattern, work), text, work), None) else "false"


def _compile(pattern: str, work: Work) -> Pattern:
    work.spend(len(pattern))
    with work.timed():
        return compile_pattern(pattern)


def _find_all(pattern: Pattern, text: str, work: Work) -> Iterator[regex.Match[str]]:
    """Find each match as .NET does: after an empty one the search continues a character further."""
    at = 0
    while at <= len(text):
        try:
            with work.timed():
                match = pattern.compiled.search(text, at, timeout=work.seconds_left())
        except (TimeoutError, MemoryError):
            raise OctostacheError("matching the pattern takes too long and was given up") from None
        if match is None:
            return
        yield match
        at = max(match.end(), match.start() + 1)


_Part = str | Callable[["regex.Match[str]"], str]


def _read_replacement(replacement: str, pattern: Pattern) -> list[_Part]:
    """Return the text of a replacement and what writes the groups in it; a reference to no group is text."""
    parts: list[_Part] = []
    copied = 0
    for reference in _SUBSTITUTION.finditer(replacement):
        sign, number, name = reference.groups()
        group: int | str = int(number or name) if number or (name and name.isdecimal()) else name
        if sign == "+":
            group = max(group for group in pattern.groups if isinstance(group, int))
        elif not sign and group not in pattern.groups:
            continue
        parts += (
            replacement[copied : reference.start()],
            _SIGNS.get(sign or "") or _group(pattern.groups[group]),
        )
        copied = reference.end()
    return [*parts, replacement[copied:]]


def _group(number: int) -> Callable[[regex.Match[str]], str]:
    return lambda match: match[number] or ""


_SIGNS: dict[str, _Part] = {
    "$": "$",
    "&": lambda match: match[0],
    "`": lambda match: match.string[: match.start()],
    "'": lambda match: match.string[match.end() :],
    "_": lambda match: match.string,
}
