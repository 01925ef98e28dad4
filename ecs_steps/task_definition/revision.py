"""The next revision of a task definition; pure.

Revisions are requests to RegisterTaskDefinition, in ECS' own words and with their tags: what there is (see
`aws.register_model`), and what is to be. A member that no update speaks of is carried over as it stands.
"""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ecs_steps.errors import Problem
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.task_definition.container_updates import ContainerUpdate
from ecs_steps.task_definition.next_container import (
    Definition,
    with_environment,
    with_environment_files,
    with_image,
)
from ecs_steps.task_definition.revision_tags import merged_tags, tags_of

Revision = Mapping[str, Any]


@frozen(kw_only=True)
class NextRevision:
    """The request that registers the revision, and what is suspicious about it."""

    request: Revision
    warnings: tuple[Problem, ...]


def container_names(revision: Revision) -> tuple[str, ...]:
    """Return the names of a revision's containers."""
    return tuple(definition["name"] for definition in revision["containerDefinitions"])


def missing_containers(revision: Revision, inputs: UpdateInputs) -> tuple[str, ...]:
    """Return the containers that are to be updated and that the revision does not have."""
    there = container_names(revision)
    wanted = (update.container_name for update in inputs.container_updates)
    return tuple(name for name in wanted if name not in there)


def next_revision(template: Revision, inputs: UpdateInputs) -> NextRevision:
    """Return a copy of the template in the target family, with the updates applied.

    An update of a container that is not there is passed over: ask `missing_containers` first.

    Raises:
        InvalidInputsError: The template's tags and the user's are more than AWS takes.
    """
    updates = {update.container_name: update for update in inputs.container_updates}
    tags, warnings = merged_tags(tags_of(template), inputs)
    request = {
        **template,
        "family": inputs.target_task_definition_name,
        "containerDefinitions": [
            _without_empty_lists(_updated(definition, updates.get(definition["name"]), inputs))
            for definition in template["containerDefinitions"]
        ],
        "tags": [{"key": tag.key, "value": tag.value} for tag in tags],
    }
    return NextRevision(request=_without_empty_roles(_without_empty_lists(request)), warnings=warnings)


def _updated(definition: Definition, update: ContainerUpdate | None, inputs: UpdateInputs) -> Definition:
    if update is None:
        return definition
    definition = with_image(definition, inputs.image(update.package_reference))
    definition = with_environment(definition, update.environment_variables)
    return with_environment_files(definition, update.environment_files)


def _without_empty_lists(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what ECS reads like an absent member."""
    return {name: value for name, value in members.items() if value != []}


def _without_empty_roles(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what ECS refuses because it is no ARN."""
    return {name: value for name, value in members.items() if value or not name.endswith("RoleArn")}
