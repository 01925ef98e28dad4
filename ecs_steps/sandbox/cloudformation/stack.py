"""A stack: what it holds, and all of its events."""

import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attrs import define, field, frozen

from ecs_steps.sandbox.cloudformation.template import Template
from ecs_steps.sandbox.timeline import Timeline

STACK_TYPE = "AWS::CloudFormation::Stack"


@frozen(kw_only=True)
class Wanted:
    """What a stack wants of one resource: plain properties, and the tags of the stack and of its own.

    `problem` says why they cannot be resolved; the resource then fails.
    """

    stack_name: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]
    tags: Mapping[str, str]
    problem: str = ""


@define(kw_only=True)
class Resource:
    """One resource of a stack, or what one was: `physical_id` is empty until it is there."""

    wanted: Wanted
    needs: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"
    physical_id: str = ""
    status: str = ""
    reason: str = ""
    changed_at: datetime | None = None

    @property
    def logical_id(self) -> str:
        return self.wanted.logical_id


@frozen(kw_only=True)
class Operation:
    """One operation on a stack, and the client's token of it."""

    kind: str
    token: str
    id: str


@define(kw_only=True)
class Revision:
    """What a stack was made from, and what there was of it."""

    template: Template
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    resources: dict[str, Resource] = field(factory=dict)


@define(kw_only=True)
class Stack:
    """One stack, deleted or not."""

    id: str
    name: str
    created_at: datetime
    revision: Revision
    operation: Operation
    timeline: Timeline
    ids: random.Random
    status: str = ""
    reason: str = ""
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    capabilities: list[str] = field(factory=list)
    outputs: list[dict[str, str]] = field(factory=list)
    events: list[dict[str, Any]] = field(factory=list)
    termination_protection: bool = False
    on_failure: str = "ROLLBACK"
    former: Revision | None = None
    """What to go back to while an update may still fail."""
    touched: set[str] = field(factory=set)
    """Logical ids that the running update has begun to change and that no way back has restored."""
    leftovers: list[Resource] = field(factory=list)
    """What no revision holds any more and still has to be deleted."""

    @property
    def resources(self) -> dict[str, Resource]:
        return self.revision.resources

    def record(self, status: str, reason: str = "") -> None:
        """Set the status and add its event."""
        self.status, self.reason = status, reason
        self._add_event(
            {
                "LogicalResourceId": self.name,
                "PhysicalResourceId": self.id,
                "ResourceType": STACK_TYPE,
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
            }
        )

    def record_resource(self, resource: Resource, status: str, reason: str = "") -> None:
        """Set a resource's status and add its event."""
        resource.status, resource.reason, resource.changed_at = status, reason, self.timeline.now
        self._add_event(
            {
                "LogicalResourceId": resource.logical_id,
                "PhysicalResourceId": resource.physical_id,
                "ResourceType": resource.wanted.type,
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
                "ResourceProperties": json.dumps(resource.wanted.properties, separators=(",", ":")),
            }
        )

    def _add_event(self, what: Mapping[str, str]) -> None:
        event = {
            "StackId": self.id,
            "EventId": new_uuid(self.ids),
            "StackName": self.name,
            "OperationId": self.operation.id,
            **what,
            "Timestamp": to_milliseconds(self.timeline.now),
            "ClientRequestToken": self.operation.token,
        }
        self.events.append(
            {name: value for name, value in event.items() if value or name == "PhysicalResourceId"}
        )


def new_uuid(ids: random.Random) -> str:
    """Draw a UUID."""
    return str(UUID(int=ids.getrandbits(128), version=4))


def to_milliseconds(moment: datetime) -> datetime:
    """Cut a time to CloudFormation's precision."""
    return moment - timedelta(microseconds=moment.microsecond % 1000)
