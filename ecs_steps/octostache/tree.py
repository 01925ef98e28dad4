"""The variables as a tree: ``Octopus.Action[Web].Name`` hangs below ``Octopus.Action[Web]``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import define, field

from ecs_steps.octostache.grammar import parse_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIMPLE_STEP = re.compile(r"(?:\A|(?!\A)\.)([\w\-:/~()@]++(?: [\w\-:/~()@]++)*+)|(?!\A)\[([^\[\]#\s]*+)\]")


@define(eq=False)
class Node:
    """A place in the tree: its text if it has one, what is named below it and what is indexed below it.

    Both are keyed in lower case. What hangs at an `index` has it for text until it is given one of its own.
    A member lies in the JSON that a value holds.
    """

    text: str | None = None
    named: dict[str, Node] = field(factory=dict)
    indexed: dict[str, Node] = field(factory=dict)
    index: str | None = None
    is_member: bool = False

    def below(self, key: str, *, is_index: bool) -> Node | None:
        """Return what is named or indexed below this node; the index ``*`` is the first there is.

        What hangs at an index also has that for its ``Key``, unless a variable says otherwise.
        """
        if not is_index:
            found = self.named.get(key.lower())
            is_key = self.index is not None and key.lower() == "key"
            return Node(self.index) if found is None and is_key else found
        if key == "*" and self.indexed:
            return next(iter(self.indexed.values()))
        return self.indexed.get(key.lower())

    def at_name(self, name: str) -> Node:
        """Return the node of that name below this one; make it if need be."""
        key = name.lower()
        if key not in self.named:
            self.named[key] = Node()
        return self.named[key]

    def at_index(self, index: str) -> Node:
        """Return the node of that index below this one; make it if need be."""
        key = index.lower()
        if key not in self.indexed:
            self.indexed[key] = Node(index, index=index)
        return self.indexed[key]


def build_tree(variables: Mapping[str, str]) -> Node:
    """Return the root of the tree of `variables`. A name that no token can hold is left out."""
    root = Node()
    for name, text in variables.items():
        node = root
        for step, is_index in _simple_path(name) or parse_name(name):
            node = node.at_index(step) if is_index else node.at_name(step)
        if node is not root:
            node.text = text
    return root


def _simple_path(name: str) -> list[tuple[str, bool]]:
    """Split a name of the usual form, for speed; return nothing where the grammar must decide."""
    path: list[tuple[str, bool]] = []
    end = 0
    for found in _SIMPLE_STEP.finditer(name):
        if found.start() != end:
            return []
        end = found.end()
        step, index = found.groups()
        path.append((step, False) if step else (index, True))
    return path if end == len(name) and " in " not in name else []
