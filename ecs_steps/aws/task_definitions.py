"""Task definitions: read whole, and registered once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, lost_reply, member
from ecs_steps.aws.raw_reply import RAW_REPLY
from ecs_steps.aws.retries import at_most_once
from ecs_steps.errors import AwsCallError, NotFoundError
from ecs_steps.tags import Tag

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
    tags = reply.get("tags", [])
    return TaskDefinition(
        raw=member(
            member(reply, RAW_REPLY, "DescribeTaskDefinition"), "taskDefinition", "DescribeTaskDefinition"
        ),
        tags=tuple(Tag(key=tag["key"], value=tag.get("value", "")) for tag in tags),
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
