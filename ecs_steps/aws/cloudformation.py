"""CloudFormation's calls on one stack and its operations."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import Factory, frozen

from ecs_steps.aws.errors import calling, member, reply_time
from ecs_steps.aws.replies import all_from_reply, from_reply, reply_field
from ecs_steps.aws.stack_status import OperationKind, StackStatus
from ecs_steps.errors import AwsCallError, StackFailedError

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.tags import Tag

MAX_INLINE_BYTES = 51_200
MAX_S3_BYTES = 1_048_576


@frozen(kw_only=True)
class StackRequest:
    """The requested state of a stack: the template as plain data, and text for each of its parameters.

    Of an existing stack the `fixed_parameters` have the same values, or it is another service's; a stack that
    `may_be_renamed` may still be updated. `log_group` is checked before anything is made.
    """

    name: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    tags: "tuple[Tag, ...]" = ()
    template_bucket: str = ""
    log_group: str = ""
    fixed_parameters: tuple[str, ...] = ()
    may_be_renamed: bool = False


@frozen(kw_only=True)
class Stack:
    """A stack as CloudFormation describes it; `read_at` is AWS' time of the reply."""

    stack_id: str = reply_field("StackId")
    name: str = reply_field("StackName")
    status: StackStatus = reply_field("StackStatus", read=StackStatus)
    reason: str = reply_field("StackStatusReason", "")
    is_protected: bool = reply_field("EnableTerminationProtection", default=False)
    parameters: Mapping[str, str] = reply_field(
        "Parameters",
        Factory(dict),
        read=lambda items: {each["ParameterKey"]: each.get("ParameterValue", "") for each in items},
    )
    read_at: datetime | None = None

    def operation(self, kind: OperationKind, token: str) -> "StackOperation":
        """Return an operation of this stack."""
        return StackOperation(kind=kind, stack_name=self.name, stack_id=self.stack_id, token=token)


@frozen(kw_only=True)
class StackOperation:
    """One create, update, delete or rollback of a stack; all of its events carry its token.

    `began_at` is AWS' time, none where it is not known.
    """

    kind: OperationKind
    stack_name: str
    stack_id: str
    token: str
    began_at: datetime | None = None


NAME_PREFIX = "ecs-steps-"


def new_token() -> str:
    """Return a token for an operation: sent again, it is the same operation and not a second one."""
    return f"{NAME_PREFIX}{uuid4()}"


def describe_stack(aws: "AwsClients", name_or_id: str) -> Stack | None:
    """Return the stack, or none where there is none (a deleted one is found by its id alone)."""
    try:
        with calling("cloudformation:DescribeStacks", f"stack {name_or_id}"):
            reply = aws.cloudformation.describe_stacks(StackName=name_or_id)
    except AwsCallError as error:
        if error.code == "ValidationError" and "does not exist" in error.why:
            return None
        raise
    stack = member(reply, "Stacks", "DescribeStacks")[0]
    return from_reply(Stack, stack, read_at=reply_time(reply))


def create_stack(aws: "AwsClients", request: StackRequest, token: str) -> StackOperation:
    """Start to create a stack.

    Raises:
        AwsCallError: Code `AlreadyExistsException` where there is one by now.
    """
    arguments = _arguments(aws, request)
    with calling("cloudformation:CreateStack", f"stack {request.name}"):
        reply = aws.cloudformation.create_stack(**arguments, ClientRequestToken=token)
    return StackOperation(
        kind=OperationKind.CREATE,
        stack_name=request.name,
        stack_id=member(reply, "StackId", "CreateStack"),
        token=token,
        began_at=reply_time(reply),
    )


def update_stack(aws: "AwsClients", request: StackRequest, token: str) -> StackOperation | None:
    """Start to update a stack, or return none where it is already as requested."""
    arguments = _arguments(aws, request)
    try:
        with calling("cloudformation:UpdateStack", f"stack {request.name}"):
            reply = aws.cloudformation.update_stack(**arguments, ClientRequestToken=token)
    except AwsCallError as error:
        if "No updates are to be performed" in error.why:
            return None
        raise
    return StackOperation(
        kind=OperationKind.UPDATE,
        stack_name=request.name,
        stack_id=member(reply, "StackId", "UpdateStack"),
        token=token,
        began_at=reply_time(reply),
    )


