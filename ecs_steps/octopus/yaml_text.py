"""YAML: templates that Octopus may evaluate before it parses them, and files of variables."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from ecs_steps.octopus.inputs.converter import UnresolvedText

# Line ends that only YAML knows, and what it does not take: these are written as escapes.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# Letters first: what another YAML parser could take for a number or a date is quoted.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_:./-]+")


class _Dumper(yaml.SafeDumper):
    """Writes an expression unchanged.

    Octopus replaces ``#{Name | Filter "option"}`` in the text: it must not be broken across lines, and quotes
    within it must not be escaped, which single quotes and blocks leave alone.
    """

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  the signature of a dumper
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  the signature of a dumper
        # A list is indented under its key, as AWS' own examples are.
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if not isinstance(text, UnresolvedText):
        # No expression, though it looks like one.
        text = text.replace("#{", "##{")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, _style(text))


def _style(text: str) -> str | None:
    if _ESCAPED.search(text):
        return '"'
    if "\n" in text:
        return "|"
    return None if _PLAIN.fullmatch(text) else "'"


_Dumper.add_representer(str, _text)
_Dumper.add_multi_representer(str, _text)


def dump(document: object) -> str:
    """Write a JSON document as YAML, in its own order, one value a line however long."""
    text: str = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=float("inf"),
        default_flow_style=False,
    )
    return text


class _Loader(yaml.BaseLoader):
    """Reads every scalar as the text that it is, but an unquoted ``null`` or ``~``.

    Values of variables are text: ``1.10``, ``0644``, ``no`` and ``2026-01-05`` stay what was written. An
    alias is refused, since a few of them make gigabytes.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="it holds an alias (*name), which is not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002  the signature of a loader
        mapping: dict[Hashable, object] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value) or None in mapping:
            raise yaml.MarkedYAMLError(problem="a name is empty or repeated", problem_mark=node.start_mark)
        return mapping

    def construct_scalar(self, node: yaml.ScalarNode) -> Any:  # noqa: ANN401  null is None
        is_null = node.style is None and node.value in {"null", "~"}
        return None if is_null else str(super().construct_scalar(node))


def parse(text: str) -> object:
    """Parse YAML whose scalars are all text.

    Raises:
        ValueError: With a message that names the position, never a value.
    """
    try:
        document: object = yaml.load(text, _Loader)  # noqa: S506  a safe loader: it makes text, lists and dicts
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ValueError(f"{error.problem or error.context}{place}") from None
    except yaml.reader.ReaderError:
        raise ValueError("it holds a character that YAML does not allow") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return document
