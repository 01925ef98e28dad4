"""What the inputs of *Update Amazon ECS Service* must be together, by ECS' and Octopus' rules."""

from collections.abc import Iterator

from ecs_steps.octopus.inputs.reader import Finding, rule
from ecs_steps.octopus.inputs.rules import (
    environment_file_findings,
    repeated,
    secret_findings,
    tag_findings,
    unknown_image,
)
from ecs_steps.steps.common_rules import timed_wait, whole_account
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.tags import MOST_TAGS


@rule("container_updates")
def _some_container(inputs: UpdateInputs) -> Iterator[Finding]:
    if not inputs.container_updates:
        yield Finding(("container_updates",), "expected at least one container")


@rule("container_updates.containerName")
def _names(inputs: UpdateInputs) -> Iterator[Finding]:
    names = [update.container_name for update in inputs.container_updates]
    for index in repeated(names):
        yield Finding(
            ("container_updates", index, "containerName"), f"repeats the container {names[index]!a}"
        )


@rule("container_updates.packageReference")
def _images_known(inputs: UpdateInputs) -> Iterator[Finding]:
    for index, update in enumerate(inputs.container_updates):
        if update.package_reference and not inputs.image(update.package_reference):
            yield unknown_image(("container_updates", index, "packageReference"), update.package_reference)


@rule("container_updates.environmentVariables")
def _environment(inputs: UpdateInputs) -> Iterator[Finding]:
    for index, update in enumerate(inputs.container_updates):
        if update.environment_variables is None:
            continue
        items = update.environment_variables.items
        at = ("container_updates", index, "environmentVariables", "items")
        for position in repeated([item.key for item in items]):
            yield Finding((*at, position, "key"), f"repeats {items[position].key!a}")
        yield from secret_findings(at, items)


@rule("container_updates.environmentFiles")
def _environment_files(inputs: UpdateInputs) -> Iterator[Finding]:
    for index, update in enumerate(inputs.container_updates):
        if update.environment_files is not None:
            at = ("container_updates", index, "environmentFiles", "items")
            yield from environment_file_findings(at, update.environment_files.items)


@rule("container_updates")
def _some_change(inputs: UpdateInputs) -> Iterator[Finding]:
    for index, update in enumerate(inputs.container_updates):
        if update.changes_nothing:
            yield Finding(
                ("container_updates", index),
                f"changes nothing of container {update.container_name!a}: it names no packageReference and "
                "no environmentVariables or environmentFiles that would",
                is_warning=True,
            )


@rule("tags")
def _tags(inputs: UpdateInputs) -> Iterator[Finding]:
    if len(inputs.tags) > MOST_TAGS:
        yield Finding(("tags",), f"holds {len(inputs.tags)} tags; at most {MOST_TAGS} are allowed")
    yield from tag_findings("tags", inputs.tags)


RULES = (
    _some_container,
    _names,
    _images_known,
    _environment,
    _environment_files,
    _some_change,
    _tags,
    timed_wait,
    whole_account,
)
