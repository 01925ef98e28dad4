"""Parse what stands between the braces of a token: symbols, filters, conditions, calculations.

The grammar is in `grammar`, which reads the text between them.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import cast

from attrs import define

from ecs_steps.octostache.bounds import MAX_DEPTH, OctostacheError
from ecs_steps.octostache.syntax import (
    Calculation,
    Condition,
    Expression,
    Filter,
    Operand,
    Part,
    Symbol,
    Token,
)

_WORD = re.compile(r"[\w\-:/~()@]++")
_NAME = re.compile(r"(?:[\w\-:/~()@]|\s(?![|}]|(?:in|==|!=)\s))++")
_SPACE = re.compile(r"\s*+")
_NUMBER = re.compile(r"\d++(?:\.\d++)?|\.\d++")
_QUOTED = re.compile(r'"([^"#]*+)"|\\"(.*?)\\"', re.DOTALL)
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
        is_equality = self.accept("==")
        if is_equality or self.accept("!="):
            return Condition(left, self.operand(), is_equality)
        if isinstance(left, str):
            raise NoMatchError
        return Condition(left)

    def operand(self) -> Expression | str:
        self.skip_space()
        quoted = self.quoted()
        return self.expression() if quoted is None else quoted

    def expression(self) -> Expression:
        self.skip_space()
        symbol = None if self.text.startswith("|", self.at) else self.symbol()
        filters = []
        self.skip_space()
        while self.accept("|"):
            self.skip_space()
            filters.append(Filter(self.read(_WORD), self.options()))
        return Expression(symbol, tuple(filters))

    def options(self) -> tuple[Part, ...]:
        options: list[Part] = []
        while True:
            self.skip_space()
            if (quoted := self.quoted()) is not None:
                options.append(quoted)
            elif self.text.startswith("#{", self.at):
                options.append(token := self.token())
                if token.content is None:
                    raise NoMatchError
            elif _WORD.match(self.text, self.at):
                options.append(self.read(_WORD))
            else:
                return tuple(options)

    def quoted(self) -> str | None:
        quoted = _QUOTED.match(self.text, self.at)
        if quoted is None:
            return None
        self.at = quoted.end()
        return quoted[quoted.lastindex or 0]

    def symbol(self) -> Symbol:
        self.skip_space()
        start = self.at
        steps: list[tuple[str | Symbol, bool]] = [(self.name(), False)]
        while True:
            if self.accept("."):
                steps.append((self.name(), False))
            elif self.accept("["):
                steps.append((self.index(), True))
            else:
                return Symbol(self.text[start : self.at].rstrip(), tuple(steps))

    def name(self) -> str:
        name = self.read(_NAME).strip()
        if not name:
            raise NoMatchError
        return name

    def index(self) -> str | Symbol:
        start = self.at
        self.skip_space()
        if self.text.startswith("#{", self.at):
            content = self.token().content
            self.skip_space()
            if (
                isinstance(content, Expression)
                and content.symbol
                and not content.filters
                and self.accept("]")
            ):
                return content.symbol
        depth = 1
        for bracket in _BRACKET.finditer(self.text, start):
            depth += 1 if bracket[0] == "[" else -1
            if depth == 0:
                self.at = bracket.end()
                return self.text[start : bracket.start()].strip()
            if depth > MAX_DEPTH:
                break
        raise NoMatchError

    def calculation(self) -> Calculation:
        return self.chain("+-", lambda: self.chain("*/%", self.factor))

    def chain(self, operators: str, operand: Callable[[], Operand]) -> Calculation:
        first, rest = operand(), []
        self.skip_space()
        while (operator := self.text[self.at : self.at + 1]) and operator in operators:
            self.at += 1
            rest.append((operator, operand()))
            self.skip_space()
        return Calculation(first, tuple(rest))

    def factor(self) -> Operand:
        self.skip_space()
        if _NUMBER.match(self.text, self.at):
            return float(self.read(_NUMBER))
        if self.accept("("):
            self.deepen()
            calculation = self.calculation()
            self.depth -= 1
            self.expect(")")
            return calculation
        is_braced = self.accept("{")
        symbol = self.symbol()
        if is_braced:
            self.expect("}")
        return symbol

    def deepen(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OctostacheError(f"Tokens are nested more than {MAX_DEPTH} deep")

    def expect(self, literal: str) -> None:
        self.skip_space()
        if not self.accept(literal):
            raise NoMatchError

    def accept(self, literal: str) -> bool:
        is_next = self.text.startswith(literal, self.at)
        self.at += len(literal) if is_next else 0
        return is_next

    def skip_space(self) -> None:
        self.at = cast("re.Match[str]", _SPACE.match(self.text, self.at)).end()

    def read(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise NoMatchError
        self.at = found.end()
        return found[0]
