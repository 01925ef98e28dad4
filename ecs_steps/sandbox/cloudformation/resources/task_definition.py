"""AWS::ECS::TaskDefinition."""

from collections.abc import Callable

from attrs import frozen

from ecs_steps.sandbox.cloudformation.resources.naming_map import ecs_request, ecs_tags, members
from ecs_steps.sandbox.cloudformation.resources.resource_type import (
    Account,
    HandlerError,
    changed_tags,
    generated_name,
)
from ecs_steps.sandbox.cloudformation.stack import Wanted
from ecs_steps.sandbox.coroutine import Coroutine


@frozen
class TaskDefinition:
    """Its physical id is its ARN. Every change but one of its tags registers a new revision."""

    account: Account
    attributes = frozenset({"TaskDefinitionArn"})
    name_property = ""

    @property
    def create_only(self) -> frozenset[str]:
        return frozenset(members("RegisterTaskDefinition")) - {"Tags"}

    def create(self, wanted: Wanted, announce: Callable[[str], None]) -> Coroutine:
        properties = {name: value for name, value in wanted.properties.items() if name != "Tags"}
        request = ecs_request("RegisterTaskDefinition", properties)
        yield 1
        request.setdefault("family", generated_name(wanted, self.account.ids, max_length=255))
        if wanted.tags:
            request["tags"] = ecs_tags(wanted.tags)
        reply = self.account.call("ecs", "RegisterTaskDefinition", **request)
        announce(reply["taskDefinition"]["taskDefinitionArn"])
        yield 1

    def update(self, physical_id: str, wanted: Wanted, former: Wanted) -> Coroutine:
        yield 1
        to_set, to_remove = changed_tags(wanted.tags, former.tags)
        if to_set:
            self.account.call("ecs", "TagResource", resourceArn=physical_id, tags=ecs_tags(to_set))
        if to_remove:
            self.account.call("ecs", "UntagResource", resourceArn=physical_id, tagKeys=to_remove)

    def delete(self, physical_id: str) -> Coroutine:
        yield 1
        try:
            self.account.call("ecs", "DeregisterTaskDefinition", taskDefinition=physical_id)
        except HandlerError as error:
            if error.refused != "ClientException":
                raise

    def attribute(self, physical_id: str, name: str) -> str:
        return {"TaskDefinitionArn": physical_id}[name]
