r"""Parse a text into its parts.

::

    text         = { characters | escape | token }
    escape       = "##{"                                   stands for "#{"
    token        = substitution | calculation | conditional | repetition

    substitution = "#{" expression "}"
    calculation  = "#{" "calc" formula "}"
    conditional  = "#{" "if" condition "}" text
                   { "#{elseif" condition "}" text } [ "#{else}" text ] "#{/if}"
                 | "#{" "unless" condition "}" text [ "#{else}" text ] "#{/unless}"
    repetition   = "#{" "each" name "in" symbol "}" text "#{/each}"

    condition    = operand [ ( "==" | "!=" ) operand ]     a quoted operand does not stand alone
    operand      = expression | quoted
    expression   = [ symbol ] { "|" word { option } }      not both empty
    option       = word | quoted | token
    quoted       = '"' { any but '"' and "#" } '"' | '\"' { any } '\"'

    symbol       = name { "." name | index }
    index        = "[" "#{" symbol "}" "]" | "[" { any but brackets | index } "]"
    name         = word characters and spaces, but no space before "|", "}" or a spaced "in", "==" or "!="
    word         = letters, digits and _ - : / ~ ( ) @     but "#{/" begins no token

    formula      = term { ( "+" | "-" ) term }
    term         = factor { ( "*" | "/" | "%" ) factor }
    factor       = digits [ "." digits ] | "." digits | "(" formula ")" | "{" symbol "}" | symbol

Keywords after ``#{`` are read in any case. A run of hashes before a brace loses one of them: what is left
of an even run is text, and an odd one ends in a token.

A ``#{`` that begins no token is a `Flaw`: it stays as text, and parsing continues behind it. The opening tag
of a block that is never closed is read as a substitution first (``#{if Name}`` may be a variable's name).

Every token is parsed once, whatever contains it, so that the time is linear in the text.
"""

import re
from collections.abc import Iterable

from attrs import define, evolve, field

from ecs_steps.octostache.bounds import TOKEN_WORK, OctostacheError, Work, check_length
from ecs_steps.octostache.expressions import ExpressionParser, NoMatchError
from ecs_steps.octostache.syntax import (
    Condition,
    Conditional,
    Content,
    Expression,
    Filter,
    Part,
    Repetition,
    Symbol,
    Token,
)

_HASHES = re.compile(r"(?<!#)#++\{")
_KEYWORD = re.compile(r"#\{\s*+(if|unless|each|calc)\s++", re.IGNORECASE)
_ELSEIF = re.compile(r"#\{elseif\s++")
_MAX_FLAW_LENGTH = 80

_BODY_ENDS = re.compile(r"#\{/(?:if|unless|each)\}")
_UNLESS_BODY_ENDS = re.compile(r"#\{(?:/(?:if|unless|each)\}|else\})")
_IF_BODY_ENDS = re.compile(r"#\{(?:/(?:if|unless|each)\}|else\}|elseif\s)")


def parse(text: str, work: Work, *, is_json_leaf: bool = False) -> tuple[Part, ...]:
    """Parse `text`, whatever it holds; in a JSON leaf without the `JsonEscape` that ends a substitution.

    Raises:
        OctostacheError: Tokens are nested more than `MAX_DEPTH` deep; or the text is too long, or takes too
            much work together with what was done before, which is counted before it is done.
    """
    check_length(len(text))
    work.spend(len(text) + TOKEN_WORK * text.count("#{"))
    return _TextParser(text, is_json_leaf=is_json_leaf).parts()


def parse_name(name: str) -> list[tuple[str, bool]]:
    """Return the path that a variable's name is: each step, and whether it is an index.

    A name that no token can hold has none.
    """
    parser = _TextParser(name)
    try:
        steps = parser.symbol().steps
    except (NoMatchError, OctostacheError):
        return []
    path = [(key, is_index) for key, is_index in steps if isinstance(key, str)]
    return path if parser.at == len(name) and len(path) == len(steps) else []


