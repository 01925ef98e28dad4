"""Updates of containers: their JSON in Octopus' words, what they must be, and what they make of a definition.

Definitions are in ECS' own words, as RegisterTaskDefinition takes them. What exists keeps its place and its
other members, so that a difference shows what changed and nothing else.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Protocol

import attrs
from attrs import frozen

from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.members import member
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, item_rule, repeated, rule
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy, last_of
from ecs_steps.octopus.inputs.types import ContainerName
from ecs_steps.task_definition.container_findings import (
    environment_file_findings,
    environment_findings,
    package_image_findings,
)

Definition = Mapping[str, Any]


class Action(StrEnum):
    """Whether items replace what a container has, are added to it, or all of it is removed."""

    REPLACE = "Replace"
    APPEND = "Append"
    CLEAR = "Clear"


@frozen(kw_only=True)
class EnvironmentVariables:
    """Environment variables of a container, plain and secret ones together."""

    action: Action = member(
        "Replace all that there are, add to them, or remove all. Replace without items changes nothing."
    )
    items: tuple[KeyValue, ...] = member(
        "The variables.", ecs="environment; secrets, of type Secret", default=()
    )


@frozen(kw_only=True)
class EnvironmentFiles:
    """Environment files of a container: ARNs of S3 objects, which ECS reads from the first to the last."""

    action: Action = member("The same of files.")
    items: tuple[str, ...] = member("ARNs of S3 objects.", ecs="environmentFiles", default=())


def _changes(given: EnvironmentVariables | EnvironmentFiles) -> bool:
    return bool(given.items) or given.action is Action.CLEAR


@frozen(kw_only=True)
class ContainerUpdate:
    """What changes in one container; what is not given stays as it is."""

    container_name: ContainerName = member("A container of the template task definition.", ecs="name")
    package_reference: str = member(
        "The package reference whose image it gets; empty keeps its image.", ecs="image", default=""
    )
    environment_variables: EnvironmentVariables | None = member(
        "What becomes of its environment.", ecs="environment; secrets, of type Secret", default=None
    )
    environment_files: EnvironmentFiles | None = member(
        "What becomes of its environment files.", ecs="environmentFiles", default=None
    )


class ContainerUpdateInputs(attrs.AttrsInstance, Protocol):
    """Inputs of a step that updates containers."""

    @property
    def container_updates(self) -> tuple[ContainerUpdate, ...]: ...

    @property
    def images(self) -> Mapping[str, str]: ...


@rule("container_updates.containerName")
def _names(inputs: ContainerUpdateInputs) -> Iterator[Finding]:
    names = [update.container_name for update in inputs.container_updates]
    for index in repeated(names):
        yield Finding(
            ("container_updates", index, "containerName"), f"repeats the container {names[index]!a}"
        )


@item_rule("container_updates", "packageReference")
def _images(inputs: ContainerUpdateInputs, update: ContainerUpdate) -> Iterator[Finding]:
    if update.package_reference:
        yield from package_image_findings(("packageReference",), update.package_reference, inputs.images)


@item_rule("container_updates", "environmentVariables")
def _environment(_: ContainerUpdateInputs, update: ContainerUpdate) -> Iterator[Finding]:
    if variables := update.environment_variables:
        at = ("environmentVariables",)
        yield from _action_findings(at, variables)
        yield from environment_findings((*at, "items"), variables.items)


@item_rule("container_updates", "environmentFiles")
def _environment_files(_: ContainerUpdateInputs, update: ContainerUpdate) -> Iterator[Finding]:
    if files := update.environment_files:
        at = ("environmentFiles",)
        yield from _action_findings(at, files)
        yield from environment_file_findings((*at, "items"), files.items)


def _action_findings(at: Path, given: EnvironmentVariables | EnvironmentFiles) -> Iterator[Finding]:
    if given.action is Action.CLEAR and given.items:
        yield Finding((*at, "items"), "must be empty with the action Clear; Replace sets these and no others")
    if given.action is Action.REPLACE and not given.items:
        yield Finding(
            (*at, "items"),
            "is empty: Replace changes nothing then, as in Octopus' own step; Clear removes what there is",
            is_warning=True,
        )


@item_rule("container_updates", "packageReference", "environmentVariables", "environmentFiles")
def _some_change(_: ContainerUpdateInputs, update: ContainerUpdate) -> Iterator[Finding]:
    environment = (update.environment_variables, update.environment_files)
    # An empty Replace has a warning of its own.
    if not update.package_reference and all(
        given is None or (given.action is Action.APPEND and not given.items) for given in environment
    ):
        yield Finding(
            (),
            f"changes nothing of container {update.container_name!a}: it names no packageReference and no "
            "environmentVariables or environmentFiles that would",
            is_warning=True,
        )


CONTAINER_UPDATE_RULES: tuple[AnyRule[ContainerUpdateInputs], ...] = (
    _names,
    _images,
    _environment,
    _environment_files,
    _some_change,
)


def updated_images(inputs: ContainerUpdateInputs) -> dict[str, str]:
    """Return the image of each container, by its name, whose image is updated."""
    references = {update.container_name: update.package_reference for update in inputs.container_updates}
    images = {name: inputs.images.get(reference.casefold(), "") for name, reference in references.items()}
    return {name: image for name, image in images.items() if image}


def updated(definition: Definition, update: ContainerUpdate, image: str) -> Definition:
    """Return the definition with the update applied; without an image it keeps its own."""
    definition = {**definition, "image": image} if image else definition
    definition = with_environment(definition, update.environment_variables)
    return with_environment_files(definition, update.environment_files)


def with_environment(definition: Definition, variables: EnvironmentVariables | None) -> Definition:
    """Return the definition with its plain and secret variables replaced, added to or removed.

    ECS refuses a plain and a secret variable of one name: the new one replaces the other.
    """
    if variables is None or not _changes(variables):
        return definition
    appends = variables.action is Action.APPEND
    given = {item.key for item in variables.items}

    def entries(member: str, secrecy: Secrecy, value: str) -> list[Definition]:
        new = last_of(variables.items, secrecy)
        old = {
            entry["name"]: entry
            for entry in definition.get(member, [])
            if entry["name"] in new or (appends and entry["name"] not in given)
        }
        return [
            {**old.get(name, {"name": name}), value: new[name]} if name in new else old[name]
            for name in (old | new)
        ]

    return {
        **definition,
        "environment": entries("environment", Secrecy.PLAIN, "value"),
        "secrets": entries("secrets", Secrecy.SECRET, "valueFrom"),
    }


def with_environment_files(definition: Definition, files: EnvironmentFiles | None) -> Definition:
    """Return the definition with its environment files replaced, added to or removed; none occurs twice."""
    if files is None or not _changes(files):
        return definition
    old = {entry["value"]: entry for entry in definition.get("environmentFiles", [])}
    new = {arn: old.get(arn, {"value": arn, "type": "s3"}) for arn in files.items}
    kept = old | new if files.action is Action.APPEND else new
    return {**definition, "environmentFiles": list(kept.values())}
