"""Compile a .NET regular expression for the machine.

Supported: characters, sets with subtraction, the classes d w s, anchors, groups with and without a name or a
capture, atomic groups, look ahead and behind, greedy and lazy repeats, references back, and the options
i m n s x. Refused by name: Unicode categories, conditional and balancing groups, the anchor G, and numbers
as names of groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce

from attrs import define, field, frozen

from ecs_steps.octostache.bounds import MAX_DEPTH, OctostacheError
from ecs_steps.octostache.filters.character_sets import (
    invalid_pattern,
    read_escape,
    read_set,
    unsupported,
)
from ecs_steps.octostache.filters.machine import Again, Assert, Atomic, Code, Save
from ecs_steps.octostache.filters.pieces import Piece

_REPEAT = re.compile(r"([*+?]|\{(\d{1,6})(?:(,)(\d{1,6})?)?\})(\??)", re.ASCII)
_OPTIONS = re.compile(r"\(\?([imnsx]*)(?:-([imnsx]*))?([:)])")
_GROUP_NAME = re.compile(r"\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')")
_REFERENCE = re.compile(r"k(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')|([1-9]\d?)", re.ASCII)
_IGNORED = re.compile(r"(?:\s++|#[^\n]*+)++")
_COMMENT = re.compile(r"\(\?#[^)]*+\)")


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


def _at_word_edge(text: str, at: int) -> bool:
    return _is_word(text, at - 1) is not _is_word(text, at)


def _at_line_start(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _at_line_end(text: str, at: int) -> bool:
    return at == len(text) or text[at] == "\n"


_ANCHORS: dict[str, Callable[[str, int], bool]] = {
    "b": _at_word_edge,
    "B": lambda text, at: not _at_word_edge(text, at),
    "A": lambda _, at: at == 0,
    "z": lambda text, at: at == len(text),
    "Z": lambda text, at: at == len(text) or (at == len(text) - 1 and text[at] == "\n"),
}
_GROUPS: dict[str, Callable[[Piece], Piece]] = {
    "(?:": lambda body: body,
    "(?=": lambda body: body.ahead(is_negated=False),
    "(?!": lambda body: body.ahead(is_negated=True),
    "(?<=": lambda body: body.behind(is_negated=False),
    "(?<!": lambda body: body.behind(is_negated=True),
    "(?>": lambda body: Piece((Atomic(body.code),), body.least, body.most),
}


@frozen
class Pattern:
    """A compiled pattern, and the slot where each group begins, by number and by name.

    Group 0 is the whole match; the groups with a name are numbered after those without.
    """

    code: Code
    slots: int
    groups: dict[int | str, int]


def compile_pattern(text: str) -> Pattern:
    """Compile `text`.

    Raises:
        OctostacheError: It is not valid, too large, or uses what is not supported.
    """
    parser = _PatternParser(text)
    piece = parser.alternatives()
    if parser.at < len(text):
        raise invalid_pattern()
    groups: dict[int | str, int] = dict(enumerate([0, *parser.unnamed, *parser.named.values()]))
    groups.update(parser.named)
    if not parser.referenced <= groups.keys():
        raise invalid_pattern()
    return Pattern((Save(0), *piece.code, Save(1)), parser.slots, groups)


@define
class _PatternParser:
    text: str
    at: int = 0
    depth: int = 0
    options: frozenset[str] = frozenset()
    slots: int = 2
    unnamed: list[int] = field(factory=list)
    named: dict[str, int] = field(factory=dict)
    referenced: set[int | str] = field(factory=set)

    def alternatives(self) -> Piece:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OctostacheError("the pattern is too large")
        options = self.options
        pieces = [self.sequence()]
        while self.text.startswith("|", self.at):
            self.at += 1
            pieces.append(self.sequence())
        self.options = options
        self.depth -= 1
        return reduce(lambda rest, piece: piece | rest, reversed(pieces))

    def sequence(self) -> Piece:
        whole = Piece()
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            ignored = _IGNORED.match(self.text, self.at) if "x" in self.options else None
            if skipped := ignored or _COMMENT.match(self.text, self.at):
                self.at = skipped.end()
            elif found := _OPTIONS.match(self.text, self.at):
                self.at = found.end()
                outer = self.options
                self.options = (outer | set(found[1])) - set(found[2] or "")
                if found[3] == ":":
                    whole += self.repeated(self.group_body())
                    self.options = outer
            else:
                whole += self.repeated(self.atom())
        return whole

    def atom(self) -> Piece:
        character = self.text[self.at]
        if character == "(":
            return self.group()
        self.at += 1
        is_multiline = "m" in self.options
        match character:
            case "[":
                source, self.at = read_set(self.text, self.at)
                atom = self.one_of(source)
            case "\\":
                atom = self.escaped()
            case "^":
                atom = Piece.of(Assert(_at_line_start if is_multiline else _ANCHORS["A"]))
            case "$":
                atom = Piece.of(Assert(_at_line_end if is_multiline else _ANCHORS["Z"]))
            case ".":
                atom = self.one_of(r"[\s\S]" if "s" in self.options else r"[^\n]")
            case "*" | "+" | "?":
                raise invalid_pattern()
            case _:
                atom = self.one_of(re.escape(character))
        return atom

    def one_of(self, source: str) -> Piece:
        return Piece.character(re.compile(source, re.IGNORECASE if "i" in self.options else 0))

    def escaped(self) -> Piece:
        letter = self.text[self.at : self.at + 1]
        if letter in _ANCHORS:
            self.at += 1
            return Piece.of(Assert(_ANCHORS[letter]))
        if letter == "G":
            raise unsupported("the anchor G")
        if found := _REFERENCE.match(self.text, self.at):
            self.at = found.end()
            group = int(found[3]) if found[3] else found[1] or found[2]
            self.referenced.add(group)
            return Piece((Again(group, "i" in self.options),), 0, None)
        source, self.at = read_escape(self.text, self.at)
        return self.one_of(source)

    def group(self) -> Piece:
        if found := _GROUP_NAME.match(self.text, self.at):
            self.at = found.end()
            name = found[1] or found[2]
            if name not in self.named:
                self.named[name] = self.new_slots(2)
            return self.group_body().captured(self.named[name])
        for opening, wrap in _GROUPS.items():
            if self.text.startswith(opening, self.at):
                self.at += len(opening)
                return wrap(self.group_body())
        if self.text.startswith("(?", self.at):
            raise unsupported("a group that begins with (? and is none of the usual ones")
        self.at += 1
        if "n" in self.options:
            return self.group_body()
        slot = self.new_slots(2)
        self.unnamed.append(slot)
        return self.group_body().captured(slot)

    def group_body(self) -> Piece:
        body = self.alternatives()
        if not self.text.startswith(")", self.at):
            raise invalid_pattern()
        self.at += 1
        return body

    def repeated(self, piece: Piece) -> Piece:
        found = _REPEAT.match(self.text, self.at)
        if found is None:
            return piece
        self.at = found.end()
        sign, count, comma, limit, lazy = found.groups()
        if count is None:
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        else:
            low, high = int(count), int(limit) if limit else None if comma else int(count)
        if (high is not None and high < low) or _REPEAT.match(self.text, self.at):
            raise invalid_pattern()
        return piece.repeated(low, high, is_lazy=bool(lazy), loop_slot=self.new_slots(1))

    def new_slots(self, count: int) -> int:
        self.slots += count
        return self.slots - count
