"""The names that a step's inputs give to things in AWS, and how long each may be; pure."""

from collections.abc import Iterator, Mapping, Sequence

import attrs
from attrs import frozen

from ecs_steps.octopus.inputs.types import EcsName, Family, LogGroupName
from ecs_steps.octopus.naming import MAX_STACK_NAME_LENGTH

MAX_ECS_NAME_LENGTH = 255
MAX_LOG_GROUP_LENGTH = 512
MAX_TARGET_GROUP_LENGTH = 32


@frozen(kw_only=True)
class ResourceName:
    """A name in AWS: what it names, and the most characters that AWS takes."""

    label: str
    name: str
    limit: int


def resource_names(inputs: attrs.AttrsInstance) -> Iterator[ResourceName]:
    """Yield the names of a step's inputs: those of ECS, its stack, its log group and its target groups."""
    for field in attrs.fields(type(inputs)):
        name = getattr(inputs, field.name)
        if field.type in (EcsName, Family) and name:
            label = field.metadata["variable"].label
            yield ResourceName(label=label, name=name.rpartition("/")[2], limit=MAX_ECS_NAME_LENGTH)
        elif field.type == LogGroupName | None and name:
            yield ResourceName(label="Log group", name=name, limit=MAX_LOG_GROUP_LENGTH)
    if stack := getattr(inputs, "stack_name", ""):
        yield ResourceName(label="Stack", name=stack, limit=MAX_STACK_NAME_LENGTH)
    for mapping in getattr(inputs, "load_balancer_mappings", ()):
        name = mapping.target_group_arn.split("/")[-2]
        yield ResourceName(label="Target group", name=name, limit=MAX_TARGET_GROUP_LENGTH)


def longest(names: Mapping[str, Sequence[ResourceName]]) -> Iterator[tuple[str, ResourceName]]:
    """Yield the environment with the longest name of each kind, and that name."""
    by_label: dict[str, tuple[str, ResourceName]] = {}
    for environment, each in names.items():
        for name in each:
            if name.label not in by_label or len(name.name) > len(by_label[name.label][1].name):
                by_label[name.label] = (environment, name)
    yield from by_label.values()
