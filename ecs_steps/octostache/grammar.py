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

from attrs import define, evolve, field

from ecs_steps.octostache.bounds import TOKEN_WORK, OctostacheError, Work, check_length
from ecs_steps.octostache.expressions import ExpressionParser, NoMatchError
from ecs_steps.octostache.syntax import (
    Calculation,
    Conditional,
    Expression,
    Filter,
    Flaw,
    Part,
    Repetition,
    Substitution,
    Template,
    Token,
)

_KEYWORD = re.compile(r"#\{\s*+(if|unless|each|calc)\s++", re.IGNORECASE)
_ELSEIF = re.compile(r"#\{elseif\s++")
_ELSE = "#{else}"
_MAX_FLAW_LENGTH = 80

_BODY_ENDS = re.compile(r"#\{/(?:if|unless|each)\}")
_UNLESS_BODY_ENDS = re.compile(r"#\{(?:/(?:if|unless|each)\}|else\})")
_IF_BODY_ENDS = re.compile(r"#\{(?:/(?:if|unless|each)\}|else\}|elseif\s)")


def parse(text: str, *, is_json_leaf: bool = False) -> Template:
    """Parse `text`, whatever it holds; in a JSON leaf without the `JsonEscape` that ends a substitution.

    Raises:
        OctostacheError: Tokens are nested more than `MAX_DEPTH` deep.
    """
    parts = _TextParser(text, is_json_leaf=is_json_leaf).parts(None)
    return Template(text, parts, is_flawed=_holds_flaw(parts))


def parse_counted(text: str, work: Work, *, is_json_leaf: bool = False) -> Template:
    """Parse `text` and count what it takes, before it takes it.

    Raises:
        OctostacheError: As `parse`; or it is too long, or too much together with what was done before.
    """
    work.spend(len(check_length(text)) + TOKEN_WORK * text.count("#{"))
    return parse(text, is_json_leaf=is_json_leaf)


def parse_name(name: str) -> list[tuple[str, bool]]:
    """Return the path that a variable's name is: each step, and whether it is an index.

    A name that no token can hold has none.
    """
    parser = _TextParser(name)
    try:
        steps = parser.symbol().steps
    except (NoMatchError, OctostacheError):
        return []
    path = [(step.key, step.is_index) for step in steps if isinstance(step.key, str)]
    return path if parser.at == len(name) and len(path) == len(steps) else []


def _holds_flaw(parts: tuple[Part, ...]) -> bool:
    tokens = [part for part in parts if isinstance(part, Token)]
    return any(isinstance(token, Flaw) or any(map(_holds_flaw, token.bodies)) for token in tokens)


def _without_json_escape(token: Token) -> Token:
    match token:
        case Substitution(expression=Expression(symbol, (*filters, Filter(name, ())))) if (
            symbol and name.lower() == "jsonescape"
        ):
            return evolve(token, expression=Expression(symbol, tuple(filters)))
        case _:
            return token


@define
class _TextParser(ExpressionParser):
    is_json_leaf: bool = False
    parsed: dict[int, tuple[Token, int]] = field(factory=dict)

    def parts(self, ends: re.Pattern[str] | None) -> tuple[Part, ...]:
        """Read on until one of `ends`, or else to the end of the text."""
        parts: list[Part] = []
        while (brace := self.text.find("#{", self.at)) >= 0:
            hashes = brace
            while hashes > self.at and self.text[hashes - 1] == "#":
                hashes -= 1
            run = brace - hashes + 1
            is_escape = run % 2 == 0
            kept = hashes + (run - 1 if is_escape else max(run - 2, 0))
            literal = self.text[self.at : kept] + ("{" if is_escape else "")
            if literal:
                parts.append(literal)
            self.at = brace + 2 if is_escape else brace
            if is_escape:
                continue
            if ends is not None and ends.match(self.text, brace):
                return tuple(parts)
            token = self.token()
            parts.append(_without_json_escape(token) if self.is_json_leaf else token)
        if self.at < len(self.text):
            parts.append(self.text[self.at :])
            self.at = len(self.text)
        return tuple(parts)

    def token(self) -> Token:
        start, depth = self.at, self.depth
        if start not in self.parsed:
            self.deepen()
            token = self.block(start)
            if token is None:
                self.depth = depth + 1
                token = self.substitution(start)
            self.parsed[start] = (token, self.at)
            self.depth = depth
        token, self.at = self.parsed[start]
        return token

    def block(self, start: int) -> Token | None:
        keyword = _KEYWORD.match(self.text, start)
        if keyword is None:
            return None
        self.at = keyword.end()
        try:
            match keyword[1].lower():
                case "calc":
                    return self.calculation(start)
                case "each":
                    return self.repetition(start)
                case kind:
                    return self.conditional(start, kind)
        except NoMatchError:
            return None

    def substitution(self, start: int) -> Substitution | Flaw:
        if self.text.startswith("#{/", start):
            return self.flaw(start)
        self.at = start + 2
        try:
            expression = self.expression()
            self.expect("}")
        except NoMatchError:
            return self.flaw(start)
        return Substitution(start=start, end=self.at, expression=expression)

    def flaw(self, start: int) -> Flaw:
        self.at = start + 2
        next_token = self.text.find("#{", self.at, start + _MAX_FLAW_LENGTH)
        end = next_token if next_token >= 0 else start + _MAX_FLAW_LENGTH
        line = self.text[start:end].partition("\n")[0]
        shown = line[: line.find("}") + 1] or line.rstrip()
        return Flaw(start=start, end=start + len(shown))

    def calculation(self, start: int) -> Calculation:
        formula = self.formula()
        self.expect("}")
        return Calculation(start=start, end=self.at, formula=formula)

    def conditional(self, start: int, kind: str) -> Conditional:
        condition = self.condition()
        self.expect("}")
        tag_end = self.at
        branches = [(condition, self.parts(_IF_BODY_ENDS if kind == "if" else _UNLESS_BODY_ENDS))]
        while kind == "if" and (clause := _ELSEIF.match(self.text, self.at)):
            self.at = clause.end()
            condition = self.condition()
            self.expect("}")
            branches.append((condition, self.parts(_IF_BODY_ENDS)))
        otherwise: tuple[Part, ...] = ()
        if self.text.startswith(_ELSE, self.at):
            self.at += len(_ELSE)
            otherwise = self.parts(_BODY_ENDS)
        self.expect_end(kind)
        if kind == "unless":
            [(condition, body)] = branches
            branches, otherwise = [(condition, otherwise)], body
        return Conditional(
            start=start, end=self.at, tag_end=tag_end, branches=tuple(branches), otherwise=otherwise
        )

    def repetition(self, start: int) -> Repetition:
        item = self.name()
        self.expect("in")
        collection = self.symbol()
        self.expect("}")
        body = self.parts(_BODY_ENDS)
        self.expect_end("each")
        return Repetition(start=start, end=self.at, item=item, collection=collection, body=body)

    def expect_end(self, kind: str) -> None:
        end = f"#{{/{kind}}}"
        if not self.text.startswith(end, self.at):
            raise NoMatchError
        self.at += len(end)
