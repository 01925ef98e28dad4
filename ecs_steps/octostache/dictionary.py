"""The variables of one dictionary, and what was worked out of them so far."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property

from attrs import define, field

from ecs_steps.octostache.bounds import Work
from ecs_steps.octostache.documents import Document, read_document
from ecs_steps.octostache.evaluation import Evaluated
from ecs_steps.octostache.grammar import parse_counted
from ecs_steps.octostache.syntax import Template
from ecs_steps.octostache.tree import Node, grow


@define(eq=False)
class Dictionary:
    """The tree of the variables, grown once; templates and documents by their text; values by their node."""

    variables: Mapping[str, str]
    now: Callable[[], datetime]
    values: dict[Node, Evaluated] = field(factory=dict)
    _templates: dict[str, Template] = field(factory=dict)
    _documents: dict[str, Document | None] = field(factory=dict)

    @cached_property
    def root(self) -> Node:
        return grow(self.variables)

    def template(self, text: str, work: Work) -> Template:
        if text not in self._templates:
            self._templates[text] = parse_counted(text, work)
        return self._templates[text]

    def document(self, text: str, work: Work) -> Document | None:
        if text not in self._documents:
            work.spend(len(text))
            self._documents[text] = read_document(text)
        return self._documents[text]
