"""Render the parts of one text: look symbols up, apply filters, choose branches, repeat bodies, calculate.

symbol -> path -> node of the tree, or of the JSON that a value holds -> its text, rendered -> filters.

Names are looked up from the innermost ``#{each}`` outwards. A value is rendered in turn, where it was found;
one that does not parse is taken as it stands, as Octopus does, since a password may well hold a ``#{``. A
name that leads on into a value is followed there if the value holds JSON; where that ends in a loop it has no
value, as in Octopus, while a variable that needs itself otherwise is an error.

A token without a value stays in the text and is reported: an unknown name, an unknown filter, a filter that
has no result, a calculation without a result; and a ``#{`` that begins no token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from ecs_steps.octostache.bounds import (
    MAX_DEPTH,
    TOKEN_WORK,
    Evaluated,
    OctostacheError,
    Work,
    check_length,
)
from ecs_steps.octostache.calculation import calculate
from ecs_steps.octostache.grammar import parse
from ecs_steps.octostache.syntax import (
    Calculation,
    Condition,
    Conditional,
    Expression,
    Part,
    Repetition,
    Symbol,
    Token,
)
from ecs_steps.octostache.tree import Dictionary, Node

_FALSE_WORDS = frozenset({"no", "false"})
_ITEM_WORK = 4 * TOKEN_WORK
_MAX_SHOWN_LABELS = 10


class _LoopError(OctostacheError):
    """A value needs itself."""


@frozen(eq=False)
class Scope:
    """Where names are looked up: among the variables, or in what an ``#{each}`` adds to an outer scope."""

    root: Node
    outer: Scope | None = None


