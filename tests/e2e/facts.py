"""The content of an AWS account, as leaves that can be compared one by one."""

from collections.abc import Iterator, Mapping
from typing import Any

from ecs_steps.aws.clients import AwsClients
from ecs_steps.aws.task_definitions import describe_task_definition, register_request

Leaves = Mapping[str, object]
EMPTY: tuple[object, ...] = (None, "", [], {})


def leaves(value: object, path: str = "") -> dict[str, object]:
    """Return the value at each path (``containerDefinitions[web].image``).

    An empty member counts as absent. An item of a list is known by its name, where it has one.
    """
    return dict(_leaves(value, path))


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if value in EMPTY:
        return
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{_name(item, index)}]")
    else:
        yield path, value


def _name(item: object, index: int) -> object:
    named = item if isinstance(item, Mapping) else {}
    return named.get("name") or named.get("key") or named.get("Key") or named.get("sourceVolume") or index


def revision(aws: AwsClients, name: str) -> dict[str, object]:
    """Return the leaves of a task definition, as far as it could be registered again."""
    found = describe_task_definition(aws, name)
    request: Mapping[str, Any] = register_request(found.raw, found.tags, aws.ecs.meta.service_model)
    return leaves(request)


def revisions(aws: AwsClients, family: str) -> list[str]:
    """Return the names of a family's active revisions (``orders:1``)."""
    arns = aws.ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]
    return [arn.rpartition("/")[2] for arn in arns]
