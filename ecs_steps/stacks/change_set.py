"""What a deployment would do to a stack: a change set that is made, described, deleted and never executed."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import evolve, frozen

from ecs_steps.aws import cloudformation
from ecs_steps.aws.cloudformation import NAME_PREFIX, ResourceChange, Stack, StackRequest, new_token
from ecs_steps.aws.stack_status import StackStatus
from ecs_steps.context import CALL_TIMEOUT, DeploymentContext
from ecs_steps.errors import AwsCallError, EcsStepsError, StackFailedError
from ecs_steps.polling import PollResult
from ecs_steps.reporting.events import Level
from ecs_steps.stacks.action import StackAction, first_action
from ecs_steps.stacks.preflight import check_before_change

MAX_DRY_RUN = CALL_TIMEOUT
"""How long a dry run needs its change set at most."""
UNCHANGED = ("didn't contain changes", "No updates are to be performed")
_FIRST = {
    StackAction.DELETE: "would be deleted and created again, because it is {status}",
    StackAction.CONTINUE_ROLLBACK: "is {status}: its rollback would be continued before the update",
    StackAction.WAIT: "is {status}: the deployment would wait until CloudFormation is done with it",
    StackAction.MANUAL: "is {status}, and only a person can repair that",
}


@frozen(kw_only=True)
class StackPlan:
    """What would become of a stack; `note` says what comes before its changes, or in place of them."""

    stack_name: str
    action: StackAction
    changes: tuple[ResourceChange, ...] = ()
    note: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the plan as text."""
        verb = "create" if self.action is StackAction.CREATE else "update"
        yield f"stack {self.stack_name}: {self.note or f'{verb}, by these changes'}"
        for change in self.changes:
            sign, how = _SIGNS.get(change.action, "~"), _REPLACEMENTS.get(change.replacement, "")
            yield f"  {sign} {change.logical_id} {change.resource_type}{how}"
            yield from (f"      {path}" for path in change.properties)


_SIGNS = {"Add": "+", "Remove": "-"}
_REPLACEMENTS = {
    "True": ": is replaced",
    "Conditional": ": may be replaced",
    "False": ": is changed in place",
}


def plan_deployment(request: StackRequest, context: DeploymentContext) -> StackPlan:
    """Return what `start_deployment` would do; what the change set needs is deleted again.

    So is an empty stack that a dry run made, and none that holds the change set of anything else.

    Raises:
        NotFoundError, DeploymentError: As `check_before_change`.
        StackFailedError: CloudFormation refuses the template.
    """
    stack = context.call_with_retries(
        "the stack", lambda: cloudformation.describe_stack(context.aws, request.name)
    )
    check_before_change(request, stack, context)
    action = StackAction.CREATE if _is_empty(stack) else first_action(stack.status if stack else None)
    if stack and action in _FIRST:
        return StackPlan(
            stack_name=request.name, action=action, note=_FIRST[action].format(status=stack.status)
        )
    changes = _planned_changes(request, stack, context)
    return StackPlan(
        stack_name=request.name, action=action, changes=changes, note="" if changes else "nothing changes"
    )


def _is_empty(stack: Stack | None) -> bool:
    return stack is None or stack.status is StackStatus.REVIEW_IN_PROGRESS


