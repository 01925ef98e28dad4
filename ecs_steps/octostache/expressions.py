"""Parse what stands between the braces of a token: symbols, filters, conditions, calculations.

The grammar is in `grammar`, which reads the text between them.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal, cast

from attrs import define

from ecs_steps.octostache.bounds import MAX_DEPTH, OctostacheError
from ecs_steps.octostache.syntax import (
    Condition,
    Expression,
    Filter,
    Flaw,
    Formula,
    Operation,
    Step,
    Substitution,
    Symbol,
    Token,
)

_WORD = re.compile(r"[\w\-:/~()@]++")
_NAME = re.compile(r"(?:[\w\-:/~()@]|\s(?![|}]|(?:in|==|!=)\s))++")
_SPACE = re.compile(r"\s*+")
_NUMBER = re.compile(r"\d++(?:\.\d++)?|\.\d++")
_QUOTED = re.compile(r'"([^"#]*+)"')
_BRACKET = re.compile(r"[\[\]]")


class NoMatchError(Exception):
    """The text does not match a rule."""


@define
class ExpressionParser(ABC):
    """A position in a text, and the rules of the grammar that read on from there."""

    text: str
    at: int = 0
    depth: int = 0

    @abstractmethod
    def token(self) -> Token:
        """Read the token that begins here."""

    def condition(self) -> Condition:
        left = self.operand()
        self.skip_space()
        comparison = self.text[self.at : self.at + 2]
        if comparison not in {"==", "!="}:
            if isinstance(left, str):
                raise NoMatchError
            return Condition(left)
        self.at += 2
        return Condition(left, cast("Literal['==', '!=']", comparison), self.operand())

    def operand(self) -> Expression | str:
        self.skip_space()
        quoted = self.quoted()
        return self.expression() if quoted is None else quoted

    def expression(self) -> Expression:
        self.skip_space()
        symbol = None if self.text.startswith("|", self.at) else self.symbol()
        filters = []
        self.skip_space()
        while self.text.startswith("|", self.at):
            self.at += 1
            self.skip_space()
            filters.append(Filter(self.read(_WORD), self.options()))
        return Expression(symbol, tuple(filters))

    def options(self) -> tuple[str | Token, ...]:
        options: list[str | Token] = []
        while True:
            self.skip_space()
            if (quoted := self.quoted()) is not None:
                options.append(quoted)
            elif _WORD.match(self.text, self.at):
                options.append(self.read(_WORD))
            elif self.text.startswith("#{", self.at):
                token = self.token()
                if isinstance(token, Flaw):
                    raise NoMatchError
                options.append(token)
            else:
                return tuple(options)

    def quoted(self) -> str | None:
        if quoted := _QUOTED.match(self.text, self.at):
            self.at = quoted.end()
            return quoted[1]
        if self.text.startswith('\\"', self.at):
            start, end = self.at + 2, self.text.find('\\"', self.at + 2)
            if end >= 0:
                self.at = end + 2
                return self.text[start:end]
        return None

    def symbol(self) -> Symbol:
        self.skip_space()
        start = self.at
        steps: list[Step] = [Step(self.name())]
        while True:
            if self.text.startswith(".", self.at):
                self.at += 1
                steps.append(Step(self.name()))
            elif self.text.startswith("[", self.at):
                steps.append(self.index())
            else:
                return Symbol(self.text[start : self.at].rstrip(), tuple(steps))

    def name(self) -> str:
        name = self.read(_NAME).strip()
        if not name:
            raise NoMatchError
        return name

    def index(self) -> Step:
        start = self.at
        self.at += 1
        self.skip_space()
        if self.text.startswith("#{", self.at):
            token = self.token()
            self.skip_space()
            if isinstance(token, Substitution) and self.text.startswith("]", self.at):
                expression = token.expression
                if expression.symbol and not expression.filters:
                    self.at += 1
                    return Step(expression.symbol, is_index=True)
        depth = 0
        for bracket in _BRACKET.finditer(self.text, start):
            depth += 1 if bracket[0] == "[" else -1
            if depth == 0:
                self.at = bracket.end()
                return Step(self.text[start + 1 : bracket.start()].strip(), is_index=True)
            if depth > MAX_DEPTH:
                break
        raise NoMatchError

    def formula(self) -> Formula:
        return self.chain("+-", lambda: self.chain("*/%", self.factor))

    def chain(self, operators: str, operand: Callable[[], Formula]) -> Formula:
        first, rest = operand(), []
        self.skip_space()
        while (operator := self.text[self.at : self.at + 1]) and operator in operators:
            self.at += 1
            rest.append((operator, operand()))
            self.skip_space()
        return Operation(first, tuple(rest)) if rest else first

    def factor(self) -> Formula:
        self.skip_space()
        if _NUMBER.match(self.text, self.at):
            return float(self.read(_NUMBER))
        if self.text.startswith("(", self.at):
            return self.enclosed(self.formula, ")")
        if self.text.startswith("{", self.at):
            return self.enclosed(self.symbol, "}")
        return self.symbol()

    def enclosed(self, inner: Callable[[], Formula], closing: str) -> Formula:
        self.at += 1
        self.deepen()
        formula = inner()
        self.depth -= 1
        self.expect(closing)
        return formula

    def deepen(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OctostacheError(f"Tokens are nested more than {MAX_DEPTH} deep")

    def expect(self, literal: str) -> None:
        self.skip_space()
        if not self.text.startswith(literal, self.at):
            raise NoMatchError
        self.at += len(literal)

    def skip_space(self) -> None:
        self.at = cast("re.Match[str]", _SPACE.match(self.text, self.at)).end()

    def read(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise NoMatchError
        self.at = found.end()
        return found[0]
