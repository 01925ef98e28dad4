"""Compose the instructions of a pattern from those of its pieces."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.filters.machine import (
    Character,
    Code,
    Instruction,
    Jump,
    LeaveIfStill,
    Look,
    Repeat,
    Save,
    Split,
)

_LONGEST_CODE = 5000


@frozen
class Piece:
    """Instructions, and how many characters they take: from `least` to `most`, or without end."""

    code: Code = ()
    least: int = 0
    most: int | None = 0

    @classmethod
    def of(cls, *instructions: Instruction) -> Piece:
        """Return instructions that take nothing."""
        return cls(instructions)

    @classmethod
    def character(cls, characters: re.Pattern[str]) -> Piece:
        return cls((Character(characters),), 1, 1)

    def __add__(self, other: Piece) -> Piece:
        """Return one piece after the other.

        Raises:
            OctostacheError: The pattern grows too large.
        """
        if len(self.code) + len(other.code) > _LONGEST_CODE:
            raise OctostacheError("the pattern is too large")
        most = None if self.most is None or other.most is None else self.most + other.most
        return Piece(self.code + other.code, self.least + other.least, most)

    def __or__(self, other: Piece) -> Piece:
        """Return one piece, or else the other."""
        fork, skip = Piece.of(Split(0, len(self.code) + 1)), Piece.of(Jump(len(other.code)))
        most = None if self.most is None or other.most is None else max(self.most, other.most)
        return evolve(fork + self + skip + other, least=min(self.least, other.least), most=most)

    def captured(self, slot: int) -> Piece:
        return Piece.of(Save(slot)) + self + Piece.of(Save(slot + 1))

    def behind(self, *, is_negated: bool) -> Piece:
        return Piece.of(
            Look(
                code=self.code, is_negated=is_negated, is_behind=True, nearest=self.least, farthest=self.most
            )
        )

    def ahead(self, *, is_negated: bool) -> Piece:
        return Piece.of(Look(code=self.code, is_negated=is_negated))

    def repeated(self, low: int, high: int | None, *, is_lazy: bool, loop_slot: int) -> Piece:
        """Return the piece from `low` to `high` times; `loop_slot` is one that nothing else uses."""
        most = None if high is None or self.most is None else self.most * high
        if len(self.code) == 1 and isinstance(self.code[0], Character):
            characters = self.code[0].set
            upper = "" if high is None else high
            longest = re.compile(f"(?:{characters.pattern}){{0,{upper}}}+", characters.flags)
            return Piece((Repeat(longest, characters, low, is_lazy),), low, most)
        if not self.code:
            return self
        whole = Piece()
        for _ in range(low):
            whole += self
        more = self.endless(loop_slot, is_lazy=is_lazy) if high is None else Piece()
        for _ in range(0 if high is None else high - low):
            more = (self + more).optional(is_lazy=is_lazy)
        return evolve(whole + more, least=self.least * low, most=most)

    def endless(self, slot: int, *, is_lazy: bool) -> Piece:
        again = Piece.of(LeaveIfStill(slot), Jump(-len(self.code) - 4))
        return (Piece.of(Save(slot)) + self + again).optional(is_lazy=is_lazy)

    def optional(self, *, is_lazy: bool) -> Piece:
        inside, outside = 0, len(self.code)
        return Piece.of(Split(outside, inside) if is_lazy else Split(inside, outside)) + self
