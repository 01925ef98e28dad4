"""YAML that Octopus may evaluate before it is parsed."""

import re

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
