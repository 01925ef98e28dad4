r"""Translate a .NET regular expression into one of the `regex` package.

pattern -> lexemes, each written so that it means there what it means in .NET -> one compiled pattern, and the
numbers of its groups.

Supported: characters, sets with subtraction, the classes d w s, general categories (``\p{Lu}``), anchors,
groups with and without a name or a capture, atomic groups, look ahead and behind, greedy and lazy repeats,
references back, and the options i m n s x. Refused by name: Unicode blocks, conditional and balancing groups,
the anchor ``\G``, and numbers as names of groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import regex
from attrs import define, field, frozen

from ecs_steps.octostache.bounds import MAX_DEPTH, OctostacheError

MAX_PATTERN_SIZE = 5000
"""Characters that a pattern matches at least, repeats included: `regex` lays some of them out in memory."""

_LEXEME = re.compile(
    r"""
    (?P<comment>\(\?\#[^)]*+\))
  | \(\?(?P<on>[imnsx]*+)(?:-(?P<off>[imnsx]*+))?(?P<options>[:)])
  | \(\?(?:<(?=\w+>)|'(?=\w+'))(?P<name>[A-Za-z_]\w*+).
  | (?P<assertion>\(\?(?:=|!|<=|<!|>))
  | (?P<special>\(\?)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<bar>\|)
  | (?P<repeat>(?:[*+?]|\{(?P<low>[0-9]{1,9})(?:,(?P<high>[0-9]{1,9})?)?\})\??)
  | \\(?P<number>[1-9][0-9]?)
  | \\k(?:<(?=\w+>)|'(?=\w+'))(?P<reference>[A-Za-z_]\w*+).
  | (?P<atom>[.^$]|\\[AbBGzZ])
  | (?P<set>\[)
  | (?P<escape>\\)
  | (?P<literal>.)""",
    re.VERBOSE | re.DOTALL,
)
_IGNORED = re.compile(r"(?:\s++|#[^\n]*+)++")
_ATOMS = {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)"}
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|c([A-Za-z])|(0[0-7]{0,2})")
_CLASS = re.compile(r"[dDwWsS]|[pP]\{(?:[CLMNPSZ][a-z]?|(?P<block>\w+(?:-\w+)*))\}")


@frozen
class Pattern:
    """A compiled pattern, and the number in it of each group of .NET, by .NET's number or by name.

    Group 0 is the whole match; .NET numbers the groups with a name after those without.
    """

    compiled: regex.Pattern[str]
    groups: dict[int | str, int]


def compile_pattern(text: str) -> Pattern:
    """Compile `text`.

    Raises:
        OctostacheError: It is not valid, too large, or uses what is not supported.
    """
    if len(text) > MAX_PATTERN_SIZE:
        raise _too_large()
    translation = _Translation(text)
    translation.run()
    groups: dict[int | str, int] = dict(enumerate([0, *translation.unnamed, *translation.named.values()]))
    groups.update(translation.named)
    try:
        return Pattern(regex.compile(translation.source(groups), regex.V1), groups)
    except (regex.error, KeyError):
        raise _invalid() from None


def _invalid() -> OctostacheError:
    return OctostacheError("the pattern is not a valid .NET regular expression")


def _unsupported(construct: str) -> OctostacheError:
    return OctostacheError(f"{construct} in a pattern is not supported")


def _too_large() -> OctostacheError:
    return OctostacheError("the pattern is too large")


@define
class _Translation:
    """How far a pattern is translated.

    A number in what is written refers to the group that .NET gives that number. `sizes` holds the sizes so
    far of the open groups, from the whole pattern inwards, and `outer_options` the options behind each.
    `repeatable` is the size of what a repeat would apply to, if there is anything.
    """

    pattern: str
    at: int = 0
    written: list[str | int] = field(factory=list)
    options: frozenset[str] = frozenset()
    outer_options: list[frozenset[str]] = field(factory=list)
    sizes: list[int] = field(factory=lambda: [0])
    repeatable: int | None = None
    unnamed: list[int] = field(factory=list)
    named: dict[str, int] = field(factory=dict)

    def run(self) -> None:
        while self.at < len(self.pattern):
            if "x" in self.options and (ignored := _IGNORED.match(self.pattern, self.at)):
                self.at = ignored.end()
            elif lexeme := _LEXEME.match(self.pattern, self.at):
                self.at = lexeme.end()
                _TRANSLATE[lexeme.lastgroup or ""](self, lexeme)
        if self.outer_options:
            raise _invalid()

    def source(self, groups: dict[int | str, int]) -> str:
        return "".join(part if isinstance(part, str) else rf"\g<{groups[part]}>" for part in self.written)

    def add(self, part: str | int, size: int = 1) -> None:
        self.written.append(part)
        self.sizes[-1] += size
        self.repeatable = size
        if self.sizes[-1] > MAX_PATTERN_SIZE:
            raise _too_large()

    def atom(self, lexeme: re.Match[str]) -> None:
        if lexeme[0] == r"\G":
            raise _unsupported(r"the anchor \G")
        self.add(_ATOMS.get(lexeme[0], lexeme[0]))

    def escape(self, _lexeme: re.Match[str]) -> None:
        source, self.at = _read_escape(self.pattern, self.at)
        self.add(source)

    def set(self, _lexeme: re.Match[str]) -> None:
        source, self.at = _read_set(self.pattern, self.at)
        self.add(source)

    def repeat(self, lexeme: re.Match[str]) -> None:
        low, high = int(lexeme["low"] or 1), int(lexeme["high"] or 0)
        if self.repeatable is None or (lexeme["high"] and high < low):
            raise _invalid()
        self.add(lexeme[0], self.repeatable * (max(low, high, 1) - 1))
        self.repeatable = None

    def alternative(self, _lexeme: re.Match[str]) -> None:
        self.written.append("|")
        self.repeatable = None

    def change_options(self, lexeme: re.Match[str]) -> None:
        options = (self.options | set(lexeme["on"])) - set(lexeme["off"] or "")
        # The options n and x are applied here. With f, ignoring case would let a letter match two.
        on = "".join(option for option in "ims" if option in options)
        off = "".join(option for option in "ims" if option not in options)
        flags = f"(?{on}-{off}f{lexeme['options']}"
        if lexeme["options"] == ":":
            self.open(flags)
        else:
            self.written.append(flags)
            self.repeatable = None
        self.options = options

    def open(self, opening: str) -> None:
        if len(self.outer_options) == MAX_DEPTH:
            raise _too_large()
        self.written.append(opening)
        self.outer_options.append(self.options)
        self.sizes.append(0)
        self.repeatable = None

    def open_named(self, lexeme: re.Match[str]) -> None:
        self.named.setdefault(lexeme["name"], len(self.unnamed) + len(self.named) + 1)
        self.open(f"(?P<{lexeme['name']}>")

    def open_unnamed(self, _lexeme: re.Match[str]) -> None:
        if "n" not in self.options:
            self.unnamed.append(len(self.unnamed) + len(self.named) + 1)
        self.open("(?:" if "n" in self.options else "(")

    def refuse_group(self, _lexeme: re.Match[str]) -> None:
        raise _unsupported("a group that begins with (? and is none of the usual ones")

    def close(self, _lexeme: re.Match[str]) -> None:
        if not self.outer_options:
            raise _invalid()
        self.options = self.outer_options.pop()
        self.add(")", max(self.sizes.pop(), 1))


_TRANSLATE: dict[str, Callable[[_Translation, re.Match[str]], None]] = {
    "assertion": lambda translation, lexeme: translation.open(lexeme[0]),
    "atom": _Translation.atom,
    "bar": _Translation.alternative,
    "close": _Translation.close,
    "comment": lambda _translation, _lexeme: None,
    "escape": _Translation.escape,
    "literal": lambda translation, lexeme: translation.add(re.escape(lexeme[0])),
    "name": _Translation.open_named,
    "number": lambda translation, lexeme: translation.add(int(lexeme["number"])),
    "open": _Translation.open_unnamed,
    "options": _Translation.change_options,
    "reference": lambda translation, lexeme: translation.add(rf"\g<{lexeme['reference']}>"),
    "repeat": _Translation.repeat,
    "set": _Translation.set,
    "special": _Translation.refuse_group,
}


def _read_escape(pattern: str, at: int) -> tuple[str, int]:
    """Read what follows a backslash; return it as `regex` writes it, and where it ends."""
    letter = pattern[at : at + 1]
    if found := _CLASS.match(pattern, at):
        if found["block"]:
            raise _unsupported("a Unicode block")
        return f"\\{found[0]}", found.end()
    if code := _CODE.match(pattern, at):
        short, long, control, octal = code.groups()
        if control:
            return re.escape(chr(ord(control.upper()) - ord("@"))), code.end()
        return re.escape(chr(int(octal, 8) if octal else int(short or long, 16))), code.end()
    if not letter or (letter not in _CONTROL and (letter.isalnum() or letter == "_")):
        raise _invalid()
    return re.escape(_CONTROL.get(letter, letter)), at + 1


def _read_set(pattern: str, at: int, depth: int = 1) -> tuple[str, int]:
    """Read a set after its opening bracket; return it as `regex` writes it, and where it ends."""
    if depth > MAX_DEPTH:
        raise _too_large()
    opening = "[^" if pattern.startswith("^", at) else "["
    at += len(opening) - 1
    members = excluded = ""
    while not (members or excluded) or not pattern.startswith("]", at):
        if members and pattern.startswith("-[", at):
            excluded, at = _read_set(pattern, at + 2, depth + 1)
            break
        member, at = _read_member(pattern, at)
        if pattern.startswith("-", at) and pattern[at + 1 : at + 2] not in {"]", "[", ""}:
            last, at = _read_member(pattern, at + 1)
            if _CLASS.match(member, 1) or _CLASS.match(last, 1):
                raise _invalid()
            member = f"{member}-{last}"
        members += member
    if not pattern.startswith("]", at):
        raise _invalid()
    source = f"{opening}{members}]"
    return f"[{source}--{excluded}]" if excluded else source, at + 1


def _read_member(pattern: str, at: int) -> tuple[str, int]:
    if pattern.startswith("\\b", at):
        return "\\x08", at + 2
    if pattern.startswith("\\", at):
        return _read_escape(pattern, at + 1)
    if at >= len(pattern):
        raise _invalid()
    return re.escape(pattern[at]), at + 1
