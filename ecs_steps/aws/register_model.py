"""What RegisterTaskDefinition takes of a task definition, by botocore's own model.

What ECS tells of a revision holds more than can be registered again (its ARN, its status, who registered it):
members of the reply that the request does not have. A member that is in neither shape is newer than the
installed botocore, which would refuse to send it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from ecs_steps.tags import Tag, without_aws_tags


def unknown_members(task_definition: Mapping[str, Any], model: ServiceModel) -> tuple[str, ...]:
    """Return the paths of all members that botocore does not know: ``containerDefinitions[0].newThing``.

    `task_definition` is the one in the raw reply: botocore's parser drops such members without a word.
    """
    reply = cast("StructureShape", model.operation_model("DescribeTaskDefinition").output_shape)
    return tuple(_strangers(task_definition, [reply.members["taskDefinition"], _request(model)], ""))


def _strangers(value: Any, shapes: list[Shape], path: str) -> Iterator[str]:  # noqa: ANN401  any JSON
    structures = [shape for shape in shapes if isinstance(shape, StructureShape)]
    lists = [shape for shape in shapes if isinstance(shape, ListShape)]
    if structures and isinstance(value, dict):
        for name, member in value.items():
            known = [shape.members[name] for shape in structures if name in shape.members]
            at = f"{path}.{name}" if path else name
            if known:
                yield from _strangers(member, known, at)
            elif member is not None:
                yield at
    elif lists and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strangers(item, [shape.member for shape in lists], f"{path}[{index}]")


def register_request(
    task_definition: Mapping[str, Any], tags: Iterable[Tag], model: ServiceModel
) -> dict[str, Any]:
    """Return the request that registers a described task definition once more, tags included.

    Tags under ``aws:`` are left out: only AWS sets them. So are members that botocore does not know; ask
    `unknown_members` first, or they are lost.
    """
    own = [{"key": tag.key, "value": tag.value} for tag in without_aws_tags(tags)]
    request: dict[str, Any] = _accepted(task_definition, _request(model))
    return {**request, "tags": own}


def _accepted(value: Any, shape: Shape) -> Any:  # noqa: ANN401  any JSON
    match shape:
        case StructureShape():
            return {
                name: _accepted(member, shape.members[name])
                for name, member in value.items()
                if name in shape.members and member is not None
            }
        case ListShape():
            return [_accepted(item, shape.member) for item in value]
        case _:
            return value


def _request(model: ServiceModel) -> StructureShape:
    return cast("StructureShape", model.operation_model("RegisterTaskDefinition").input_shape)
