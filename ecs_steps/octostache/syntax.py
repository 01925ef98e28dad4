"""The parts of a parsed text, as data: `grammar` makes them, `rendering` reads them.

None is compared or printed; going without both makes the classes at a third of the time.
"""

from __future__ import annotations

from attrs import frozen


@frozen(eq=False, repr=False)
class Symbol:
    """The path to a value, and how it was written: each step, and whether it is an index in brackets.

    Case does not matter when it is looked up. An index that is a symbol is the symbol's value; ``*`` stands
    for the first of all.
    """

    source: str
    steps: tuple[tuple[str | Symbol, bool], ...]


@frozen(eq=False, repr=False)
class Filter:
    """``| Name option option``."""

    name: str
    options: tuple[Part, ...]


@frozen(eq=False, repr=False)
class Expression:
    """``Name | Filter``: a symbol through a chain of filters; either may be absent."""

    symbol: Symbol | None
    filters: tuple[Filter, ...] = ()


@frozen(eq=False, repr=False)
class Condition:
    """An operand that is truthy, or two that are compared. Quoted text is an operand of its own."""

    left: Expression | str
    right: Expression | str | None = None
    is_equality: bool = True


@frozen(eq=False, repr=False)
class Calculation:
    """``1 + Name * 2``, from left to right: ``first`` and then each operator with its operand."""

    first: Operand
    rest: tuple[tuple[str, Operand], ...]


Operand = float | Symbol | Calculation


@frozen(eq=False, repr=False)
class Conditional:
    """``if`` or ``unless`` to its end; the opening tag ends at `tag_end`.

    The first branch whose condition holds is chosen, else `otherwise`. An ``unless`` is an ``if`` with its
    two bodies exchanged.
    """

    tag_end: int
    branches: tuple[tuple[Condition, tuple[Part, ...]], ...]
    otherwise: tuple[Part, ...] = ()

    @property
    def bodies(self) -> tuple[tuple[Part, ...], ...]:
        return (*(body for _, body in self.branches), self.otherwise)


@frozen(eq=False, repr=False)
class Repetition:
    """``each item in Items`` to its end."""

    item: str
    collection: Symbol
    body: tuple[Part, ...]

    @property
    def bodies(self) -> tuple[tuple[Part, ...], ...]:
        return (self.body,)


Content = Expression | Calculation | Conditional | Repetition


@frozen(eq=False, repr=False)
class Token:
    """What lies between `start` and `end` of a text.

    A ``#{`` that begins no token has no content: it stays as text, and only the rest is what to show of it.
    """

    text: str
    start: int
    end: int
    content: Content | None

    @property
    def source(self) -> str:
        return self.text[self.start : self.end]

    @property
    def label(self) -> str:
        """Return how a message names it: a conditional by its opening tag."""
        end = self.content.tag_end if isinstance(self.content, Conditional) else self.end
        return self.text[self.start : end]


Part = str | Token
