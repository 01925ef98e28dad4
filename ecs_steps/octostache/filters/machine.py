"""Run a regular expression that was compiled to instructions, by backtracking, and count the steps.

Python's `re` cannot be stopped once it backtracks, and Octopus' patterns are written in .NET's dialect. Here
`re` is only asked about single characters and unbroken runs of them, which it answers in one look.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from ecs_steps.octostache.bounds import Work

_STEP_WORK = 16
_CHARACTERS_A_STEP = 64


@frozen(eq=False, repr=False)
class Instruction(ABC):
    """One step of a match."""

    @abstractmethod
    def step(self, run: _Run) -> bool:
        """Move the run on, or say that it is stuck. `run.index` is already at the next instruction."""


Code = tuple[Instruction, ...]


@frozen(eq=False, repr=False)
class Character(Instruction):
    """Take one character of a set."""

    set: re.Pattern[str]

    def step(self, run: _Run) -> bool:
        run.at += 1
        return self.set.match(run.machine.text, run.at - 1) is not None


@frozen(eq=False, repr=False)
class Repeat(Instruction):
    """Take as many characters of a set as `longest` takes, or else fewer, down to `least`.

    A lazy one takes as few as it may, or else more.
    """

    longest: re.Pattern[str]
    set: re.Pattern[str]
    least: int
    is_lazy: bool

    def step(self, run: _Run) -> bool:
        found = self.longest.match(run.machine.text, run.at)
        low, high = run.at + self.least, found.end() if found else run.at
        run.machine.work.spend((high - run.at) // _CHARACTERS_A_STEP)
        run.at = low if self.is_lazy else high
        if low < high:
            run.remember(low + 1 if self.is_lazy else high - 1, until=high if self.is_lazy else low)
        return low <= high


@frozen(eq=False, repr=False)
class Split(Instruction):
    """Go on `first` instructions further, and if that gets stuck `second` further."""

    first: int
    second: int

    def step(self, run: _Run) -> bool:
        run.index += self.second
        run.remember(run.at, until=run.at)
        run.index += self.first - self.second
        return True


@frozen(eq=False, repr=False)
class Jump(Instruction):
    """Go on so many instructions further, or back."""

    by: int

    def step(self, run: _Run) -> bool:
        run.index += self.by
        return True


@frozen(eq=False, repr=False)
class Save(Instruction):
    """Remember this place in a slot."""

    slot: int

    def step(self, run: _Run) -> bool:
        run.saved = (*run.saved[: self.slot], run.at, *run.saved[self.slot + 1 :])
        return True


@frozen(eq=False, repr=False)
class LeaveIfStill(Instruction):
    """Skip the next instruction where nothing was taken since the place in a slot: a loop would never end."""

    slot: int

    def step(self, run: _Run) -> bool:
        run.index += run.saved[self.slot] == run.at
        return True


@frozen(eq=False, repr=False)
class Assert(Instruction):
    """Go on only where the place in the text is right."""

    holds: Callable[[str, int], bool]

    def step(self, run: _Run) -> bool:
        return self.holds(run.machine.text, run.at)


@frozen(eq=False, repr=False)
class Again(Instruction):
    """Take the text of a group, by its number or its name, once more."""

    group: int | str
    ignores_case: bool

    def step(self, run: _Run) -> bool:
        taken = run.machine.group(run.saved, self.group)
        if taken is None:
            return False
        here = run.machine.text[run.at : run.at + len(taken)]
        run.at += len(taken)
        run.machine.work.spend(len(taken))
        return here == taken or (self.ignores_case and here.lower() == taken.lower())


@frozen(eq=False, repr=False, kw_only=True)
class Look(Instruction):
    """Go on only where `code` matches ahead, or behind: from `nearest` characters back to `farthest`."""

    code: Code
    is_negated: bool
    is_behind: bool = False
    nearest: int = 0
    farthest: int | None = 0

    def step(self, run: _Run) -> bool:
        farthest = run.at if self.farthest is None else min(self.farthest, run.at)
        for back in range(self.nearest, farthest + 1):
            end = run.at if self.is_behind else None
            if found := run.machine.run(self.code, run.at - back, run.saved, end=end):
                run.saved = run.saved if self.is_negated else found[1]
                return not self.is_negated
        return self.is_negated


@frozen(eq=False, repr=False)
class Atomic(Instruction):
    """Take what `code` takes first, and nothing else."""

    code: Code

    def step(self, run: _Run) -> bool:
        found = run.machine.run(self.code, run.at, run.saved)
        if found:
            run.at, run.saved = found
        return found is not None


@define(eq=False, repr=False)
class _Run:
    """Where a run is in the code and in the text, the places it saved, and where else it may go on.

    Of the latter each holds a range of places in the text, from the first to try to the last.
    """

    machine: Machine
    at: int
    saved: tuple[int, ...]
    index: int = 0
    others: list[tuple[int, int, int, tuple[int, ...]]] = field(factory=list)

    def remember(self, at: int, *, until: int) -> None:
        self.others.append((self.index, at, until, self.saved))

    def go_back(self) -> bool:
        if not self.others:
            return False
        self.index, self.at, until, self.saved = self.others.pop()
        if self.at != until:
            self.remember(self.at + (1 if until > self.at else -1), until=until)
        return True


@frozen(eq=False, repr=False)
class Machine:
    """One text, the slot where each group begins (its end is in the next), and the work that may be done."""

    text: str
    groups: Mapping[int | str, int]
    work: Work

    def run(
        self, code: Code, at: int, saved: tuple[int, ...], *, end: int | None = None
    ) -> tuple[int, tuple[int, ...]] | None:
        """Return the end of the first match that begins at `at` (and ends at `end`), and what it saved.

        Raises:
            OctostacheError: The match was given up, since it takes too many steps.
        """
        run = _Run(self, at, saved)
        while True:
            self.work.spend(_STEP_WORK)
            if run.index < len(code):
                instruction = code[run.index]
                run.index += 1
                goes_on = instruction.step(run)
            elif end is None or run.at == end:
                return run.at, run.saved
            else:
                goes_on = False
            if not goes_on and not run.go_back():
                return None

    def group(self, saved: tuple[int, ...], group: int | str) -> str | None:
        """Return what a group has taken, or None."""
        slot = self.groups[group]
        start, end = saved[slot : slot + 2]
        return self.text[start:end] if start >= 0 and end >= 0 else None
