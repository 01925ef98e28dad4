"""Task definitions: read whole, and registered once.

botocore drops the members of a reply that its model does not know, and refuses to send them. A revision that
holds one is newer than the installed botocore: the raw reply shows it, so that no copy loses it in silence.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from ecs_steps.aws.client_events import RAW_REPLY, at_most_once
from ecs_steps.aws.errors import calling, lost_reply, member
from ecs_steps.errors import AwsCallError, NotFoundError
from ecs_steps.tags import Tag, read_tags, without_aws_tags

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class TaskDefinition:
    """A revision: `raw` holds every member that AWS sent, known to botocore or not."""

    raw: Mapping[str, Any]
    tags: tuple[Tag, ...]

    @property
    def arn(self) -> str:
        return str(self.raw["taskDefinitionArn"])

    @property
    def family(self) -> str:
        return str(self.raw["family"])

    @property
    def is_active(self) -> bool:
        return self.raw.get("status") == "ACTIVE"


def describe_task_definition(aws: "AwsClients", name: str) -> TaskDefinition:
    """Return a revision by family (its latest active one), `family:revision` or ARN.

    Raises:
        NotFoundError: There is none; ECS says "Unable to describe task definition".
        AccessDeniedError: The credentials may not read it.
    """
    try:
        with calling("ecs:DescribeTaskDefinition", f"task definition {name}"):
            reply: Mapping[str, Any] = aws.ecs.describe_task_definition(taskDefinition=name, include=["TAGS"])
    except AwsCallError as error:
        if "nable to describe task definition" not in error.why:
            raise
        raise NotFoundError(
            what=f"Task definition {name} was not found",
            why="ECS knows no active revision of that name in this account and region",
            next_step="Check the name, the account and the region; deregistered revisions do not count.",
        ) from error
    raw = member(reply, RAW_REPLY, "DescribeTaskDefinition")
    return TaskDefinition(
        raw=member(raw, "taskDefinition", "DescribeTaskDefinition"),
        tags=read_tags(reply.get("tags", ())),
    )


def register_task_definition(aws: "AwsClients", request: Mapping[str, Any]) -> str:
    """Register a revision and return its ARN; not retried, since a lost reply may hide a new revision."""
    with calling("ecs:RegisterTaskDefinition", f"task definition {request['family']}"), at_most_once():
        reply: Mapping[str, Any] = aws.ecs.register_task_definition(**request)
    registered = member(reply, "taskDefinition", "RegisterTaskDefinition")
    if "taskDefinitionArn" not in registered:
        raise lost_reply("RegisterTaskDefinition")
    return str(registered["taskDefinitionArn"])


def deregister_task_definition(aws: "AwsClients", arn: str) -> None:
    """Make a revision INACTIVE: services that run it keep it, and no service can be moved to it any more."""
    with calling("ecs:DeregisterTaskDefinition", f"task definition {arn}"):
        aws.ecs.deregister_task_definition(taskDefinition=arn)


def unknown_members(task_definition: Mapping[str, Any], model: ServiceModel) -> tuple[str, ...]:
    """Return the paths of all members that botocore does not know: ``containerDefinitions[0].newThing``.

    `task_definition` is the one in the raw reply. A member that neither the reply's shape nor the request's
    has is newer than this botocore.
    """
    reply = cast("StructureShape", model.operation_model("DescribeTaskDefinition").output_shape)
    return tuple(_unknown(task_definition, [reply.members["taskDefinition"], request_shape(model)], ""))


def _unknown(value: Any, shapes: list[Shape], path: str) -> Iterator[str]:  # noqa: ANN401  any JSON
    structures = [shape for shape in shapes if isinstance(shape, StructureShape)]
    lists = [shape for shape in shapes if isinstance(shape, ListShape)]
    if structures and isinstance(value, dict):
        for name, item in value.items():
            known = [shape.members[name] for shape in structures if name in shape.members]
            item_path = f"{path}.{name}" if path else name
            if known:
                yield from _unknown(item, known, item_path)
            elif item is not None:
                yield item_path
    elif lists and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(item, [shape.member for shape in lists], f"{path}[{index}]")


def register_request(
    task_definition: Mapping[str, Any], tags: Iterable[Tag], model: ServiceModel
) -> dict[str, Any]:
    """Return the request that registers a described task definition once more, tags included.

    It has the members that RegisterTaskDefinition accepts by botocore's own model; the ARN, the status and
    who registered it are output only. Tags under ``aws:`` are left out: only AWS sets them. So are members
    that botocore does not know; check `unknown_members` first, or they are lost.
    """
    own = [{"key": tag.key, "value": tag.value} for tag in without_aws_tags(tags)]
    request: dict[str, Any] = _accepted(task_definition, request_shape(model))
    return {**request, "tags": own}


def _accepted(value: Any, shape: Shape) -> Any:  # noqa: ANN401  any JSON
    match shape:
        case StructureShape():
            return {
                name: _accepted(item, shape.members[name])
                for name, item in value.items()
                if name in shape.members and item is not None
            }
        case ListShape():
            return [_accepted(item, shape.member) for item in value]
        case _:
            return value


def request_shape(model: ServiceModel) -> StructureShape:
    """Return what RegisterTaskDefinition takes."""
    return cast("StructureShape", model.operation_model("RegisterTaskDefinition").input_shape)
