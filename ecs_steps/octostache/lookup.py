"""Look up what a symbol names, and render the values on the way.

Names are looked up from the innermost ``#{each}`` outwards. A value is rendered in turn, where it was found;
one that does not parse is taken as it stands, as Octopus does, since a password may well hold a ``#{``. A
name that leads on into a value is followed there if the value holds JSON.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from ecs_steps.octostache.bounds import TOKEN_WORK, OctostacheError, Work
from ecs_steps.octostache.dictionary import Dictionary
from ecs_steps.octostache.evaluation import Evaluated
from ecs_steps.octostache.syntax import Name, Part, Symbol, SymbolIndex
from ecs_steps.octostache.tree import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_ITEM_WORK = 4 * TOKEN_WORK
_SHOWN_LABELS = 10


@frozen(eq=False)
class Scope:
    """Where names are looked up: among the variables, or in what an ``#{each}`` adds to an outer scope."""

    root: Node
    outer: Scope | None = None


@define(eq=False)
class Lookup(ABC):
    """What is known while one text is rendered.

    `unresolved` are the tokens that stayed in place, and `active` the values being rendered, with the names
    they were called by.
    """

    dictionary: Dictionary
    work: Work = field(factory=Work)
    unresolved: dict[str, None] = field(factory=dict)
    active: dict[Node, str] = field(factory=dict)

    @abstractmethod
    def render(self, parts: Sequence[Part], source: str, scope: Scope) -> str:
        """Render parts of `source`."""

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
        value = self._value(*found, symbol.source)
        self.work.spend(len(value))
        return value

    def _find(self, symbol: Symbol, scope: Scope) -> tuple[Node, Scope] | None:
        path: list[tuple[str, bool]] = []
        for step in symbol.steps:
            key = self.symbol(step.symbol, scope) if isinstance(step, SymbolIndex) else step.text
            if key is None:
                return None
            path.append((key, not isinstance(step, Name)))
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
            seen, self.unresolved = self.unresolved, {}
            text = self._value(node, scope, symbol.source)
            self.unresolved = seen
        document = self.dictionary.document(text, self.work)
        return document.member(key) if document else None

    def _value(self, node: Node, scope: Scope, label: str) -> str:
        """Render the text of a node, where it was found; that of a variable once for all."""
        text = node.text or ""
        if "#{" not in text:
            return text
        is_variable = scope.outer is None
        known = self.dictionary.values.get(node) if is_variable else None
        if known is None:
            known = self._rendered_value(node, text, scope, label)
            if is_variable:
                self.dictionary.values[node] = known
        self.unresolved.update(dict.fromkeys(known.unresolved))
        return known.text

    def _rendered_value(self, node: Node, text: str, scope: Scope, label: str) -> Evaluated:
        if node in self.active:
            raise OctostacheError(f"The variables loop{self.path(node)} -> {label}")
        template = self.dictionary.template(text, self.work)
        if template.is_flawed:
            return Evaluated(text)
        seen, self.unresolved = self.unresolved, {}
        self.active[node] = label
        rendered = self.render(template.parts, text, scope)
        del self.active[node]
        unresolved, self.unresolved = self.unresolved, seen
        return Evaluated(rendered, tuple(unresolved))

    def path(self, since: Node | None = None) -> str:
        """Name the variables that are being rendered, from `since` on."""
        labels = list(self.active.values())
        if since is not None:
            labels = labels[list(self.active).index(since) :]
        if len(labels) > _SHOWN_LABELS:
            labels = [*labels[:_SHOWN_LABELS], "..."]
        return f": {' -> '.join(labels)}" if labels else ""
