"""Task definitions: families and their revisions, which are never changed, only deregistered."""

import copy
from typing import Any

from attrs import define, field

from ecs_steps.sandbox.ecs import task_definition_rules as rules
from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.request import Reply, Request, Tags, page, short_name, tags_of
from ecs_steps.sandbox.service_error import ServiceError


@define(eq=False)
class Revision:
    """One registered revision; `members` are those of a reply's ``taskDefinition``."""

    members: dict[str, Any]
    tags: Tags

    @property
    def arn(self) -> str:
        return str(self.members["taskDefinitionArn"])

    @property
    def family(self) -> str:
        return str(self.members["family"])

    @property
    def name(self) -> str:
        """Return ``family:revision``."""
        return short_name(self.arn)

    @property
    def active(self) -> bool:
        return bool(self.members["status"] == "ACTIVE")

    @property
    def containers(self) -> list[dict[str, Any]]:
        containers: list[dict[str, Any]] = self.members["containerDefinitions"]
        return containers


@define
class TaskDefinitions:
    """The task definitions of the account."""

    account: Account
    _families: dict[str, list[Revision]] = field(factory=dict)

    def register(self, request: Request) -> Reply:
        rules.check(request)
        tags = tags_of(request)
        revisions = self._families.setdefault(request["family"], [])
        number = len(revisions) + 1
        members = rules.completed(request) | {
            "taskDefinitionArn": self.account.arn(f"task-definition/{request['family']}:{number}"),
            "revision": number,
            "status": "ACTIVE",
            "registeredAt": self.account.now,
            "registeredBy": self.account.role("deployer"),
        }
        revisions.append(Revision(members, tags))
        return _reply(revisions[-1], with_tags=bool(tags))

    def describe(self, request: Request) -> Reply:
        revision = self.find(request["taskDefinition"])
        if revision is None:
            raise ServiceError("ClientException", "Unable to describe task definition.")
        return _reply(revision, with_tags="TAGS" in (request.get("include") or []))

    def deregister(self, request: Request) -> Reply:
        revision = self.find(request["taskDefinition"])
        if revision is None or ":" not in short_name(request["taskDefinition"]):
            raise ServiceError("ClientException", "The specified task definition does not exist.")
        if revision.active:
            revision.members |= {"status": "INACTIVE", "deregisteredAt": self.account.now}
        return _reply(revision, with_tags=False)

    def list(self, request: Request) -> Reply:
        status = request.get("status") or "ACTIVE"
        family = request.get("familyPrefix")
        arns = [
            revision.arn
            for name, revisions in sorted(self._families.items())
            if family in (None, name)
            for revision in revisions
            if revision.members["status"] == status
        ]
        if request.get("sort") == "DESC":
            arns.reverse()
        return page(arns, request, "taskDefinitionArns")

    def list_families(self, request: Request) -> Reply:
        prefix = request.get("familyPrefix") or ""
        status = request.get("status") or "ALL"
        families = [
            family
            for family, revisions in sorted(self._families.items())
            if family.startswith(prefix)
            and (status == "ALL" or (status == "ACTIVE") == any(revision.active for revision in revisions))
        ]
        return page(families, request, "families")

    def register_again(self, revision: Revision) -> Revision:
        """Register another revision of the same members, as another user might."""
        members = {
            **revision.members,
            "tags": [tag for tag in revision.tags if not tag["key"].startswith("aws:")],
        }
        return self.deployable(self.register(members)["taskDefinition"]["taskDefinitionArn"])

    def find(self, reference: str) -> Revision | None:
        """Find a revision by family (its latest active one), family:revision or ARN."""
        family, _, number = short_name(reference).partition(":")
        revisions = self._families.get(family, [])
        if not number:
            return next((revision for revision in reversed(revisions) if revision.active), None)
        if number.isdecimal() and 1 <= int(number) <= len(revisions):
            return revisions[int(number) - 1]
        return None

    def deployable(self, reference: str) -> Revision:
        """Find the revision that a service is to run.

        Raises:
            ServiceError: ClientException: there is none, or it was deregistered.
        """
        revision = self.find(reference)
        if revision is None:
            raise ServiceError("ClientException", "TaskDefinition not found.")
        if not revision.active:
            raise ServiceError("ClientException", "TaskDefinition is inactive")
        return revision


def _reply(revision: Revision, *, with_tags: bool) -> Reply:
    reply: Reply = {"taskDefinition": copy.deepcopy(revision.members)}
    if with_tags:
        reply["tags"] = copy.deepcopy(revision.tags)
    return reply