@define(eq=False)
class Rendering:
    """The state while one text is rendered.

    `unresolved` are the tokens that stayed in place, and `active` the values being rendered, with the names
    they were called by.
    """

    dictionary: Dictionary
    work: Work = field(factory=Work)
    unresolved: dict[str, None] = field(factory=dict)
    active: dict[Node, str] = field(factory=dict)
    depth: int = 0

    def evaluate(self, text: str, *, is_json_leaf: bool = False) -> Evaluated:
        parts = parse(text, self.work, is_json_leaf=is_json_leaf)
        rendered = self._render(parts, Scope(self.dictionary.root))
        return Evaluated(rendered, tuple(self.unresolved))

    def _render(self, parts: Sequence[Part], scope: Scope) -> str:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OctostacheError(f"Values are nested more than {MAX_DEPTH} deep{self._path()}")
        try:
            return self._join(part if isinstance(part, str) else self._token(part, scope) for part in parts)
        finally:
            self.depth -= 1

    def _join(self, pieces: Iterable[str]) -> str:
        joined: list[str] = []
        length = 0
        for piece in pieces:
            length += len(piece)
            check_length(length)
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
            case Calculation() as calculation:
                value = calculate(calculation, lambda symbol: self._symbol(symbol, scope))
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
                return self._render(body, scope)
        return self._render(conditional.otherwise, scope)

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
        items = self._items(repetition.collection, scope)
        return self._join(
            self._render(repetition.body, Scope(_local(repetition.item, items, at), scope))
            for at in range(len(items))
        )

    def _expression(self, expression: Expression, token: Token, scope: Scope) -> str | None:
        value = None if expression.symbol is None else self._symbol(expression.symbol, scope)
        if not expression.filters:
            return value
        from ecs_steps.octostache import filters  # noqa: PLC0415  start-up time: most texts use none

        for called in expression.filters:
            options = [
                option if isinstance(option, str) else self._render((option,), scope)
                for option in called.options
            ]
            try:
                value = filters.apply(called.name, value, options, now=self.dictionary.now, work=self.work)
            except OctostacheError as error:
                raise OctostacheError(f"{token.label}: {called.name}: {error}") from None
            if value is not None:
                check_length(len(value))
                self.work.spend(len(value))
        is_null = value is None and expression.filters[-1].name.lower() == "null"
        return "" if is_null else value

    def _items(self, collection: Symbol, scope: Scope) -> list[Node]:
        found = self._find(collection, scope)
        if found is None:
            return []
        node, home = found
        if node.text is None:
            self.work.spend(_ITEM_WORK * len(node.indexed))
            return list(node.indexed.values())
        text = self._noted(self._value(node, home, collection.source))
        document = self.dictionary.document(text, self.work)
        # Counted before they are made: millions of items are too much for the memory as well.
        self.work.spend(_ITEM_WORK * (len(document.content) if document else text.count(",") + 1))
        return document.items() if document else [Node(item) for item in text.split(",")]

    def _symbol(self, symbol: Symbol, scope: Scope) -> str | None:
        found = self._find(symbol, scope)
        if found is None or found[0].text is None:
            return None
        node, home = found
        try:
            return self._noted(self._value(node, home, symbol.source))
        except _LoopError:
            if node.is_member:
                return None
            raise

    def _noted(self, value: Evaluated) -> str:
        """Return the text of a value that becomes part of the result, and note what is unresolved in it."""
        self.unresolved.update(dict.fromkeys(value.unresolved))
        self.work.spend(len(value.text))
        return value.text

    def _find(self, symbol: Symbol, scope: Scope) -> tuple[Node, Scope] | None:
        path: list[tuple[str, bool]] = []
        for step, is_index in symbol.steps:
            key = self._symbol(step, scope) if isinstance(step, Symbol) else step
            if key is None:
                return None
            path.append((key, is_index))
        home: Scope | None = scope
        while home is not None:
            node = self._walk(path, symbol, home)
            if node is not None:
                return node, home
            home = home.outer
        return None

    def _walk(self, path: list[tuple[str, bool]], symbol: Symbol, scope: Scope) -> Node | None:
        node = scope.root
        for key, is_index in path:
            found = node.below(key, is_index=is_index) or self._member(node, key, symbol, scope)
            if found is None:
                return None
            node = found
        return node

    def _member(self, node: Node, key: str, symbol: Symbol, scope: Scope) -> Node | None:
        """Look into the JSON that a value holds: into its raw text while that value is being rendered."""
        text = node.text
        if not text or not key:
            return None
        self.work.spend(TOKEN_WORK)
        if node not in self.active:
            try:
                text = self._value(node, scope, symbol.source).text
            except _LoopError:
                return None
        document = self.dictionary.document(text, self.work)
        return document.member(key) if document else None

    def _value(self, node: Node, scope: Scope, label: str) -> Evaluated:
        """Render the text of a node, where it was found; that of a variable once for all."""
        text = node.text or ""
        if "#{" not in text:
            return Evaluated(text)
        if scope.outer is not None:
            return self._rendered_value(node, text, scope, label)
        if node not in self.dictionary.values:
            self.dictionary.values[node] = self._rendered_value(node, text, scope, label)
        return self.dictionary.values[node]

    def _rendered_value(self, node: Node, text: str, scope: Scope, label: str) -> Evaluated:
        if node in self.active:
            raise _LoopError(f"The variables loop{self._path(node)} -> {label}")
        parts = self.dictionary.parts(text, self.work)
        if parts is None:
            return Evaluated(text)
        outer, self.unresolved = self.unresolved, {}
        self.active[node] = label
        try:
            return Evaluated(self._render(parts, scope), tuple(self.unresolved))
        finally:
            del self.active[node]
            self.unresolved = outer

    def _path(self, since: Node | None = None) -> str:
        """Name the variables that are being rendered, from `since` on."""
        labels = list(self.active.values())
        if since is not None:
            labels = labels[list(self.active).index(since) :]
        if len(labels) > _MAX_SHOWN_LABELS:
            labels = [*labels[:_MAX_SHOWN_LABELS], "..."]
        return f": {' -> '.join(labels)}" if labels else ""


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
