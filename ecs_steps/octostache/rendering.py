"""Render the parts of one text: look symbols up, apply filters, choose branches, repeat bodies, calculate.

A token without a value stays in the text and is reported: an unknown name, an unknown filter, a filter that
has no result, a calculation without a result; and a ``#{`` that begins no token.
"""

from __future__ import annotations

import math
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
    Flaw,
    Formula,
    Operation,
    Part,
    Repetition,
    Substitution,
    Symbol,
    Token,
)
from ecs_steps.octostache.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FALSE_WORDS = frozenset({"no", "false"})
_INT64_LIMIT = 2**63


@define(eq=False)
class Rendering(Lookup):
    """One text being rendered."""

    _depth: int = 0

    def evaluate(self, text: str, *, is_json_leaf: bool = False) -> Evaluated:
        template = parse_counted(text, self.work, is_json_leaf=is_json_leaf)
        rendered = self.render(template.parts, text, Scope(self.dictionary.root))
        return Evaluated(rendered, tuple(self.unresolved))

    def render(self, parts: Sequence[Part], source: str, scope: Scope) -> str:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise OctostacheError(f"Values are nested more than {MAX_DEPTH} deep{self.path()}")
        try:
            return self._join(
                part if isinstance(part, str) else self._token(part, source, scope) for part in parts
            )
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

    def _token(self, token: Token, source: str, scope: Scope) -> str:
        self.work.spend(TOKEN_WORK)
        if isinstance(token, Repetition):
            return self._repetition(token, source, scope)
        tag = source[token.start : token.tag_end if isinstance(token, Conditional) else token.end]
        value: str | None
        match token:
            case Substitution():
                value = self._expression(token.expression, tag, source, scope)
            case Conditional():
                value = self._conditional(token, tag, source, scope)
            case Calculation():
                result = self._number(token.formula, scope)
                value = double_text(result) if result is not None and math.isfinite(result) else None
            case _:
                value = None
        if value is not None:
            return value
        self.unresolved[tag] = None
        return "#{" if isinstance(token, Flaw) else source[token.start : token.end]

    def _conditional(self, token: Conditional, tag: str, source: str, scope: Scope) -> str | None:
        for condition, body in token.branches:
            holds = self._holds(condition, tag, source, scope)
            if holds is None:
                return None
            if holds:
                return self.render(body, source, scope)
        return self.render(token.otherwise, source, scope)

    def _holds(self, condition: Condition, tag: str, source: str, scope: Scope) -> bool | None:
        left = self._operand(condition.left, tag, source, scope)
        if left is None or condition.right is None:
            return None if left is None else _is_truthy(left)
        right = self._operand(condition.right, tag, source, scope)
        return None if right is None else (left == right) is (condition.comparison == "==")

    def _operand(self, operand: Expression | str, tag: str, source: str, scope: Scope) -> str | None:
        """Return one side of a condition: an unknown name is empty text, a filter without a result None."""
        if isinstance(operand, str):
            return operand
        value = self._expression(operand, tag, source, scope)
        return "" if value is None and not operand.filters else value

    def _repetition(self, token: Repetition, source: str, scope: Scope) -> str:
        items = self.items(token.collection, scope)
        return self._join(
            self.render(token.body, source, Scope(_local(token.item, items, at), scope))
            for at in range(len(items))
        )

    def _expression(self, expression: Expression, tag: str, source: str, scope: Scope) -> str | None:
        value = None if expression.symbol is None else self.symbol(expression.symbol, scope)
        if not expression.filters:
            return value
        from ecs_steps.octostache import filters  # noqa: PLC0415  start-up time: most texts use none

        for called in expression.filters:
            options = [
                option if isinstance(option, str) else self.render((option,), source, scope)
                for option in called.options
            ]
            try:
                value = filters.apply(called.name, value, options, now=self.dictionary.now, work=self.work)
            except OctostacheError as error:
                raise OctostacheError(f"{tag}: {called.name}: {error}") from None
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
                for operator, operand in formula.rest:
                    right = self._number(operand, scope)
                    result = None if result is None or right is None else _combine(result, operator, right)
                return result
            case _:
                return formula


def _combine(left: float, operator: str, right: float) -> float | None:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
        case _:
            return _remainder(left, right)


def _remainder(left: float, right: float) -> float | None:
    """Divide 64-bit whole numbers and return what remains, with the sign of the first."""
    if not all(number.is_integer() and abs(number) < _INT64_LIMIT for number in (left, right)):
        return None
    return math.fmod(left, right) + 0.0 if right else None


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
