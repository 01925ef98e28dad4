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

_ESCAPE = r"""\\(?:
      (?P<class>[dDwWsS]|[pP]\{(?:[CLMNPSZ][a-z]?|(?P<block>\w+(?:-\w+)*))\})
    | [xu](?P<hexadecimal>(?<=x)[0-9A-Fa-f]{2}|(?<=u)[0-9A-Fa-f]{4})
    | (?P<octal>0[0-7]{0,2})
    | c(?P<control>[A-Za-z])
    | (?P<letter>[tnrfvae]|\W)
    )"""
_LEXEME = re.compile(
    rf"""
    (?P<comment>\(\?\#[^)]*+\))
  | \(\?(?P<on>[imnsx]*+)(?:-(?P<off>[imnsx]*+))?(?P<options>[:)])
  | \(\?(?:<(?=\w+>)|'(?=\w+'))(?P<name>[A-Za-z_]\w*+).
  | (?P<assertion>\(\?(?:=|!|<=|<!|>))
  | (?P<unsupported>\(\?|\\G)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<bar>\|)
  | (?P<repeat>(?:[*+?]|\{{(?P<low>[0-9]{{1,9}})(?:,(?P<high>[0-9]{{1,9}})?)?\}})\??)
  | \\(?P<number>[1-9][0-9]?)
  | \\k(?:<(?=\w+>)|'(?=\w+'))(?P<reference>[A-Za-z_]\w*+).
  | (?P<atom>[.^$]|\\[AbBzZ])
  | (?P<set>\[)
  | (?P<escape>{_ESCAPE})
  | (?P<literal>[^\\])""",
    re.VERBOSE | re.DOTALL,
)
_IGNORED = re.compile(r"(?:\s++|#[^\n]*+)++")
_MEMBER = re.compile(rf"(?P<escape>{_ESCAPE}) | (?P<backspace>\\b) | (?P<literal>[^\\])", re.VERBOSE)
_RANGE = re.compile(r"-(?=[^\[\]])")
_CLASS = re.compile(r"\\[dDwWsSpP]")
_ATOMS = {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)"}
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


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


def _character(lexeme: re.Match[str]) -> str:
    """Return a literal, an escape or the backspace of a set as `regex` writes it."""
    character = lexeme[0]
    if lexeme.lastgroup == "escape":
        if lexeme["block"]:
            raise _unsupported("a Unicode block")
        if lexeme["class"]:
            return character
        if control := lexeme["control"]:
            character = chr(ord(control.upper()) - ord("@"))
        elif digits := lexeme["hexadecimal"] or lexeme["octal"]:
            character = chr(int(digits, 16 if lexeme["hexadecimal"] else 8))
        else:
            character = _CONTROL.get(lexeme["letter"], lexeme["letter"])
    return "\\x08" if lexeme.lastgroup == "backspace" else re.escape(character)


def _refuse(_translation: _Translation, lexeme: re.Match[str]) -> None:
    raise _unsupported(
        r"the anchor \G"
        if lexeme[0] == r"\G"
        else "a group that begins with (? and is none of the usual ones"
    )


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
            else:
                lexeme = self.read(_LEXEME)
                _TRANSLATE[lexeme.lastgroup or ""](self, lexeme)
        if self.outer_options:
            raise _invalid()

    def read(self, expected: re.Pattern[str]) -> re.Match[str]:
        found = expected.match(self.pattern, self.at)
        if found is None:
            raise _invalid()
        self.at = found.end()
        return found

    def accept(self, literal: str) -> bool:
        is_next = self.pattern.startswith(literal, self.at)
        self.at += len(literal) if is_next else 0
        return is_next

    def source(self, groups: dict[int | str, int]) -> str:
        return "".join(part if isinstance(part, str) else rf"\g<{groups[part]}>" for part in self.written)

    def add(self, part: str | int, size: int = 1) -> None:
        self.written.append(part)
        self.sizes[-1] += size
        self.repeatable = size
        if self.sizes[-1] > MAX_PATTERN_SIZE:
            raise _too_large()

    def set(self, depth: int = 1) -> str:
        """Read a set after its opening bracket; return it as `regex` writes it."""
        if depth > MAX_DEPTH:
            raise _too_large()
        opening = "[^" if self.accept("^") else "["
        members = ""
        while not members or not self.accept("]"):
            if members and self.accept("-["):
                excluded = self.set(depth + 1)
                if not self.accept("]"):
                    raise _invalid()
                return f"[{opening}{members}]--{excluded}]"
            member = _character(self.read(_MEMBER))
            if _RANGE.match(self.pattern, self.at):
                self.at += 1
                last = _character(self.read(_MEMBER))
                if _CLASS.match(member) or _CLASS.match(last):
                    raise _invalid()
                member = f"{member}-{last}"
            members += member
        return f"{opening}{members}]"

    def repeat(self, lexeme: re.Match[str]) -> None:
        low, high = int(lexeme["low"] or 1), int(lexeme["high"] or 0)
        if self.repeatable is None or (lexeme["high"] and high < low):
            raise _invalid()
        self.add(lexeme[0], self.repeatable * (max(low, high, 1) - 1))
        self.repeatable = None

    def separate(self, separator: str) -> None:
        """Write what a repeat does not apply to."""
        self.written.append(separator)
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
            self.separate(flags)
        self.options = options

    def open(self, opening: str) -> None:
        if len(self.outer_options) == MAX_DEPTH:
            raise _too_large()
        self.separate(opening)
        self.outer_options.append(self.options)
        self.sizes.append(0)

    def open_named(self, lexeme: re.Match[str]) -> None:
        self.named.setdefault(lexeme["name"], len(self.unnamed) + len(self.named) + 1)
        self.open(f"(?P<{lexeme['name']}>")

    def open_unnamed(self, _lexeme: re.Match[str]) -> None:
        if "n" not in self.options:
            self.unnamed.append(len(self.unnamed) + len(self.named) + 1)
        self.open("(?:" if "n" in self.options else "(")

    def close(self, _lexeme: re.Match[str]) -> None:
        if not self.outer_options:
            raise _invalid()
        self.options = self.outer_options.pop()
        self.add(")", max(self.sizes.pop(), 1))


_TRANSLATE: dict[str, Callable[[_Translation, re.Match[str]], None]] = {
    "assertion": lambda translation, lexeme: translation.open(lexeme[0]),
    "atom": lambda translation, lexeme: translation.add(_ATOMS.get(lexeme[0], lexeme[0])),
    "bar": lambda translation, lexeme: translation.separate(lexeme[0]),
    "close": _Translation.close,
    "comment": lambda _translation, _lexeme: None,
    "escape": lambda translation, lexeme: translation.add(_character(lexeme)),
    "literal": lambda translation, lexeme: translation.add(re.escape(lexeme[0])),
    "name": _Translation.open_named,
    "number": lambda translation, lexeme: translation.add(int(lexeme["number"])),
    "open": _Translation.open_unnamed,
    "options": _Translation.change_options,
    "reference": lambda translation, lexeme: translation.add(rf"\g<{lexeme['reference']}>"),
    "repeat": _Translation.repeat,
    "set": lambda translation, _lexeme: translation.add(translation.set()),
    "unsupported": _refuse,
}
