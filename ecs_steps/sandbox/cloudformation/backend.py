"""The fake CloudFormation of one account and region, one method an operation, named like boto's."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from attrs import evolve

from ecs_steps.sandbox.cloudformation.change_sets import ChangeSets
from ecs_steps.sandbox.cloudformation.descriptions import (
    describe,
    describe_resource,
    page_of_events,
)
from ecs_steps.sandbox.cloudformation.lifecycle import Lifecycle
from ecs_steps.sandbox.cloudformation.names import blueprint
from ecs_steps.sandbox.cloudformation.requests import (
    Request,
    check_deletable,
    check_name,
    check_updatable,
)
from ecs_steps.sandbox.cloudformation.resource_work import ResourceFailurePlans
from ecs_steps.sandbox.cloudformation.resources import resource_types
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account
from ecs_steps.sandbox.cloudformation.seeds import EMPTY_TEMPLATE, HOLD_NOTHING, seeded
from ecs_steps.sandbox.cloudformation.stack import Stack
from ecs_steps.sandbox.cloudformation.stacks import Stacks
from ecs_steps.sandbox.cloudformation.template import invalid
from ecs_steps.sandbox.coroutine import Coroutine
from ecs_steps.sandbox.scenario import ResourceFailurePlan, StackPlan
from ecs_steps.sandbox.service_error import ServiceError

Reply = dict[str, Any]


class CloudFormationBackend:
    """The operations of CloudFormation; requests and replies are in botocore's shapes."""

    def __init__(self, account: Account, failure_plans: tuple[ResourceFailurePlan, ...] = ()) -> None:
        self.account = account
        types = resource_types(account)
        self._stacks = Stacks(account=account, types=types, failure_plans=ResourceFailurePlans(failure_plans))
        self._change_sets = ChangeSets(account=account, types=types, ids=account.ids)

    def apply(self, plan: StackPlan, failure_plans: tuple[ResourceFailurePlan, ...]) -> None:
        """Apply the plan and the failure plans of another scenario."""
        self.account.plan = plan
        self._stacks.failure_plans = ResourceFailurePlans(failure_plans)

    @property
    def stacks(self) -> Sequence[Stack]:
        """Every stack there ever was, oldest first."""
        return self._stacks.stacks

    def create_stack(self, request: Request) -> Reply:
        """Begin to create a stack."""
        name = request["StackName"]
        if begun := self._stacks.begun("CreateStack", request):
            return begun
        check_name(name)
        if self._stacks.find(name):
            raise ServiceError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack = self._stacks.add(name, self._stacks.revision(request))
        _note(stack, request)
        stack.termination_protection = bool(request.get("EnableTerminationProtection"))
        return self._begin(stack, "CreateStack", request, Lifecycle.creation)

    def update_stack(self, request: Request) -> Reply:
        """Begin to update a stack, unless there is nothing to do."""
        stack = self._stacks.existing(request["StackName"])
        if begun := self._stacks.begun("UpdateStack", request):
            return begun
        check_updatable(stack)
        revision = self._stacks.revision(request, stack.revision)
        unchanged = blueprint(revision, stack, self.account) == blueprint(stack.revision, stack, self.account)
        if unchanged and stack.status != "UPDATE_FAILED":
            raise invalid("No updates are to be performed.")
        if stack.former is None:
            _remember(stack)
        stack.revision = evolve(revision, resources=stack.resources)
        stack.updated_at = self.account.timeline.now
        _note(stack, request)
        return self._begin(stack, "UpdateStack", request, Lifecycle.update)

    def create_change_set(self, request: Request) -> Reply:
        """Plan an update of a stack, or the creation of one that then stands there without resources."""
        name = request["StackName"]
        stack = self._stacks.find(name)
        if stack and (made := self._change_sets.made_by(stack, request)):
            return {"Id": made.id, "StackId": stack.id}
        if request.get("ChangeSetType", "UPDATE") == "CREATE":
            check_name(name)
            if stack and stack.status != "REVIEW_IN_PROGRESS":
                raise invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet")
            revision = self._stacks.revision(request)
            if stack is None:
                stack = self._stacks.add(name, revision)
                stack.record("REVIEW_IN_PROGRESS", "User Initiated")
        else:
            stack = self._stacks.existing(name)
            check_updatable(stack)
            revision = self._stacks.revision(request, stack.revision)
        change_set = self._change_sets.make(
            request["ChangeSetName"], stack, revision, token=request.get("ClientToken", "")
        )
        return {"Id": change_set.id, "StackId": stack.id}

    def describe_change_set(self, request: Request) -> Reply:
        """Describe a change set."""
        stack = self._stacks.existing(request["StackName"])
        change_set = self._change_sets.find(stack, request["ChangeSetName"])
        return change_set.describe(stack, request.get("NextToken", ""))

    def list_change_sets(self, request: Request) -> Reply:
        """List the change sets of a stack."""
        return {"Summaries": self._change_sets.summaries(self._stacks.existing(request["StackName"]))}

    def delete_change_set(self, request: Request) -> Reply:
        """Delete a change set; the stack that it may have made stays."""
        self._change_sets.discard(self._stacks.existing(request["StackName"]), request["ChangeSetName"])
        return {}

    def cancel_update_stack(self, request: Request) -> Reply:
        """Begin to roll a running update back."""
        stack = self._stacks.existing(request["StackName"])
        if stack.status != "UPDATE_IN_PROGRESS":
            raise invalid("CancelUpdateStack cannot be called from current stack status")
        token = request.get("ClientRequestToken", stack.operation.token)
        self._stacks.begin(
            stack, "CancelUpdateStack", token, lambda lifecycle: lifecycle.undo_update("User Initiated")
        )
        return {}

    def continue_update_rollback(self, request: Request) -> Reply:
        """Continue a rollback that failed."""
        stack = self._stacks.existing(request["StackName"])
        if self._stacks.begun("ContinueUpdateRollback", request):
            return {}
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not continue rollback.")
        skipped = frozenset(request.get("ResourcesToSkip", []))
        self._begin(
            stack,
            "ContinueUpdateRollback",
            request,
            lambda lifecycle: lifecycle.undo_update("User Initiated", skipped),
        )
        return {}

    def delete_stack(self, request: Request) -> Reply:
        """Begin to delete a stack; one that is not there is deleted already."""
        stack = self._stacks.find(request["StackName"])
        if stack is None or stack.status in {"DELETE_COMPLETE", "DELETE_IN_PROGRESS"}:
            return {}
        check_deletable(stack)
        retained = frozenset(request.get("RetainResources", []))
        if retained and stack.status != "DELETE_FAILED":
            raise invalid(
                f"Invalid operation on stack [{stack.id}]. Specify which resources to retain only when the "
                "stack is in the DELETE_FAILED state."
            )
        self._begin(
            stack, "DeleteStack", request, lambda lifecycle: lifecycle.deletion("User Initiated", retained)
        )
        return {}

    def update_termination_protection(self, request: Request) -> Reply:
        """Protect a stack from being deleted, or no more."""
        stack = self._stacks.existing(request["StackName"])
        stack.termination_protection = request["EnableTerminationProtection"]
        return {"StackId": stack.id}

    def describe_stacks(self, request: Request) -> Reply:
        """Describe one stack, by its name while it lives or by its id at any time, or all that live."""
        if "StackName" not in request:
            return {"Stacks": [describe(stack) for stack in self.stacks if not stack.deleted_at]}
        stack = self._stacks.find(request["StackName"])
        if stack is None:
            raise invalid(f"Stack with id {request['StackName']} does not exist")
        return {"Stacks": [describe(stack)]}

    def describe_stack_events(self, request: Request) -> Reply:
        """Return the events of a stack, newest first."""
        stack = self._stacks.existing(request["StackName"])
        return page_of_events(stack, request.get("NextToken"), self.account.plan.page)

    def describe_stack_resources(self, request: Request) -> Reply:
        """Describe what a stack holds."""
        stack = self._stacks.existing(request["StackName"])
        name_filter = request.get("LogicalResourceId")
        held = [resource for name, resource in stack.resources.items() if name_filter in {None, name}]
        return {"StackResources": [describe_resource(stack, resource) for resource in held]}

    def get_template(self, request: Request) -> Reply:
        """Return the template that a stack was made from."""
        stack = self._stacks.existing(request["StackName"])
        return {"TemplateBody": stack.revision.template.text, "StagesAvailable": ["Original", "Processed"]}

    def seed(
        self,
        name: str,
        status: str,
        *,
        template: str = EMPTY_TEMPLATE,
        parameters: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        after: float = 30,
    ) -> Stack:
        """Put a stack there in any status, made from a template.

        Where stacks in that status hold something, it is created first, which takes its time. A status in
        progress continues to its natural end, a step every `after` seconds.
        """
        request = {
            "StackName": name,
            "TemplateBody": template,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        timeline = self.account.timeline
        with timeline.lock:
            stack = self._stacks.add(name, self._stacks.revision(request))
            if status not in HOLD_NOTHING:
                self._begin(stack, "CreateStack", {}, Lifecycle.creation)
            while stack.status.endswith("_IN_PROGRESS"):
                timeline.advance_to(timeline.now + timedelta(seconds=1))
            self._begin(stack, "", {}, lambda _: seeded(stack, status, after))
            if status == "UPDATE_ROLLBACK_FAILED":
                _remember(stack)
                stack.touched = set(stack.resources)
        return stack

    def _begin(
        self, stack: Stack, kind: str, request: Request, coroutine: Callable[[Lifecycle], Coroutine]
    ) -> Reply:
        return self._stacks.begin(stack, kind, request.get("ClientRequestToken", ""), coroutine)


def _note(stack: Stack, request: Request) -> None:
    """Keep a request's options."""
    stack.capabilities = list(request.get("Capabilities", []))
    stack.on_failure = (
        "DO_NOTHING" if request.get("DisableRollback") else request.get("OnFailure", "ROLLBACK")
    )


def _remember(stack: Stack) -> None:
    """Keep what there is now, to go back to."""
    copies = {name: evolve(resource) for name, resource in stack.resources.items()}
    stack.former = evolve(stack.revision, resources=copies)
