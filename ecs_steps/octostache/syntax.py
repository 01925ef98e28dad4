"""The parts of a parsed text, as data: `grammar` makes them, `rendering` reads them.

None is compared or printed; going without both makes the classes at a third of the time.
"""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen


@frozen(eq=False, repr=False)
class Step:
    """One step of a path: a name, as in ``Octopus.Action``, or an index, as in ``[text]`` or ``[#{Symbol}]``.

    Case does not matter when it is looked up. An index that is a symbol is the symbol's value; ``*`` stands
    for the first of all.
    """

    key: str | Symbol
    is_index: bool = False


@frozen(eq=False, repr=False)
class Symbol:
    """The path to a value. `source` is how it was written."""

    source: str
    steps: tuple[Step, ...]


@frozen(eq=False, repr=False)
class Filter:
    """``| Name option option``."""

    name: str
    options: tuple[str | Token, ...]


@frozen(eq=False, repr=False)
class Expression:
    """A symbol through a chain of filters; either may be absent."""

    symbol: Symbol | None
    filters: tuple[Filter, ...] = ()


@frozen(eq=False, repr=False)
class Condition:
    """An operand that is truthy, or two that are compared. Quoted text is an operand of its own."""

    left: Expression | str
    comparison: Literal["==", "!="] | None = None
    right: Expression | str | None = None


@frozen(eq=False, repr=False)
class Operation:
    """A calculation from left to right: ``first`` and then each operator with its operand."""

    first: Formula
    rest: tuple[tuple[str, Formula], ...]


Formula = float | Symbol | Operation


@frozen(eq=False, repr=False, kw_only=True)
class Token:
    """What lies between `start` and `end` of the text that was parsed."""

    start: int
    end: int

    @property
    def bodies(self) -> tuple[tuple[Part, ...], ...]:
        """Return the texts within a block."""
        return ()


@frozen(eq=False, repr=False, kw_only=True)
class Substitution(Token):
    """``#{Name}`` or ``#{Name | Filter}``."""

    expression: Expression


@frozen(eq=False, repr=False, kw_only=True)
class Calculation(Token):
    """``#{calc 1 + Name}``."""

    formula: Formula


@frozen(eq=False, repr=False, kw_only=True)
class Conditional(Token):
    """``#{if}`` or ``#{unless}`` to its end; the opening tag ends at `tag_end`.

    The first branch whose condition holds is taken, else `otherwise`. An ``#{unless}`` is an ``#{if}`` with
    its two bodies exchanged.
    """

    tag_end: int
    branches: tuple[tuple[Condition, tuple[Part, ...]], ...]
    otherwise: tuple[Part, ...] = ()

    @property
    def bodies(self) -> tuple[tuple[Part, ...], ...]:
        return (*(body for _, body in self.branches), self.otherwise)


@frozen(eq=False, repr=False, kw_only=True)
class Repetition(Token):
    """``#{each item in Items}`` to its end."""

    item: str
    collection: Symbol
    body: tuple[Part, ...]

    @property
    def bodies(self) -> tuple[tuple[Part, ...], ...]:
        return (self.body,)


@frozen(eq=False, repr=False, kw_only=True)
class Flaw(Token):
    """A ``#{`` that begins no token: it stays as text. From `start` to `end` is what to show of it."""


Part = str | Token


@frozen(eq=False, repr=False)
class Template:
    """A parsed text."""

    source: str
    parts: tuple[Part, ...]
    is_flawed: bool = field(default=False, kw_only=True)
