"""AWS::CloudFormation::WaitConditionHandle: the resource that is nothing but a name."""

from collections.abc import Callable

from attrs import frozen

from ecs_steps.sandbox.cloudformation.resources.resource_type import Account
from ecs_steps.sandbox.cloudformation.stack import Wanted, new_uuid
from ecs_steps.sandbox.coroutine import Coroutine


@frozen
class WaitHandle:
    """It has no properties and is there at once."""

    account: Account
    attributes = frozenset[str]()
    create_only = frozenset[str]()
    name_property = ""

    def create(self, _: Wanted, announce: Callable[[str], None]) -> Coroutine:
        yield 0.5
        announce(f"https://cloudformation-waitcondition-{self.account.region}/{new_uuid(self.account.ids)}")
        yield 0.5

    def update(self, _: str, _wanted: Wanted, _former: Wanted) -> Coroutine:
        yield 0.5

    def delete(self, _: str) -> Coroutine:
        yield 0.5

    def attribute(self, _: str, name: str) -> str:
        raise LookupError(name)
