"""AWS::Logs::LogGroup."""

import json
from collections.abc import Callable

from attrs import frozen

from ecs_steps.sandbox.cloudformation.resources.resource_type import (
    Account,
    HandlerError,
    already_exists,
    changed_tags,
    check_properties,
    generated_name,
)
from ecs_steps.sandbox.cloudformation.stack import Wanted
from ecs_steps.sandbox.coroutine import Coroutine

_PROPERTIES = frozenset({"LogGroupName", "RetentionInDays", "Tags"})


@frozen
class LogGroup:
    """Its physical id is its name."""

    account: Account
    attributes = frozenset({"Arn"})
    create_only = frozenset({"LogGroupName"})
    name_property = "LogGroupName"

    def create(self, wanted: Wanted, announce: Callable[[str], None]) -> Coroutine:
        check_properties(wanted, _PROPERTIES)
        yield 1
        name = wanted.properties.get("LogGroupName") or generated_name(
            wanted, self.account.ids, max_length=512
        )
        tags = {"tags": dict(wanted.tags)} if wanted.tags else {}
        try:
            self.account.call("logs", "CreateLogGroup", logGroupName=name, **tags)
        except HandlerError as error:
            if error.refused == "ResourceAlreadyExistsException":
                identifier = json.dumps({"/properties/LogGroupName": name}, separators=(",", ":"))
                raise already_exists(wanted.type, identifier) from error
            raise
        announce(name)
        self._keep_for(name, wanted)
        yield 4

    def update(self, physical_id: str, wanted: Wanted, former: Wanted) -> Coroutine:
        check_properties(wanted, _PROPERTIES)
        yield 1
        self._keep_for(physical_id, wanted)
        to_set, to_remove = changed_tags(wanted.tags, former.tags)
        arn = self._arn(physical_id)
        if to_set:
            self.account.call("logs", "TagResource", resourceArn=arn, tags=to_set)
        if to_remove:
            self.account.call("logs", "UntagResource", resourceArn=arn, tagKeys=to_remove)
        yield 1

    def delete(self, physical_id: str) -> Coroutine:
        yield 1
        try:
            self.account.call("logs", "DeleteLogGroup", logGroupName=physical_id)
        except HandlerError as error:
            if error.refused != "ResourceNotFoundException":
                raise

    def attribute(self, physical_id: str, name: str) -> str:
        return {"Arn": f"{self._arn(physical_id)}:*"}[name]

    def _arn(self, name: str) -> str:
        return self.account.arn("logs", f"log-group:{name}")

    def _keep_for(self, name: str, wanted: Wanted) -> None:
        if days := wanted.properties.get("RetentionInDays"):
            self.account.call("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=int(days))
        else:
            self.account.call("logs", "DeleteRetentionPolicy", logGroupName=name)
