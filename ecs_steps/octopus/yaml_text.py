"""YAML that Octopus may evaluate before it is parsed: an exported template, or a document of a user's."""

import re

import yaml

from ecs_steps.octopus.inputs.converter import UnresolvedText
from ecs_steps.octopus.json_text import TOO_DEEP, check_depth

MAX_LENGTH = 128 * 1024
"""Characters of a document in YAML; what AWS accepts in its place is smaller."""

# To YAML a number sign after a space begins a comment: in an expression it stands as a character that YAML
# and AWS know nothing of.
_MARK = "\ue000"
_EXPRESSION = re.compile(r"#+(?=\{)")
_ABSENT = ("", "~", "null", "Null", "NULL")

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


def parse(text: str) -> object:
    """Parse YAML: each value stays the text that is written (``1.10``, ``yes``); an empty one is none.

    Expressions need no quotes. Aliases, tags, repeated members and several documents are errors.

    Raises:
        ValueError: With a message that names the position, never a value.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(f"it holds {len(text)} characters; in YAML at most {MAX_LENGTH} are accepted")
    if _MARK in text:
        raise ValueError("it holds the character U+E000, which has no meaning")
    try:
        node = yaml.compose(_EXPRESSION.sub(lambda match: _MARK * len(match[0]), text), yaml.SafeLoader)
        document = _value(node, set())
    except yaml.MarkedYAMLError as error:
        raise ValueError(f"{error.problem or 'no YAML'}{_at(error.problem_mark)}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"it holds a character that YAML does not allow ({type(error).__name__})") from None
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    check_depth(document)
    return document


def _value(node: yaml.Node | None, known: set[int]) -> object:
    if node is None:
        return None
    if id(node) in known:
        raise yaml.MarkedYAMLError(problem="an alias cannot be used", problem_mark=node.start_mark)
    known.add(id(node))
    match node:
        case yaml.ScalarNode():
            _check_tag(node)
            is_absent = node.style is None and node.value in _ABSENT
            return None if is_absent else node.value.replace(_MARK, "#")
        case yaml.SequenceNode():
            _check_tag(node)
            return [_value(item, known) for item in node.value]
        case _:
            _check_tag(node)
            return _members(node, known)


def _members(node: yaml.Node, known: set[int]) -> dict[str, object]:
    members: dict[str, object] = {}
    names: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a name must be a text", problem_mark=key.start_mark)
        name = key.value.replace(_MARK, "#")
        if key.style is None and name in ("", "~"):
            raise yaml.MarkedYAMLError(problem="a name is empty", problem_mark=key.start_mark)
        if name.casefold() in names:
            raise yaml.MarkedYAMLError(
                problem="an object holds a member twice, again", problem_mark=key.start_mark
            )
        names.add(name.casefold())
        members[name] = _value(value, known)
    return members


def _check_tag(node: yaml.Node) -> None:
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise yaml.MarkedYAMLError(problem="a tag cannot be used", problem_mark=node.start_mark)


def _at(mark: yaml.Mark | None) -> str:
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
