"""The variables as a tree: ``Octopus.Action[Web].Name`` hangs below ``Octopus.Action[Web]``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import define, field

from ecs_steps.octopus.octostache.grammar import parse_name
from ecs_steps.octopus.octostache.syntax import Index

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIMPLE_STEP = re.compile(r"(?:\A|\.)([\w\-:/~()@]++(?: [\w\-:/~()@]++)*+)|(?!\A)\[([^\[\]#\s]*+)\]")


@define(eq=False)
class Node:
    """A place in the tree: its text if it has one, what is named below it and what is indexed below it.

    Both are keyed in lower case.
    """

    text: str | None = None
    named: dict[str, Node] = field(factory=dict)
    indexed: dict[str, Node] = field(factory=dict)

    def at_name(self, name: str) -> Node:
        """Return the node of that name below this one; make it if need be."""
        key = name.lower()
        if key not in self.named:
            self.named[key] = Node()
        return self.named[key]

    def at_index(self, index: str) -> Node:
        """Return the node of that index below this one; make it if need be.

        Until it is given a text of its own its text is the index, and so is that of ``Key`` below it.
        """
        key = index.lower()
        if key not in self.indexed:
            self.indexed[key] = Node(index, {"key": Node(index)})
        return self.indexed[key]


def grow(variables: Mapping[str, str]) -> Node:
    """Return the root of the tree of `variables`. A name that no token can spell is left out."""
    root = Node()
    for name, text in variables.items():
        node = root
        for step, is_index in _simple_path(name) or _path(name):
            node = node.at_index(step) if is_index else node.at_name(step)
        if node is not root:
            node.text = text
    return root


def _simple_path(name: str) -> list[tuple[str, bool]]:
    """Split the name as most are spelled, for speed; return nothing where the grammar must decide."""
    path: list[tuple[str, bool]] = []
    end = 0
    for found in _SIMPLE_STEP.finditer(name):
        if found.start() != end:
            return []
        end = found.end()
        step, index = found.groups()
        path.append((step, False) if step else (index, True))
    return path if end == len(name) and " in " not in name else []


def _path(name: str) -> list[tuple[str, bool]]:
    return [(step.text, isinstance(step, Index)) for step in parse_name(name) or ()]
