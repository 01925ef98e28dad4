"""Look up what a symbol names, and render the values on the way.

symbol -> path -> node of the tree, or of the JSON that a value holds -> its text, rendered.

Names are looked up from the innermost ``#{each}`` outwards. A value is rendered in turn, where it was found;
one that does not parse is taken as it stands, as Octopus does, since a password may well hold a ``#{``. A
name that leads on into a value is followed there if the value holds JSON; where that ends in a loop it has no
value, as in Octopus, while a variable that needs itself otherwise is an error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from attrs import define, field, frozen

from ecs_steps.octostache.bounds import TOKEN_WORK, Evaluated, OctostacheError, Work
from ecs_steps.octostache.grammar import parse_counted
from ecs_steps.octostache.syntax import Part, Symbol, Template
from ecs_steps.octostache.tree import Document, Node, build_tree, read_document

_ITEM_WORK = 4 * TOKEN_WORK
_MAX_SHOWN_LABELS = 10


@define(eq=False)
class Dictionary:
    """The tree of the variables, built once; templates and documents by their text; values by their node."""

    variables: Mapping[str, str]
    now: Callable[[], datetime]
    values: dict[Node, Evaluated] = field(factory=dict)
    _templates: dict[str, Template] = field(factory=dict)
    _documents: dict[str, Document | None] = field(factory=dict)

    @cached_property
    def root(self) -> Node:
        return build_tree(self.variables)

    def template(self, text: str, work: Work) -> Template:
        if text not in self._templates:
            self._templates[text] = parse_counted(text, work)
        return self._templates[text]

    def document(self, text: str, work: Work) -> Document | None:
        if text not in self._documents:
            work.spend(len(text))
            self._documents[text] = read_document(text)
        return self._documents[text]


class _LoopError(OctostacheError):
    """A value needs itself."""


@frozen(eq=False)
class Scope:
    """Where names are looked up: among the variables, or in what an ``#{each}`` adds to an outer scope."""

    root: Node
    outer: Scope | None = None


@define(eq=False)
class Lookup(ABC):
    """The state while one text is rendered.

    `unresolved` are the tokens that stayed in place, and `active` the values being rendered, with the names
    they were called by.
    """

    dictionary: Dictionary
    work: Work = field(factory=Work)
    unresolved: dict[str, None] = field(factory=dict)
    active: dict[Node, str] = field(factory=dict)

    @abstractmethod
    def render(self, parts: Sequence[Part], scope: Scope) -> str:
        """Render parts of a text."""

    def items(self, collection: Symbol, scope: Scope) -> list[Node]:
        found = self._find(collection, scope)
        if found is None:
            return []
        node, home = found
        if node.text is None:
            self.work.spend(_ITEM_WORK * len(node.indexed))
            return list(node.indexed.values())
        text = self._value(node, home, collection.source)
        self.work.spend(len(text))
        document = self.dictionary.document(text, self.work)
        # Counted before they are made: millions of items are too much for the memory as well.
        self.work.spend(_ITEM_WORK * (len(document.content) if document else text.count(",") + 1))
        return document.items() if document else [Node(item) for item in text.split(",")]

    def symbol(self, symbol: Symbol, scope: Scope) -> str | None:
        found = self._find(symbol, scope)
        if found is None or found[0].text is None:
            return None
        node, home = found
        try:
            value = self._value(node, home, symbol.source)
        except _LoopError:
            if node.is_member:
                return None
            raise
        self.work.spend(len(value))
        return value

    def _find(self, symbol: Symbol, scope: Scope) -> tuple[Node, Scope] | None:
        path: list[tuple[str, bool]] = []
        for step, is_index in symbol.steps:
            key = self.symbol(step, scope) if isinstance(step, Symbol) else step
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
        if "#{" in text and node not in self.active:
            unresolved, self.unresolved = self.unresolved, {}
            try:
                text = self._value(node, scope, symbol.source)
            except _LoopError:
                return None
            finally:
                self.unresolved = unresolved
        document = self.dictionary.document(text, self.work)
        return document.member(key) if document else None

    def _value(self, node: Node, scope: Scope, label: str) -> str:
        """Render the text of a node, where it was found; that of a variable once for all."""
        text = node.text or ""
        if "#{" not in text:
            return text
        is_variable = scope.outer is None
        value = self.dictionary.values.get(node) if is_variable else None
        if value is None:
            value = self._rendered_value(node, text, scope, label)
            if is_variable:
                self.dictionary.values[node] = value
        self.unresolved.update(dict.fromkeys(value.unresolved))
        return value.text

    def _rendered_value(self, node: Node, text: str, scope: Scope, label: str) -> Evaluated:
        if node in self.active:
            raise _LoopError(f"The variables loop{self.path(node)} -> {label}")
        template = self.dictionary.template(text, self.work)
        if template.is_flawed:
            return Evaluated(text)
        outer, self.unresolved = self.unresolved, {}
        self.active[node] = label
        try:
            return Evaluated(self.render(template.parts, scope), tuple(self.unresolved))
        finally:
            del self.active[node]
            self.unresolved = outer

    def path(self, since: Node | None = None) -> str:
        """Name the variables that are being rendered, from `since` on."""
        labels = list(self.active.values())
        if since is not None:
            labels = labels[list(self.active).index(since) :]
        if len(labels) > _MAX_SHOWN_LABELS:
            labels = [*labels[:_MAX_SHOWN_LABELS], "..."]
        return f": {' -> '.join(labels)}" if labels else ""
