"""Start to bring a stack to the requested state, whatever state it is in.

Read its status, recover it where that is needed, read it again, create or update it.
"""

from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from ecs_steps.aws import cloudformation, stack_events
from ecs_steps.aws.cloudformation import Stack, StackOperation, StackRequest, new_token
from ecs_steps.aws.stack_status import OperationKind, StackStatus
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, NotFoundError, StackFailedError, TimedOutError
from ecs_steps.polling import PollResult
from ecs_steps.reporting.events import Level
from ecs_steps.stacks.action import StackAction, first_action
from ecs_steps.stacks.preflight import check_before_change
from ecs_steps.stacks.watch import watch_operation

MAX_ATTEMPTS = 6


@frozen(kw_only=True)
class DeployedStack:
    """A stack that is as requested, or whose operation will make it so.

    `began_at` is when the operation began, on AWS' clock.
    """

    stack_id: str
    operation: StackOperation | None
    began_at: datetime

    @property
    def unchanged(self) -> bool:
        """Whether it was so before."""
        return self.operation is None


def start_deployment(request: StackRequest, context: DeploymentContext) -> DeployedStack:
    """Create or update the stack, after recovering it from a state that allows neither.

    Raises:
        DeploymentError: As `check_before_change`.
        StackFailedError: The stack is in a state that cannot be left by itself.
        TimedOutError: CloudFormation was still busy with the stack when the time was over.
    """
    token = new_token()
    for attempt in range(MAX_ATTEMPTS):
        stack = context.call_with_retries(
            "the stack", lambda: cloudformation.describe_stack(context.aws, request.name)
        )
        if attempt == 0:
            check_before_change(request, stack, context)
        try:
            if deployed := _advance(stack, request, token, context):
                return deployed
        except AwsCallError as error:
            if not _has_changed_meanwhile(error):
                raise
            context.say(
                Level.VERBOSE, f"Stack {request.name} has changed meanwhile; reading it again ({error.why})"
            )
    raise StackFailedError(
        what=f"Stack {request.name} could not be deployed",
        why=f"another process changed it each of the {MAX_ATTEMPTS} times that this step read it",
        next_step="Let one deployment at a time run for this stack.",
    )


def _advance(
    stack: Stack | None, request: StackRequest, token: str, context: DeploymentContext
) -> DeployedStack | None:
    """Do what the stack's status asks for; none where its status must be read again then."""
    match first_action(stack.status if stack else None), stack:
        case StackAction.CREATE, _:
            return _create(request, token, context)
        case StackAction.UPDATE, Stack() as existing:
            return _update(existing, request, token, context)
        case StackAction.WAIT, Stack() as busy:
            _wait_until_idle(busy, context)
        case StackAction.DELETE, Stack() as stuck:
            _delete(stuck, context)
        case StackAction.CONTINUE_ROLLBACK, Stack() as half_way:
            _continue_rollback(half_way, context)
        case _, Stack() as broken:
            raise _manual(broken)
    return None


def _create(request: StackRequest, token: str, context: DeploymentContext) -> DeployedStack:
    context.say(Level.INFO, f"Creating stack {request.name}")
    operation = context.call_and_confirm(
        "the stack's creation",
        lambda: cloudformation.create_stack(context.aws, request, token),
        _find(OperationKind.CREATE, request, token, context),
    )
    began_at = operation.began_at or context.clock.now()
    return DeployedStack(stack_id=operation.stack_id, operation=operation, began_at=began_at)


def _update(stack: Stack, request: StackRequest, token: str, context: DeploymentContext) -> DeployedStack:
    context.say(Level.INFO, f"Updating stack {request.name}")
    operation = context.call_and_confirm(
        "the stack's update",
        lambda: cloudformation.update_stack(context.aws, request, token),
        _find(OperationKind.UPDATE, request, token, context),
    )
    began_at = (operation and operation.began_at) or stack.read_at or context.clock.now()
    return DeployedStack(stack_id=stack.stack_id, operation=operation, began_at=began_at)


