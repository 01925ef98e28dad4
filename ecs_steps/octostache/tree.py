"""The dictionary as a tree: ``Octopus.Action[Web].Name`` hangs below ``Octopus.Action[Web]``.

names of variables -> nodes; the JSON in a value, read as forgivingly as by Octopus -> nodes of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from attrs import define, field

from ecs_steps.octostache.bounds import MAX_DEPTH, Evaluated, OctostacheError, Work, is_deep
from ecs_steps.octostache.grammar import is_flawed, parse, parse_name
from ecs_steps.octostache.numerals import double_text, int32
from ecs_steps.octostache.syntax import Part

# Compiled by `re` when it is used: most dictionaries hold strict JSON or none.
_LEXEME = r"""
    (?P<space>\s++|//[^\n]*+|/\*(?:.*?\*/|.*))
  | (?P<double>"(?:[^"\\]++|\\.)*+"?)
  | (?P<single>'(?:[^'\\]++|\\.)*+'?)
  | (?P<name>[\w$]++(?=\s*+:))
  | (?P<word>[\w$]++)
  | (?P<comma>,(?=(?:\s++|//[^\n]*+|/\*.*?\*/)*+[\]}]))
  | (?P<other>.)
"""
_ESCAPED = re.compile(r"\\.|\"", re.DOTALL)
_REWRITTEN = {"\\'": "'", '"': '\\"'}


@define(eq=False)
class Node:
    """A node of the tree: its text if it has one, what is named below it and what is indexed below it.

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

        What hangs at an index also has that for its ``Key``, unless a variable sets another.
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
        return self.named.setdefault(name.lower(), Node())

    def at_index(self, index: str) -> Node:
        """Return the node of that index below this one; make it if need be."""
        return self.indexed.setdefault(index.lower(), Node(index, index=index))


def build_tree(variables: Mapping[str, str]) -> Node:
    """Return the root of the tree of `variables`. A name that no token can hold is left out."""
    root = Node()
    for name, text in variables.items():
        node = root
        for step, is_index in parse_name(name):
            node = node.at_index(step) if is_index else node.at_name(step)
        if node is not root:
            node.text = text
    return root


@define(eq=False)
class Document:
    """An object or an array of JSON, and the nodes that were looked up in it."""

    content: dict[str, Any] | list[Any]
    nodes: dict[str, Node] = field(factory=dict)

    def member(self, key: str) -> Node | None:
        """Return what lies at a name or a position; an absent one is empty text, as in Octopus."""
        if key not in self.nodes:
            if isinstance(self.content, dict):
                value = self.content.get(key)
            else:
                position = int32(key)
                if position is None or position < 0:
                    return None
                value = self.content[position] if position < len(self.content) else None
            self.nodes[key] = Node(_text(value), is_member=True)
        return self.nodes[key]

    def items(self) -> list[Node]:
        """Return what ``#{each}`` goes through: the elements, or the members with `Key` and `Value`."""
        if isinstance(self.content, list):
            return [Node(_text(value)) for value in self.content]
        return [
            Node(key, named={"key": Node(key), "value": Node(_text(value))})
            for key, value in self.content.items()
        ]


def read_document(text: str) -> Document | None:
    """Return the JSON object or array that `text` holds, or None.

    Names without quotes, single quotes, comments and a comma before the closing bracket are fine.

    Raises:
        OctostacheError: It is nested more than `MAX_DEPTH` deep.
    """
    if text.lstrip()[:1] not in ("{", "["):
        return None
    import json  # noqa: PLC0415  start-up time: most dictionaries never need it here

    for rewrite in (str, _strict):
        try:
            content = json.loads(rewrite(text), strict=False)
        except ValueError:
            continue
        except RecursionError:
            raise _too_deep() from None
        if is_deep(content):
            raise _too_deep()
        return Document(content)
    return None


def _too_deep() -> OctostacheError:
    return OctostacheError(f"JSON is nested more than {MAX_DEPTH} deep")


def _strict(text: str) -> str:
    """Write a forgiving JSON text as strict JSON."""

    def rewrite(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "space" | "comma":
                return " "
            case "single":
                return f'"{_ESCAPED.sub(lambda part: _REWRITTEN.get(part[0], part[0]), found[0][1:-1])}"'
            case "name":
                return f'"{found[0]}"'
            case _:
                return found[0]

    return re.sub(_LEXEME, rewrite, text, flags=re.VERBOSE | re.DOTALL)


def _text(value: object) -> str:
    """Return how .NET would write a JSON value as text."""
    match value:
        case None:
            return ""
        case str() | int():
            return str(value)
        case float():
            return double_text(value)
        case _:
            import json  # noqa: PLC0415  as above

            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@define(eq=False)
class Dictionary:
    """The tree of the variables, built once; parts and documents by their text; values by their node."""

    variables: Mapping[str, str]
    now: Callable[[], datetime]
    values: dict[Node, Evaluated] = field(factory=dict)
    _parts: dict[str, tuple[Part, ...] | None] = field(factory=dict)
    _documents: dict[str, Document | None] = field(factory=dict)

    @cached_property
    def root(self) -> Node:
        return build_tree(self.variables)

    def parts(self, text: str, work: Work) -> tuple[Part, ...] | None:
        """Return the parts of a text; None where it is flawed."""
        if text not in self._parts:
            parts = parse(text, work)
            self._parts[text] = None if is_flawed(parts) else parts
        return self._parts[text]

    def document(self, text: str, work: Work) -> Document | None:
        if text not in self._documents:
            work.spend(len(text))
            self._documents[text] = read_document(text)
        return self._documents[text]