def is_flawed(parts: Iterable[Part]) -> bool:
    """Return whether a ``#{`` that begins no token is among the parts, or in a block of theirs."""
    contents = [part.content for part in parts if isinstance(part, Token)]
    return None in contents or any(
        is_flawed(body)
        for content in contents
        if isinstance(content, Conditional | Repetition)
        for body in content.bodies
    )


def _without_json_escape(token: Token) -> Token:
    match token.content:
        case Expression(Symbol() as symbol, (*filters, Filter(name, ()))) if name.lower() == "jsonescape":
            return evolve(token, content=Expression(symbol, tuple(filters)))
        case _:
            return token


@define
class _TextParser(ExpressionParser):
    is_json_leaf: bool = False
    parsed: dict[int, tuple[Token, int]] = field(factory=dict)

    def parts(self, ends: re.Pattern[str] | None = None) -> tuple[Part, ...]:
        """Read on until one of `ends`, or else to the end of the text."""
        parts: list[Part] = []
        while hashes := _HASHES.search(self.text, self.at):
            brace = hashes.end() - 2
            if (brace - hashes.start()) % 2:
                parts.append(self.text[self.at : brace] + "{")
                self.at = hashes.end()
                continue
            parts.append(self.text[self.at : max(brace - 1, hashes.start())])
            self.at = brace
            if ends is not None and ends.match(self.text, brace):
                break
            token = self.token()
            parts.append(_without_json_escape(token) if self.is_json_leaf else token)
        else:
            parts.append(self.text[self.at :])
            self.at = len(self.text)
        return tuple(part for part in parts if part)

    def token(self) -> Token:
        start, depth = self.at, self.depth
        if start not in self.parsed:
            self.deepen()
            content = self.block()
            if content is None:
                self.at, self.depth = start, depth + 1
                content = self.substitution()
            end = self.at if content else self.flaw_end(start)
            self.parsed[start] = (Token(self.text, start, end, content), self.at)
            self.depth = depth
        token, self.at = self.parsed[start]
        return token

    def block(self) -> Content | None:
        keyword = _KEYWORD.match(self.text, self.at)
        if keyword is None:
            return None
        self.at = keyword.end()
        try:
            match keyword[1].lower():
                case "calc":
                    calculation = self.calculation()
                    self.expect("}")
                    return calculation
                case "each":
                    return self.repetition()
                case kind:
                    return self.conditional(kind)
        except NoMatchError:
            return None

    def substitution(self) -> Expression | None:
        self.at += 2
        start = self.at
        try:
            expression = None if self.text.startswith("/", start) else self.expression()
            self.expect("}")
        except NoMatchError:
            expression = None
        if expression is None:
            self.at = start
        return expression

    def flaw_end(self, start: int) -> int:
        """Return the end of what to show: a brace, the end of the line or the next token."""
        line = self.text[start : start + _MAX_FLAW_LENGTH].partition("\n")[0]
        following = line.find("#{", 1)
        line = line[:following] if following > 0 else line
        return start + len(line[: line.find("}") + 1] or line.rstrip())

    def conditional(self, kind: str) -> Conditional:
        ends = _IF_BODY_ENDS if kind == "if" else _UNLESS_BODY_ENDS
        condition = self.clause()
        tag_end = self.at
        branches = [(condition, self.parts(ends))]
        while kind == "if" and (elseif := _ELSEIF.match(self.text, self.at)):
            self.at = elseif.end()
            branches.append((self.clause(), self.parts(ends)))
        otherwise = self.parts(_BODY_ENDS) if self.accept("#{else}") else ()
        self.expect(f"#{{/{kind}}}")
        if kind == "unless":
            [(condition, body)] = branches
            branches, otherwise = [(condition, otherwise)], body
        return Conditional(tag_end, tuple(branches), otherwise)

    def clause(self) -> Condition:
        condition = self.condition()
        self.expect("}")
        return condition

    def repetition(self) -> Repetition:
        item = self.name()
        self.expect("in")
        collection = self.symbol()
        self.expect("}")
        body = self.parts(_BODY_ENDS)
        self.expect("#{/each}")
        return Repetition(item, collection, body)
