"""Change sets of the fake CloudFormation: what an update would do, compared resource by resource.

What the real one says of a property (its path, whether its change is static or depends on another resource)
is believed from the API reference of ResourceChange and ResourceTargetDefinition.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from ecs_steps.sandbox.cloudformation.names import blueprint_scope
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account, ResourceType
from ecs_steps.sandbox.cloudformation.stack import Revision, Stack, new_uuid, to_milliseconds
from ecs_steps.sandbox.cloudformation.template import Declaration, references
from ecs_steps.sandbox.service_error import ServiceError

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
PAGE = 100


@frozen(kw_only=True)
class ChangeSet:
    """A change set, complete as soon as it is made."""

    id: str
    name: str
    token: str
    created_at: datetime
    changes: tuple[Mapping[str, Any], ...]

    def describe(self, stack: Stack, token: str) -> dict[str, Any]:
        """Describe it and a page of its changes as DescribeChangeSet does."""
        first = int(token or 0)
        failed = {"Status": "FAILED", "StatusReason": NO_CHANGES, "ExecutionStatus": "UNAVAILABLE"}
        made = {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE"}
        more = {"NextToken": str(first + PAGE)} if first + PAGE < len(self.changes) else {}
        return {
            "ChangeSetId": self.id,
            "ChangeSetName": self.name,
            "StackId": stack.id,
            "StackName": stack.name,
            "CreationTime": to_milliseconds(self.created_at),
            "Changes": [
                {"Type": "Resource", "ResourceChange": dict(change)}
                for change in self.changes[first : first + PAGE]
            ],
            **(made if self.changes else failed),
            **more,
        }


@frozen(kw_only=True)
class ChangeSets:
    """The change sets of one account and region."""

    account: Account
    types: Mapping[str, ResourceType]
    ids: random.Random
    _made: dict[tuple[str, str], ChangeSet] = field(factory=dict)

    def made_by(self, stack: Stack, request: Mapping[str, Any]) -> ChangeSet | None:
        """Return the change set that this client's token has made already."""
        made = self._made.get((stack.id, request["ChangeSetName"]))
        return made if made and made.token and made.token == request.get("ClientToken") else None

    def make(self, name: str, stack: Stack, revision: Revision, *, token: str = "") -> ChangeSet:
        """Make a change set from what a stack has now to a revision.

        Raises:
            ServiceError: The stack has one of that name.
        """
        if (stack.id, name) in self._made:
            raise ServiceError("AlreadyExistsException", f"ChangeSet {name} already exists")
        now = Revision(
            template=stack.revision.template, parameters=stack.revision.parameters, tags=stack.revision.tags
        )
        is_new = stack.status == "REVIEW_IN_PROGRESS"
        change_set = ChangeSet(
            id=self.account.arn("cloudformation", f"changeSet/{name}/{new_uuid(self.ids)}"),
            name=name,
            token=token,
            created_at=self.account.timeline.now,
            changes=tuple(self._changes(stack, None if is_new else now, revision)),
        )
        self._made[stack.id, name] = change_set
        return change_set

    def find(self, stack: Stack, name: str) -> ChangeSet:
        """Find a change set of a stack by its name or id.

        Raises:
            ServiceError: There is none.
        """
        for change_set in self._of(stack):
            if name in {change_set.name, change_set.id}:
                return change_set
        raise ServiceError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", status=404)

    def summaries(self, stack: Stack) -> list[dict[str, Any]]:
        """List the change sets of a stack as ListChangeSets does."""
        return [
            {
                "ChangeSetId": each.id,
                "ChangeSetName": each.name,
                "CreationTime": to_milliseconds(each.created_at),
            }
            for each in self._of(stack)
        ]

    def discard(self, stack: Stack, name: str) -> None:
        """Delete a change set; one that does not exist is no error."""
        for change_set in self._of(stack):
            if name in {change_set.name, change_set.id}:
                del self._made[stack.id, change_set.name]

    def _of(self, stack: Stack) -> list[ChangeSet]:
        return [change_set for (owner, _), change_set in self._made.items() if owner == stack.id]

    def _changes(self, stack: Stack, old: Revision | None, new: Revision) -> Iterator[dict[str, Any]]:
        before, after = (self._resolved(stack, each) if each else {} for each in (old, new))
        replaced: set[str] = set()
        for name, (declaration, properties) in sorted(after.items(), key=lambda item: len(item[1][0].needs)):
            if name not in before:
                yield {"Action": "Add", "LogicalResourceId": name, "ResourceType": declaration.type}
                continue
            was = before[name][1]
            create_only = self.types[declaration.type].create_only
            depends = {
                member: replaced & {path.partition(".")[0] for path in references(value)}
                for member, value in declaration.properties.items()
            }
            details = [
                _detail(member, create_only, cause="")
                for member in sorted({*was, *properties})
                if was.get(member) != properties.get(member)
            ]
            details += [
                _detail(member, create_only, cause=min(causes))
                for member, causes in depends.items()
                if causes and was.get(member) == properties.get(member)
            ]
            if old and old.tags != new.tags:
                details.append({"Target": {"Attribute": "Tags", "RequiresRecreation": "Never"}, **_DIRECT})
            if details:
                replacement = _replacement(details)
                replaced |= {name} if replacement == "True" else set()
                yield {
                    "Action": "Modify",
                    "LogicalResourceId": name,
                    "PhysicalResourceId": stack.resources[name].physical_id,
                    "ResourceType": declaration.type,
                    "Replacement": replacement,
                    "Scope": sorted({detail["Target"]["Attribute"] for detail in details}),
                    "Details": details,
                }
        for name, (declaration, _) in before.items():
            if name not in after:
                physical = stack.resources[name].physical_id
                yield {
                    "Action": "Remove",
                    "LogicalResourceId": name,
                    "PhysicalResourceId": physical,
                    "ResourceType": declaration.type,
                }

    def _resolved(self, stack: Stack, revision: Revision) -> dict[str, tuple[Declaration, Mapping[str, Any]]]:
        scope = blueprint_scope(revision, stack, self.account)
        return {
            name: (item, scope.resolve(item.properties)) for name, item in revision.template.resources.items()
        }


_DIRECT = {"Evaluation": "Static", "ChangeSource": "DirectModification"}


def _detail(member: str, create_only: frozenset[str], *, cause: str) -> dict[str, Any]:
    target = {
        "Attribute": "Properties",
        "Name": member,
        "Path": f"/Properties/{member}",
        "RequiresRecreation": "Always" if member in create_only else "Never",
    }
    if not cause:
        return {"Target": target, **_DIRECT}
    return {
        "Target": target,
        "Evaluation": "Dynamic",
        "ChangeSource": "ResourceReference",
        "CausingEntity": cause,
    }


def _replacement(details: list[dict[str, Any]]) -> str:
    recreating = [each for each in details if each["Target"]["RequiresRecreation"] == "Always"]
    if any(each["Evaluation"] == "Static" for each in recreating):
        return "True"
    return "Conditional" if recreating else "False"