def _paths(details: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    targets = [detail.get("Target", {}) for detail in details]
    # Without property values in the request the path may be missing; the property is always named.
    paths = (
        target.get("Path") or "/".join(filter(None, ["", target.get("Attribute"), target.get("Name")]))
        for target in targets
    )
    return tuple(dict.fromkeys(paths))


@frozen(kw_only=True)
class ResourceChange:
    """What would become of one resource; `properties` are paths, none of their values is read.

    `action` is Add, Modify or Remove; `replacement` True, False or Conditional, and empty but for Modify.
    """

    action: str = reply_field("ResourceChange.Action", "")
    logical_id: str = reply_field("ResourceChange.LogicalResourceId", "")
    resource_type: str = reply_field("ResourceChange.ResourceType", "")
    replacement: str = reply_field("ResourceChange.Replacement", "")
    properties: tuple[str, ...] = reply_field("ResourceChange.Details", (), read=_paths)


def create_change_set(aws: "AwsClients", request: StackRequest, name: str, *, is_new: bool) -> str:
    """Plan what an update of a stack would do, or the creation of a stack, and return the stack's id.

    A stack that is new stands there without resources from now on, as REVIEW_IN_PROGRESS.
    """
    arguments = _arguments(aws, request)
    with calling("cloudformation:CreateChangeSet", f"stack {request.name}"):
        reply = aws.cloudformation.create_change_set(
            **arguments,
            ChangeSetName=name,
            ChangeSetType="CREATE" if is_new else "UPDATE",
            ClientToken=name,
        )
    return str(member(reply, "StackId", "CreateChangeSet"))


def describe_change_set(
    aws: "AwsClients", stack_id: str, name: str
) -> tuple[str, str, tuple[ResourceChange, ...]]:
    """Return a change set's status, the reason of it, and its changes."""
    with calling("cloudformation:DescribeChangeSet", f"stack {stack_id}"):
        paginator = aws.cloudformation.get_paginator("describe_change_set")
        pages = list(paginator.paginate(StackName=stack_id, ChangeSetName=name))
    changes = all_from_reply(ResourceChange)(each for page in pages for each in page.get("Changes", ()))
    status = member(pages[-1], "Status", "DescribeChangeSet")
    return status, pages[-1].get("StatusReason", ""), changes


def list_change_sets(aws: "AwsClients", stack_id: str) -> dict[str, datetime]:
    """Return the names of a stack's change sets, and when each was made."""
    with calling("cloudformation:ListChangeSets", f"stack {stack_id}"):
        pages = aws.cloudformation.get_paginator("list_change_sets").paginate(StackName=stack_id)
        return {
            each["ChangeSetName"]: each["CreationTime"]
            for page in pages
            for each in member(page, "Summaries", "ListChangeSets")
        }


def delete_change_set(aws: "AwsClients", stack_id: str, name: str) -> None:
    """Delete a change set; one that does not exist is no error."""
    with calling("cloudformation:DeleteChangeSet", f"stack {stack_id}"):
        aws.cloudformation.delete_change_set(StackName=stack_id, ChangeSetName=name)


def delete_stack(aws: "AwsClients", stack: Stack, token: str) -> StackOperation:
    """Start to delete a stack."""
    with calling("cloudformation:DeleteStack", f"stack {stack.name}"):
        aws.cloudformation.delete_stack(StackName=stack.stack_id, ClientRequestToken=token)
    return stack.operation(OperationKind.DELETE, token)


def continue_rollback(aws: "AwsClients", stack: Stack, token: str) -> StackOperation:
    """Continue a rollback that failed."""
    with calling("cloudformation:ContinueUpdateRollback", f"stack {stack.name}"):
        aws.cloudformation.continue_update_rollback(StackName=stack.stack_id, ClientRequestToken=token)
    return stack.operation(OperationKind.CONTINUE_ROLLBACK, token)


def cancel_update(aws: "AwsClients", stack: Stack, token: str) -> StackOperation:
    """Stop an update and roll it back; one that is on its way back already needs no stop."""
    try:
        with calling("cloudformation:CancelUpdateStack", f"stack {stack.name}"):
            aws.cloudformation.cancel_update_stack(StackName=stack.stack_id, ClientRequestToken=token)
    except AwsCallError as error:
        # A call whose reply was lost is refused when it is made again.
        now = describe_stack(aws, stack.stack_id) if error.code == "ValidationError" else None
        if now is None or not now.status.is_rollback:
            raise
    return stack.operation(OperationKind.CONTINUE_ROLLBACK, token)


def stack_resources(aws: "AwsClients", stack_id: str) -> dict[str, str]:
    """Return the physical id of each resource of a stack, by logical id."""
    with calling("cloudformation:DescribeStackResources", f"stack {stack_id}"):
        reply = aws.cloudformation.describe_stack_resources(StackName=stack_id)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in member(reply, "StackResources", "DescribeStackResources")
        if "PhysicalResourceId" in resource
    }


def _arguments(aws: "AwsClients", request: StackRequest) -> dict[str, Any]:
    return {
        "StackName": request.name,
        **_template(aws, request),
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value} for name, value in request.parameters.items()
        ],
        "Tags": [{"Key": tag.key, "Value": tag.value} for tag in request.tags],
        # The stack may make a role, and roles in paths or with names count as named ones.
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }


def _template(aws: "AwsClients", request: StackRequest) -> dict[str, str]:
    body = json.dumps(request.template, separators=(",", ":"), ensure_ascii=False)
    content = body.encode()
    if len(content) <= MAX_INLINE_BYTES:
        return {"TemplateBody": body}
    too_large = f"it has {len(content):,} bytes as compact JSON"
    if not request.template_bucket:
        raise StackFailedError(
            what="The template is too large to send to CloudFormation",
            why=f"{too_large}, and {MAX_INLINE_BYTES:,} are allowed",
            next_step="Give the step a template bucket in the stack's region: "
            f"through S3 {MAX_S3_BYTES:,} bytes are allowed.",
        )
    if len(content) > MAX_S3_BYTES:
        raise StackFailedError(
            what="The template is too large for CloudFormation",
            why=f"{too_large}, and {MAX_S3_BYTES:,} are allowed through S3",
            next_step="Take something out: long environment values can go to an environment file.",
        )
    key = f"ecs-steps/{request.name}/{hashlib.sha256(content).hexdigest()}.json"
    with calling("s3:PutObject", f"bucket {request.template_bucket}"):
        aws.s3.put_object(
            Bucket=request.template_bucket, Key=key, Body=content, ContentType="application/json"
        )
    return {"TemplateURL": f"{aws.s3.meta.endpoint_url}/{request.template_bucket}/{key}"}
