"""The events of one operation of a stack, or what its resources keep of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ecs_steps.aws.cloudformation import Stack, StackOperation, describe_stack
from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.replies import from_reply, reply_field
from ecs_steps.aws.stack_status import OperationKind

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class StackEvent:
    """One event of a stack."""

    event_id: str = reply_field("EventId")
    at: datetime = reply_field("Timestamp")
    logical_id: str = reply_field("LogicalResourceId", "")
    physical_id: str = reply_field("PhysicalResourceId", "")
    resource_type: str = reply_field("ResourceType", "")
    status: str = reply_field("ResourceStatus", "")
    reason: str = reply_field("ResourceStatusReason", "")
    is_of_stack: bool

    @property
    def failed(self) -> bool:
        return self.status.endswith("_FAILED")

    @property
    def ends_operation(self) -> bool:
        """Whether the operation may have ended; the stack's status decides."""
        return self.is_of_stack and ("COMPLETE" in self.status or self.failed)

    @property
    def begins_rollback(self) -> bool:
        return self.is_of_stack and self.status.endswith("ROLLBACK_IN_PROGRESS")


def last_operation(aws: "AwsClients", stack: Stack) -> StackOperation:
    """Return the operation that a stack's newest events are of."""
    with calling("cloudformation:DescribeStackEvents", f"stack {stack.name}"):
        reply = aws.cloudformation.describe_stack_events(StackName=stack.stack_id)
    newest = member(reply, "StackEvents", "DescribeStackEvents")[0]
    operation = stack.operation(OperationKind.UPDATE, newest.get("ClientRequestToken", ""))
    *_, begun = operation_events(aws, operation, {})
    kind = next(
        (kind for kind in OperationKind if kind.in_progress_status == begun.status), OperationKind.UPDATE
    )
    return evolve(operation, kind=kind, began_at=begun.at)


def operation_events(
    aws: "AwsClients", operation: StackOperation, known: Mapping[str, StackEvent]
) -> Iterator[StackEvent]:
    """Yield the operation's events, newest first, down to the first one that is in `known`."""
    more: dict[str, str] = {}
    while True:
        with calling("cloudformation:DescribeStackEvents", f"stack {operation.stack_name}"):
            reply = aws.cloudformation.describe_stack_events(StackName=operation.stack_id, **more)
        for item in member(reply, "StackEvents", "DescribeStackEvents"):
            if item.get("ClientRequestToken", "") != operation.token or item["EventId"] in known:
                # Operations of one stack follow each other: behind another's event there is none of ours.
                return
            is_of_stack = item.get("PhysicalResourceId") == operation.stack_id
            yield from_reply(StackEvent, item, is_of_stack=is_of_stack)
        if "NextToken" not in reply:
            return
        more = {"NextToken": reply["NextToken"]}


def resource_events(aws: "AwsClients", operation: StackOperation) -> Iterator[StackEvent]:
    """Yield the last event of each resource that the operation has touched, from the resources themselves.

    It is what is left where the events cannot be read: a resource keeps its status, its reason and its time.
    """
    with calling("cloudformation:DescribeStackResources", f"stack {operation.stack_id}"):
        reply = aws.cloudformation.describe_stack_resources(StackName=operation.stack_id)
    for item in member(reply, "StackResources", "DescribeStackResources"):
        if operation.began_at is None or item["Timestamp"] >= operation.began_at:
            event_id = f"{item['LogicalResourceId']}-{item['ResourceStatus']}-{item['Timestamp']}"
            yield from_reply(StackEvent, item, event_id=event_id, is_of_stack=False)


def find_operation(aws: "AwsClients", kind: OperationKind, name: str, token: str) -> StackOperation | None:
    """Return the operation of a stack that a token has begun; none where its newest events are not of it."""
    stack = describe_stack(aws, name)
    if stack is None:
        return None
    operation = stack.operation(kind, token)
    times = [event.at for event in operation_events(aws, operation, {})]
    return evolve(operation, began_at=min(times)) if times else None