def _planned_changes(
    request: StackRequest, stack: Stack | None, context: DeploymentContext
) -> tuple[ResourceChange, ...]:
    aws, name = context.aws, new_token()
    of_dry_runs = stack is None or (_is_empty(stack) and _is_of_dry_runs(_others(stack, name, context)))

    def read() -> PollResult[tuple[str, str, tuple[ResourceChange, ...]]]:
        described = cloudformation.describe_change_set(aws, request.name, name)
        return PollResult(value=described, settled=described[0] in {"CREATE_COMPLETE", "FAILED"})

    try:
        context.call_with_retries(
            "the change set",
            lambda: cloudformation.create_change_set(aws, request, name, is_new=_is_empty(stack)),
        )
        polled = context.wait_for("the change set", read, timeout=CALL_TIMEOUT)
    except EcsStepsError as error:
        try:
            _clean_up(request.name, name, context, found=stack, of_dry_runs=of_dry_runs)
        except EcsStepsError as left:
            # The first error is the one to raise, and the second one's advice what is left to do.
            raise evolve(error, next_step=f"{error.next_step} {left.next_step}".strip()) from error
        raise
    _clean_up(request.name, name, context, found=stack, of_dry_runs=of_dry_runs)
    status, reason, changes = polled.value
    if status == "CREATE_COMPLETE":
        return changes
    if any(text in reason for text in UNCHANGED):
        return ()
    raise StackFailedError(
        what=f"The changes of stack {request.name} could not be planned",
        why=reason or f"the change set is {status}",
        next_step="Nothing was changed.",
    )


def _clean_up(
    stack_name: str, name: str, context: DeploymentContext, *, found: Stack | None, of_dry_runs: bool
) -> None:
    """Delete the change set, and with it the empty stack of dry runs, which nothing else would remove."""
    if not _is_empty(found):
        _delete_change_set(stack_name, name, context)
        return
    stack = context.call_with_retries(
        "the stack", lambda: cloudformation.describe_stack(context.aws, stack_name)
    )
    if stack is None or not _is_empty(stack):
        return
    try:
        if not of_dry_runs or _others(stack, name, context):
            _delete_change_set(stack_name, name, context)
            if not of_dry_runs or _is_needed(stack, context):
                return
        _delete_empty_stack(stack, context)
    except AwsCallError as error:
        rest = f"stack {stack.name}: it is empty" if found is None else f"change set {name}: it is unused"
        left = f"Delete {rest}, and what is left of this dry run."
        raise evolve(error, next_step=f"{error.next_step} {left}".strip()) from error


def _is_needed(stack: Stack, context: DeploymentContext) -> bool:
    """Wait for other dry runs, which a stack must outlive; return whether anything still needs it."""

    def read() -> PollResult[bool]:
        others = _others(stack, "", context)
        is_of_person = bool(others) and not _is_of_dry_runs(others)
        is_at_work = any(made >= context.clock.now() - MAX_DRY_RUN for made in others.values())
        return PollResult(value=is_of_person or is_at_work, settled=is_of_person or not is_at_work)

    return context.wait_for(f"another dry run of stack {stack.name}", read, timeout=MAX_DRY_RUN).value


def _is_of_dry_runs(change_sets: Iterable[str]) -> bool:
    """Return whether dry runs alone have made change sets; another person may want to execute others."""
    names = list(change_sets)
    return bool(names) and all(name.startswith(NAME_PREFIX) for name in names)


def _others(stack: Stack, name: str, context: DeploymentContext) -> dict[str, datetime]:
    """Return a stack's change sets but the one of this name, and when each was made."""
    made = context.call_with_retries(
        "the change sets", lambda: cloudformation.list_change_sets(context.aws, stack.stack_id)
    )
    return {other: at for other, at in made.items() if other != name}


def _delete_change_set(stack_name: str, name: str, context: DeploymentContext) -> None:
    context.call_with_retries(
        "the change set", lambda: cloudformation.delete_change_set(context.aws, stack_name, name)
    )


def _delete_empty_stack(stack: Stack, context: DeploymentContext) -> None:
    """Delete a stack with its change sets, and wait until its name is free."""
    context.say(Level.VERBOSE, f"Deleting the empty stack {stack.name} of the change set")
    context.call_with_retries(
        "the stack", lambda: cloudformation.delete_stack(context.aws, stack, new_token())
    )

    def read() -> PollResult[bool]:
        now = cloudformation.describe_stack(context.aws, stack.stack_id)
        return PollResult(value=True, settled=now is None or now.status is StackStatus.DELETE_COMPLETE)

    context.wait_for("the deletion of the empty stack", read, timeout=CALL_TIMEOUT)
