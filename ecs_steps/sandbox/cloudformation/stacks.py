"""All stacks of one account and region, and the operations that were begun on them."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from ecs_steps.sandbox.cloudformation.lifecycle import Lifecycle
from ecs_steps.sandbox.cloudformation.names import check_types
from ecs_steps.sandbox.cloudformation.parameters import bind_parameters
from ecs_steps.sandbox.cloudformation.requests import (
    Request,
    check_capabilities,
    stack_tags,
    template_text,
)
from ecs_steps.sandbox.cloudformation.resource_work import ResourceFailurePlans
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account, ResourceType
from ecs_steps.sandbox.cloudformation.stack import Operation, Revision, Stack, new_uuid
from ecs_steps.sandbox.cloudformation.template import Template, invalid, read_template
from ecs_steps.sandbox.coroutine import Coroutine, drive
from ecs_steps.sandbox.service_error import ServiceError


@define(kw_only=True)
class Stacks:
    """Finds stacks, reads what they are to be, and sets operations going."""

    account: Account
    types: Mapping[str, ResourceType]
    failure_plans: ResourceFailurePlans
    stacks: list[Stack] = field(factory=list)
    _tokens: dict[str, tuple[Stack, Operation]] = field(factory=dict)

    def find(self, name_or_id: str) -> Stack | None:
        """Find a stack by its id, or by its name while it lives."""
        for stack in self.stacks:
            if name_or_id == stack.id or (name_or_id == stack.name and not stack.deleted_at):
                return stack
        return None

    def existing(self, name_or_id: str) -> Stack:
        """Find a stack.

        Raises:
            ServiceError: There is none.
        """
        stack = self.find(name_or_id)
        if stack is None:
            raise invalid(f"Stack [{name_or_id}] does not exist")
        return stack

    def add(self, name: str, revision: Revision) -> Stack:
        """Add a stack that holds nothing yet."""
        identifier = self.account.arn("cloudformation", f"stack/{name}/{new_uuid(self.account.ids)}")
        stack = Stack(
            id=identifier,
            name=name,
            created_at=self.account.timeline.now,
            revision=revision,
            operation=Operation(kind="", token="", id=""),
            timeline=self.account.timeline,
            ids=self.account.ids,
        )
        self.stacks.append(stack)
        return stack

    def begun(self, kind: str, request: Request) -> dict[str, Any] | None:
        """Return the reply to an operation that this client's token has begun already.

        Raises:
            ServiceError: The token is that of another operation, or of another stack.
        """
        token = request.get("ClientRequestToken", "")
        if token not in self._tokens:
            return None
        stack, operation = self._tokens[token]
        if operation.kind != kind or request["StackName"] not in {stack.name, stack.id}:
            raise ServiceError(
                "TokenAlreadyExistsException", f"A client request token already exists: {token}"
            )
        return {"StackId": stack.id, "OperationId": operation.id}

    def begin(
        self, stack: Stack, kind: str, token: str, coroutine: Callable[[Lifecycle], Coroutine]
    ) -> dict[str, Any]:
        """Begin an operation on a stack; one in progress ends."""
        operation = Operation(kind=kind, token=token, id=new_uuid(self.account.ids))
        if token:
            self._tokens.setdefault(token, (stack, operation))
        stack.operation = operation
        lifecycle = Lifecycle.of(stack, self.account, self.types, self.failure_plans)
        lifecycle.interrupt()
        drive(coroutine(lifecycle), self.account.timeline, lambda: stack.operation is operation)
        return {"StackId": stack.id, "OperationId": operation.id}

    def revision(self, request: Request, previous: Revision | None = None) -> Revision:
        """Read the revision that a request describes.

        Raises:
            ServiceError: The template, the parameters, the tags or the capabilities are not in order.
        """
        text = template_text(request, self.account.carry_out)
        template = self.read(text)
        given = request.get("Parameters", [])
        parameters = bind_parameters(template, given)
        tags = stack_tags(request, previous.tags if previous else {})
        check_capabilities(template, request.get("Capabilities", []))
        return Revision(template=template, parameters=parameters, tags=tags)

    def read(self, text: str) -> Template:
        """Read a template whose types are known."""
        template = read_template(text)
        check_types(template, self.types)
        return template
