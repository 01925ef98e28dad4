"""Stacks in the shapes of the API's replies."""

from typing import Any

from ecs_steps.sandbox.cloudformation.stack import Resource, Stack, to_milliseconds
from ecs_steps.sandbox.cloudformation.template import invalid

Reply = dict[str, Any]
_NOT_DRIFTED = "NOT_CHECKED"


def describe(stack: Stack) -> Reply:
    """Describe a stack as DescribeStacks does."""
    described = {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.revision.template.description,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in stack.revision.parameters.items()
        ],
        "CreationTime": to_milliseconds(stack.created_at),
        "LastUpdatedTime": stack.updated_at and to_milliseconds(stack.updated_at),
        "DeletionTime": stack.deleted_at and to_milliseconds(stack.deleted_at),
        "RollbackConfiguration": {},
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "NotificationARNs": [],
        "Capabilities": stack.capabilities,
        "Outputs": stack.outputs,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.revision.tags.items()],
        "EnableTerminationProtection": stack.termination_protection,
        "DriftInformation": {"StackDriftStatus": _NOT_DRIFTED},
    }
    optional = {
        "Description",
        "DeletionTime",
        "LastUpdatedTime",
        "Outputs",
        "Parameters",
        "StackStatusReason",
    }
    return {name: value for name, value in described.items() if value or name not in optional}


def describe_resource(stack: Stack, resource: Resource) -> Reply:
    """Describe a resource as DescribeStackResources does."""
    described = {
        "StackName": stack.name,
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.wanted.type,
        "Timestamp": resource.changed_at and to_milliseconds(resource.changed_at),
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
        "DriftInformation": {"StackResourceDriftStatus": _NOT_DRIFTED},
    }
    return {name: value for name, value in described.items() if value}


def page_of_events(stack: Stack, token: str | None, size: int) -> Reply:
    """Return a page of events, newest first; the token is the last event of the page before."""
    events = stack.events[::-1]
    ids = [event["EventId"] for event in events]
    if token and token not in ids:
        raise invalid("NextToken is not valid")
    first = ids.index(token) + 1 if token else 0
    page = events[first : first + size]
    more = first + size < len(events)
    return {"StackEvents": page, **({"NextToken": page[-1]["EventId"]} if more else {})}
