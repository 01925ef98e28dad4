"""The next revision of a task definition: template -> container updates -> tags -> plan; pure.

Revisions are requests to RegisterTaskDefinition, in ECS' own words and with their tags: the registered ones
(see `aws.register_model`) and the next one. A member that no update names is carried over unchanged.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from attrs import evolve, frozen

from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.tags import MAX_TAGS, Tag, fit_tags, read_tags
from ecs_steps.task_definition.container_updates import ContainerUpdate, updated
from ecs_steps.task_definition.normalize import same_revision

Revision = Mapping[str, Any]


@frozen(kw_only=True)
class RegisteredRevision:
    """A registered revision, as the request that would register it again."""

    arn: str
    request: Revision


@frozen(kw_only=True)
class TagChanges:
    """The tags that a resource is to have besides its own; `tags_variable` is where the user's come from."""

    default_tags: tuple[Tag, ...]
    user_tags: tuple[Tag, ...]
    tags_variable: str

    def merged_tags(self, existing: Iterable[Tag]) -> tuple[tuple[Tag, ...], tuple[Problem, ...]]:
        """Return all tags that a resource is to have, and a warning where AWS' limit leaves default ones out.

        Raises:
            InvalidInputsError: The existing tags and the user's alone are more than that.
        """
        try:
            merged, dropped = fit_tags(existing, self.default_tags, self.user_tags)
        except ValueError as error:
            raise InvalidInputsError(problems=(self._tag_problem(str(error)),)) from None
        if not dropped:
            return merged, ()
        names = ", ".join(tag.key for tag in dropped)
        message = f"AWS takes at most {MAX_TAGS} tags on a resource; left out: {names}"
        return merged, (self._tag_problem(message),)

    def missing_tags(self, existing: Iterable[Tag]) -> tuple[Tag, ...]:
        """Return the tags that a resource lacks, or has with another value.

        Raises:
            InvalidInputsError: As `merged_tags`.
        """
        existing = tuple(existing)
        merged, _ = self.merged_tags(existing)
        return tuple(tag for tag in merged if tag not in existing)

    def without_known_defaults(self, existing: Iterable[Tag]) -> Self:
        """Return the changes without default tags that a resource has already, whatever their values.

        They say where it came from, which a later deployment does not change.
        """
        keys = {tag.key for tag in existing}
        return evolve(self, default_tags=tuple(tag for tag in self.default_tags if tag.key not in keys))

    def _tag_problem(self, message: str) -> Problem:
        return Problem(path=self.tags_variable, message=message)


@frozen(kw_only=True)
class RevisionChanges(TagChanges):
    """What the next revision of `family` is to have; `images` are by package reference in lower case."""

    family: str
    container_updates: tuple[ContainerUpdate, ...]
    images: Mapping[str, str]

    def image(self, reference: str) -> str:
        """Return the image of a package reference; empty where no release has chosen one."""
        return self.images.get(reference.casefold(), "")


@frozen(kw_only=True)
class RevisionPlan:
    """The next revision, and the family's `latest` one if it has any.

    Where they are the same the latest one is used, and `missing_tags` are those that it lacks.
    """

    latest: RegisteredRevision | None
    next_request: Revision
    missing_tags: tuple[Tag, ...]
    warnings: tuple[Problem, ...]

    @property
    def family(self) -> str:
        """The family that the next revision is registered in."""
        family: str = self.next_request["family"]
        return family

    @property
    def needs_registration(self) -> bool:
        """Whether the next revision differs from the latest one in more than its tags."""
        return self.latest is None or not same_revision(self.next_request, self.latest.request)


def plan_revision(
    template: RegisteredRevision, latest: RegisteredRevision | None, changes: RevisionChanges
) -> RevisionPlan:
    """Plan the next revision as a copy of `template` with the changes.

    Raises:
        InvalidInputsError: The tags are more than AWS takes.
    """
    request, warnings = next_request(template.request, changes)
    return RevisionPlan(
        latest=latest,
        next_request=request,
        missing_tags=changes.missing_tags(tags_of(latest.request)) if latest else (),
        warnings=warnings,
    )


def container_names(revision: Revision) -> tuple[str, ...]:
    """Return the names of a revision's containers."""
    return tuple(definition["name"] for definition in revision["containerDefinitions"])


def missing_containers(revision: Revision, updates: Iterable[ContainerUpdate]) -> tuple[str, ...]:
    """Return the containers that are to be updated and that the revision does not have."""
    existing = container_names(revision)
    return tuple(update.container_name for update in updates if update.container_name not in existing)


def tags_of(revision: Revision) -> tuple[Tag, ...]:
    """Return the tags of a request to RegisterTaskDefinition."""
    return read_tags(revision.get("tags", ()))


def next_request(template: Revision, changes: RevisionChanges) -> tuple[Revision, tuple[Problem, ...]]:
    """Return the request that registers a copy of the template with the changes, and warnings about it.

    An update of a container that the template lacks is ignored: check `missing_containers` first.

    Raises:
        InvalidInputsError: The template's tags and the user's are more than AWS takes.
    """
    updates = {update.container_name: update for update in changes.container_updates}
    tags, warnings = changes.merged_tags(tags_of(template))

    def next_definition(definition: Mapping[str, Any]) -> dict[str, Any]:
        if update := updates.get(definition["name"]):
            definition = updated(definition, update, changes.image(update.package_reference))
        return _without_empty_lists(definition)

    request = {
        **template,
        "family": changes.family,
        "containerDefinitions": [next_definition(each) for each in template["containerDefinitions"]],
        "tags": [{"key": tag.key, "value": tag.value} for tag in tags],
    }
    return _without_empty_roles(_without_empty_lists(request)), warnings


def _without_empty_lists(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what ECS reads like an absent member."""
    return {name: value for name, value in members.items() if value != []}


def _without_empty_roles(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what ECS refuses because it is no ARN."""
    return {name: value for name, value in members.items() if value or not name.endswith("RoleArn")}
