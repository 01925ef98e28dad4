"""The filters `Replace` and `Match`, which take a .NET regular expression."""

import re
from collections.abc import Callable, Iterator, Sequence

from attrs import frozen

from ecs_steps.octostache.bounds import MAX_TEXT, Work, too_long
from ecs_steps.octostache.filters.machine import Character, Machine, Repeat
from ecs_steps.octostache.filters.patterns import Pattern, compile_pattern

_SUBSTITUTION = re.compile(r"\$(?:(\$)|([&`'+_])|(\d{1,9})|\{(\w{1,99})\})", re.ASCII)


@frozen
class _Match:
    """Where a pattern was found, and what its groups hold."""

    start: int
    end: int
    saved: tuple[int, ...]
    machine: Machine

    def group(self, group: int | str) -> str:
        return self.machine.group(self.saved, group) or ""


def replace(text: str | None, options: Sequence[str], work: Work) -> str | None:
    """Replace what a pattern finds, by nothing or by a text with ``$1``, ``${name}``, ``$&`` and the like.

    Raises:
        OctostacheError: The pattern is not valid or not supported, takes too many steps, or the result is
            beyond bounds.
    """
    if text is None or not options:
        return None
    pattern = compile_pattern(options[0])
    write = _writer(options[1] if len(options) > 1 else "", pattern)
    pieces: list[str] = []
    length = copied = 0
    for found in _find_all(pattern, text, work):
        for piece in (text[copied : found.start], *write(found)):
            pieces.append(piece)
            length += len(piece)
            work.spend(len(piece))
        if length > MAX_TEXT:
            raise too_long()
        copied = found.end
    return "".join([*pieces, text[copied:]])


def match(text: str | None, options: Sequence[str], work: Work) -> str | None:
    """Say whether a pattern is found anywhere in the text.

    Raises:
        OctostacheError: The pattern is not valid or not supported, or takes too many steps.
    """
    if text is None or len(options) != 1:
        return None
    return "true" if next(_find_all(compile_pattern(options[0]), text, work), None) else "false"


def _find_all(pattern: Pattern, text: str, work: Work) -> Iterator[_Match]:
    machine = Machine(text, pattern.groups, work)
    unset = (-1,) * pattern.slots
    first = _first_set(pattern)
    at = 0
    while at <= len(text):
        if first:
            candidate = first.search(text, at)
            if candidate is None:
                return
            at = candidate.start()
        found = machine.run(pattern.code, at, unset)
        if found is None:
            at += 1
            continue
        end, saved = found
        yield _Match(at, end, saved, machine)
        at = end if end > at else at + 1


def _first_set(pattern: Pattern) -> re.Pattern[str] | None:
    """Return the characters that a match begins with, where it begins with one of a set."""
    match pattern.code[1]:
        case Character(characters):
            return characters
        case Repeat(_, characters, least, _) if least:
            return characters
        case _:
            return None


def _writer(replacement: str, pattern: Pattern) -> Callable[[_Match], list[str]]:
    """Return what writes `replacement` for a match; a reference to no group is text."""
    parts: list[str | Callable[[_Match], str]] = []
    copied = 0
    for found in _SUBSTITUTION.finditer(replacement):
        dollar, sign, number, name = found.groups()
        group: int | str = int(number or name) if number or (name and name.isdecimal()) else name or ""
        if not (dollar or sign or group in pattern.groups):
            continue
        parts.append(replacement[copied : found.start()])
        copied = found.end()
        if dollar:
            parts.append("$")
        elif sign:
            parts.append(_SIGNS[sign])
        else:
            parts.append(lambda match, group=group: match.group(group))  # type: ignore[misc]
    parts.append(replacement[copied:])
    return lambda match: [part if isinstance(part, str) else part(match) for part in parts]


def _last_group(found: _Match) -> str:
    return found.group(max(group for group in found.machine.groups if isinstance(group, int)))


_SIGNS: dict[str, Callable[[_Match], str]] = {
    "&": lambda found: found.group(0),
    "`": lambda found: found.machine.text[: found.start],
    "'": lambda found: found.machine.text[found.end :],
    "+": _last_group,
    "_": lambda found: found.machine.text,
}
