"""A task definition as a document of a user's, in RegisterTaskDefinition's own JSON or YAML; pure.

What ``aws ecs describe-task-definition`` prints is one as well: the task definition in it, and its tags. What
a document must be is in `document_rules`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.converter import FieldError, PartialValueError, Path, text
from ecs_steps.octopus.json_text import Unresolved

WRAPPER = "taskDefinition"


@frozen(kw_only=True)
class Document:
    """A parsed document. Its values are no part of its `repr`: they may be secret.

    `is_wrapped` says that the task definition is a member of what was given, besides its tags.
    """

    members: Mapping[str, Any] = field(repr=False)
    is_wrapped: bool = False

    @property
    def family(self) -> str:
        """The family that the document names; empty where it names none."""
        family = self.members.get("family")
        return family if isinstance(family, str) else ""

    @property
    def images(self) -> dict[str, str]:
        """The image of each container, by its name, of a valid document."""
        return {str(each["name"]): str(each["image"]) for each in self.members["containerDefinitions"]}

    def path(self, path: Path) -> Path:
        """Return where a member of the task definition is in what was given."""
        return (WRAPPER, *path) if self.is_wrapped and path[:1] != ("tags",) else path


@frozen
class DocumentReader:
    """Reads a document; of its values it shows none."""

    def __call__(self, value: object) -> Document:
        if isinstance(value, str):
            try:
                value = json_text.parse(value)
            except ValueError as error:
                raise _not_a_document(f"expected an object as JSON or YAML: {error}") from None
        if not isinstance(value, dict):
            raise _not_a_document("expected a task definition as a JSON or YAML object")
        errors = tuple(_errors(value, ()))
        document = _unwrapped(value)
        if errors:
            raise PartialValueError(document, errors)
        return document


def _not_a_document(message: str) -> PartialValueError:
    return PartialValueError(None, (FieldError(message=message, is_document=True),))


def _unwrapped(value: Mapping[str, Any]) -> Document:
    match value:
        case {"taskDefinition": dict(members), **others}:
            # What else there is besides the two is unknown, as it would be within the task definition.
            return Document(members={**members, **others}, is_wrapped=True)
        case _:
            return Document(members=value)


def _errors(value: object, path: Path) -> Iterator[FieldError]:
    """Yield the texts of a document that stay open, and those that no request can hold."""
    match value:
        case Unresolved():
            yield FieldError(path=path, message=value.why(hidden=True))
        case str():
            try:
                text(value)
            except PartialValueError as failure:
                yield from (evolve(error, path=path, value="") for error in failure.errors)
        case dict():
            for name, member in value.items():
                yield from _errors(member, (*path, name))
        case list():
            for index, item in enumerate(value):
                yield from _errors(item, (*path, index))
