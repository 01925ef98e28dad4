"""Read the sets of a .NET pattern, ``[a-z-[aeiou]]``, and its escapes, and spell them as `re` does."""

import re

from ecs_steps.octostache.bounds import MAX_DEPTH, OctostacheError

_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|c([A-Za-z])|(0[0-7]{0,2})")
_CLASSES = frozenset("dDwWsS")


def invalid_pattern() -> OctostacheError:
    return OctostacheError("the pattern is not a valid .NET regular expression")


def unsupported(what: str) -> OctostacheError:
    return OctostacheError(f"{what} in a pattern is not supported")


def read_escape(pattern: str, at: int) -> tuple[str, int]:
    """Read what follows a backslash; return it as `re` spells it, and where it ends.

    Raises:
        OctostacheError: It is not valid or not supported.
    """
    letter = pattern[at : at + 1]
    if letter in _CLASSES:
        return f"\\{letter}", at + 1
    if letter in {"p", "P"}:
        raise unsupported("a Unicode category")
    if code := _CODE.match(pattern, at):
        short, long, control, octal = code.groups()
        if control:
            return re.escape(chr(ord(control.upper()) - ord("@"))), code.end()
        return re.escape(chr(int(octal, 8) if octal else int(short or long, 16))), code.end()
    if not letter or (letter not in _CONTROL and (letter.isalnum() or letter == "_")):
        raise invalid_pattern()
    return re.escape(_CONTROL.get(letter, letter)), at + 1


def read_set(pattern: str, at: int, depth: int = 1) -> tuple[str, int]:
    """Read a set after its opening bracket; return it as `re` spells it, and where it ends.

    Raises:
        OctostacheError: It is not valid or not supported.
    """
    if depth > MAX_DEPTH:
        raise OctostacheError("the pattern is too large")
    opening = "[^" if pattern.startswith("^", at) else "["
    at += len(opening) - 1
    members = excluded = ""
    while not (members or excluded) or not pattern.startswith("]", at):
        if members and pattern.startswith("-[", at):
            excluded, at = read_set(pattern, at + 2, depth + 1)
            break
        member, at = _read_member(pattern, at)
        if pattern.startswith("-", at) and pattern[at + 1 : at + 2] not in {"]", "[", ""}:
            last, at = _read_member(pattern, at + 1)
            member = f"{member}-{last}"
        members += member
    source = f"{opening}{members}]"
    try:
        re.compile(source)
    except re.error:
        raise invalid_pattern() from None
    if not pattern.startswith("]", at):
        raise invalid_pattern()
    return f"(?!{excluded}){source}" if excluded else source, at + 1


def _read_member(pattern: str, at: int) -> tuple[str, int]:
    if pattern.startswith("\\b", at):
        return "\\x08", at + 2
    if pattern.startswith("\\", at):
        return read_escape(pattern, at + 1)
    if at >= len(pattern):
        raise invalid_pattern()
    return re.escape(pattern[at]), at + 1
