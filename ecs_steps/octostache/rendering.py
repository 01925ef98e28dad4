"""Render the parts of one text: look symbols up, apply filters, choose branches, repeat bodies, calculate.

A token without a value stays in the text and is reported: an unknown name, an unknown filter, a filter that
has no result, a calculation without a result; and a ``#{`` that begins no token.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from attrs import define

from ecs_steps.octostache.bounds import (
    MAX_DEPTH,
    MAX_TEXT,
    TOKEN_WORK,
    Evaluated,
    OctostacheError,
    check_length,
    too_long,
)
from ecs_steps.octostache.grammar import parse_counted
from ecs_steps.octostache.lookup import Lookup, Scope
from ecs_steps.octostache.numerals import double, double_text
from ecs_steps.octostache.syntax import (
    Calculation,
    Condition,
    Conditional,
    Expression,
    Formula,
    Operation,
    Part,
    Repetition,
    Symbol,
    Token,
)
from ecs_steps.octostache.tree import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_FALSE_WORDS = frozenset({"no", "false"})
_INT64_LIMIT = 2**63


@define(eq=False)
class Rendering(Lookup):
    """One text being rendered."""

    _depth: int = 0

    def evaluate(self, text: str, *, is_json_leaf: bool = False) -> Evaluated:
        template = parse_counted(text, self.work, is_json_leaf=is_json_leaf)
        rendered = self.render(template.parts, Scope(self.dictionary.root))
        return Evaluated(rendered, tuple(self.unresolved))

    def render(self, parts: Sequence[Part], scope: Scope) -> str:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise OctostacheError(f"Values are nested more than {MAX_DEPTH} deep{self.path()}")
        try:
            return self._join(part if isinstance(part, str) else self._token(part, scope) for part in parts)
        finally:
            self._depth -= 1

    def _join(self, pieces: Iterable[str]) -> str:
        joined: list[str] = []
        length = 0
        for piece in pieces:
            length += len(piece)
            if length > MAX_TEXT:
                raise too_long()
            self.work.spend(len(piece))
            joined.append(piece)
        return "".join(joined)

    def _token(self, token: Token, scope: Scope) -> str:
        self.work.spend(TOKEN_WORK)
        value: str | None
        match token.content:
            case None:
                value = None
            case Repetition() as repetition:
                value = self._repetition(repetition, scope)
            case Conditional() as conditional:
                value = self._conditional(conditional, token, scope)
            case Calculation(formula):
                result = self._number(formula, scope)
                value = double_text(result) if result is not None and math.isfinite(result) else None
            case expression:
                value = self._expression(expression, token, scope)
        if value is not None:
            return value
        self.unresolved[token.label] = None
        return token.source if token.content else "#{"

    def _conditional(self, conditional: Conditional, token: Token, scope: Scope) -> str | None:
        for condition, body in conditional.branches:
            holds = self._holds(condition, token, scope)
            if holds is None:
                return None
            if holds:
                return self.render(body, scope)
        return self.render(conditional.otherwise, scope)

    def _holds(self, condition: Condition, token: Token, scope: Scope) -> bool | None:
        left = self._operand(condition.left, token, scope)
        if left is None or condition.right is None:
            return None if left is None else _is_truthy(left)
        right = self._operand(condition.right, token, scope)
        return None if right is None else (left == right) is condition.is_equality

    def _operand(self, operand: Expression | str, token: Token, scope: Scope) -> str | None:
        """Return one side of a condition: an unknown name is empty text, a filter without a result None."""
        if isinstance(operand, str):
            return operand
        value = self._expression(operand, token, scope)
        return "" if value is None and not operand.filters else value

    def _repetition(self, repetition: Repetition, scope: Scope) -> str:
        items = self.items(repetition.collection, scope)
        return self._join(
            self.render(repetition.body, Scope(_local(repetition.item, items, at), scope))
            for at in range(len(items))
        )

    def _expression(self, expression: Expression, token: Token, scope: Scope) -> str | None:
        value = None if expression.symbol is None else self.symbol(expression.symbol, scope)
        if not expression.filters:
            return value
        from ecs_steps.octostache import filters  # noqa: PLC0415  start-up time: most texts use none

        for called in expression.filters:
            options = [
                option if isinstance(option, str) else self.render((option,), scope)
                for option in called.options
            ]
            try:
                value = filters.apply(called.name, value, options, now=self.dictionary.now, work=self.work)
            except OctostacheError as error:
                raise OctostacheError(f"{token.label}: {called.name}: {error}") from None
            if value is not None:
                self.work.spend(len(check_length(value)))
        is_null = value is None and expression.filters[-1].name.lower() == "null"
        return "" if is_null else value

    def _number(self, formula: Formula, scope: Scope) -> float | None:
        """Work a formula out in .NET's doubles; None for a name without a number or a division by zero."""
        match formula:
            case Symbol():
                text = self.symbol(formula, scope)
                return None if text is None else double(text)
            case Operation():
                result = self._number(formula.first, scope)
                for sign, operand in formula.rest:
                    right = self._number(operand, scope)
                    result = None if result is None or right is None else _OPERATORS[sign](result, right)
                return result
            case _:
                return formula


def _divide(left: float, right: float) -> float | None:
    return left / right if right else None


def _remainder(left: float, right: float) -> float | None:
    """Divide 64-bit whole numbers and return what remains, with the sign of the first."""
    if not all(number.is_integer() and abs(number) < _INT64_LIMIT for number in (left, right)):
        return None
    return math.fmod(left, right) + 0.0 if right else None


_OPERATORS: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _remainder,
}


def _is_truthy(value: str) -> bool:
    return value not in {"", "0"} and value.strip().lower() not in _FALSE_WORDS


def _local(name: str, items: Sequence[Node], at: int) -> Node:
    """Return what ``#{each}`` adds for the item at a position."""
    local = Node()
    each = local.at_name("Octopus").at_name("Template").at_name("Each")
    each.at_name("Index").text = str(at)
    each.at_name("First").text = str(at == 0)
    each.at_name("Last").text = str(at == len(items) - 1)
    local.named[name.lower()] = items[at]
    return local