def _find(
    kind: OperationKind, request: StackRequest, token: str, context: DeploymentContext
) -> Callable[[], StackOperation | None]:
    return lambda: stack_events.find_operation(context.aws, kind, request.name, token)


def attach(stack_id: str, context: DeploymentContext) -> DeployedStack:
    """Return a stack with its last operation.

    Raises:
        NotFoundError: There is no such stack.
    """
    stack = context.call_with_retries(
        "the stack", lambda: cloudformation.describe_stack(context.aws, stack_id)
    )
    if stack is None:
        raise NotFoundError(
            what=f"Stack {stack_id} was not found",
            why=f"CloudFormation knows none of that name in {context.aws.region}",
            next_step="Check the name or id, the account and the region.",
        )
    operation = context.call_with_retries(
        "the stack's events", lambda: stack_events.last_operation(context.aws, stack)
    )
    began_at = operation.began_at or stack.read_at or context.clock.now()
    return DeployedStack(stack_id=stack.stack_id, operation=operation, began_at=began_at)


def _wait_until_idle(stack: Stack, context: DeploymentContext) -> None:
    if not context.may_wait:
        raise StackFailedError(
            what=f"Stack {stack.name} cannot be deployed now",
            why=f"it is {stack.status}, and the wait option says not to wait",
            next_step="Run the step again when CloudFormation is done, or let it wait.",
        )
    context.say(
        Level.WAIT, f"Stack {stack.name} is {stack.status}; waiting until CloudFormation is done with it"
    )

    def read() -> PollResult[StackStatus]:
        now = cloudformation.describe_stack(context.aws, stack.stack_id)
        status = now.status if now else StackStatus.DELETE_COMPLETE
        return PollResult(value=status, settled=not status.in_progress)

    polled = context.wait_for(f"the operation that stack {stack.name} is in", read)
    if not polled.settled:
        raise TimedOutError(
            what=f"Stack {stack.name} could not be deployed in time",
            why=f"it was still {polled.value} from an operation that this step did not start",
            next_step="Nothing was changed; run the step again when CloudFormation is done.",
        )


def _delete(stack: Stack, context: DeploymentContext) -> None:
    if stack.is_protected:
        raise StackFailedError(
            what=f"Stack {stack.name} is {stack.status} and must be deleted before it can be created again",
            why="its termination protection is on",
            next_step="Look at what it holds; then turn the protection off, or delete the stack by hand.",
        )
    context.say(
        Level.WARNING,
        f"Stack {stack.name} is {stack.status}, which CloudFormation cannot update; "
        "it is deleted and created again",
    )
    token = new_token()
    deletion = context.call_with_retries(
        "the stack's deletion", lambda: cloudformation.delete_stack(context.aws, stack, token)
    )
    watch_operation(deletion, context)


def _continue_rollback(stack: Stack, context: DeploymentContext) -> None:
    context.say(
        Level.WARNING,
        f"Stack {stack.name} is {stack.status}; its rollback is continued, since it still runs the service",
    )
    token = new_token()
    try:
        rollback = context.call_with_retries(
            "the rollback", lambda: cloudformation.continue_rollback(context.aws, stack, token)
        )
        watch_operation(rollback, context)
    except StackFailedError as error:
        context.say(Level.WARNING, f"The rollback failed again. {error}")
        _delete(stack, context)


def _manual(stack: Stack) -> StackFailedError:
    return StackFailedError(
        what=f"Stack {stack.name} cannot be deployed",
        why=f"it is {stack.status}, and only a person can repair that"
        + (f" ({stack.reason})" if stack.reason else ""),
        next_step="Finish or undo the import in the CloudFormation console; then run the step again.",
    )


def _has_changed_meanwhile(error: AwsCallError) -> bool:
    if error.code == "AlreadyExistsException":
        return True
    return error.code == "ValidationError" and (
        "state and can not be updated" in error.why or "does not exist" in error.why
    )
