"""Start to bring a stack to what is requested, whatever state it is in.

Look at it, recover it where that is needed, look again, create or update it.
"""

from datetime import datetime

from attrs import frozen

from ecs_steps.aws import cloudformation
from ecs_steps.aws.cloudformation import Stack, StackOperation, StackRequest, new_token
from ecs_steps.context import Surroundings
from ecs_steps.errors import AwsCallError, NotFoundError, StackFailedError, TimedOutError
from ecs_steps.polling import Seen, poll
from ecs_steps.reporting.events import Level
from ecs_steps.stacks.status import FirstMove, OperationKind, StackStatus, first_move
from ecs_steps.stacks.watch import watch_operation

LOOKS = 6


@frozen(kw_only=True)
class DeployedStack:
    """A stack that is as requested, or on its way (where nobody waits)."""

    stack_id: str
    operation: StackOperation | None

    @property
    def unchanged(self) -> bool:
        """Whether it was so before."""
        return self.operation is None


def start_deployment(request: StackRequest, around: Surroundings) -> DeployedStack:
    """Create or update the stack, after recovering it from a state that allows neither.

    Raises:
        StackFailedError: The stack is in a state that cannot be left by itself.
        TimedOutError: CloudFormation was still busy with the stack when the time was over.
    """
    token = new_token()
    for _ in range(LOOKS):
        stack = around.insist("the stack", lambda: cloudformation.describe_stack(around.aws, request.name))
        move = first_move(stack.status if stack else None)
        try:
            match move, stack:
                case FirstMove.CREATE, _:
                    around.say(Level.INFO, f"Creating stack {request.name}")
                    operation = around.insist_or_find(
                        "the stack's creation",
                        lambda: cloudformation.create_stack(around.aws, request, token),
                        lambda: cloudformation.find_operation(
                            around.aws, OperationKind.CREATE, request.name, token
                        ),
                    )
                    return DeployedStack(stack_id=operation.stack_id, operation=operation)
                case FirstMove.UPDATE, Stack() as there:
                    around.say(Level.INFO, f"Updating stack {request.name}")
                    update = around.insist_or_find(
                        "the stack's update",
                        lambda: cloudformation.update_stack(around.aws, request, token),
                        lambda: cloudformation.find_operation(
                            around.aws, OperationKind.UPDATE, request.name, token
                        ),
                    )
                    return DeployedStack(stack_id=there.stack_id, operation=update)
                case FirstMove.WAIT, Stack() as busy:
                    _await_idle(busy, around)
                case FirstMove.DELETE, Stack() as stuck:
                    _delete(stuck, around)
                case FirstMove.CONTINUE_ROLLBACK, Stack() as half_way:
                    _continue_rollback(half_way, around)
                case _, Stack() as broken:
                    raise _left_alone(broken)
        except AwsCallError as error:
            if not _somebody_was_faster(error):
                raise
            around.say(
                Level.VERBOSE, f"Stack {request.name} has changed meanwhile; looking again ({error.why})"
            )
    raise StackFailedError(
        what=f"Stack {request.name} could not be deployed",
        why=f"somebody else kept changing it while this step looked {LOOKS} times",
        next_step="Let one deployment at a time run for this stack.",
    )


def attach(stack_id: str, around: Surroundings) -> tuple[DeployedStack, datetime]:
    """Return a stack with its last operation, and when that began.

    Raises:
        NotFoundError: There is no such stack.
    """
    stack = around.insist("the stack", lambda: cloudformation.describe_stack(around.aws, stack_id))
    if stack is None:
        raise NotFoundError(
            what=f"Stack {stack_id} was not found",
            why=f"CloudFormation knows none of that name in {around.aws.region}",
            next_step="Check the name or id, the account and the region.",
        )
    operation, begun = around.insist(
        "the stack's events", lambda: cloudformation.last_operation(around.aws, stack)
    )
    return DeployedStack(stack_id=stack.stack_id, operation=operation), begun


def _await_idle(stack: Stack, around: Surroundings) -> None:
    if not around.may_wait:
        raise StackFailedError(
            what=f"Stack {stack.name} cannot be deployed now",
            why=f"it is {stack.status}, and the wait option says not to wait",
            next_step="Run the step again when CloudFormation is done, or let it wait.",
        )
    around.say(
        Level.WAIT, f"Stack {stack.name} is {stack.status}; waiting until CloudFormation is done with it"
    )

    def look() -> Seen[StackStatus]:
        now = cloudformation.describe_stack(around.aws, stack.stack_id)
        status = now.status if now else StackStatus.DELETE_COMPLETE
        return Seen(value=status, settled=not status.in_progress)

    seen = poll(
        look,
        clock=around.clock,
        deadline=around.deadline,
        report=around.report,
        waiting_for=f"the operation that stack {stack.name} is in",
    )
    if not seen.settled:
        raise TimedOutError(
            what=f"Stack {stack.name} could not be deployed in time",
            why=f"it was still {seen.value} from an operation that this step did not start",
            next_step="Nothing was changed; run the step again when CloudFormation is done.",
        )


def _delete(stack: Stack, around: Surroundings) -> None:
    if stack.is_protected:
        raise StackFailedError(
            what=f"Stack {stack.name} is {stack.status} and must be deleted before it can be created anew",
            why="its termination protection is on",
            next_step="Look at what it holds; then turn the protection off, or delete the stack by hand.",
        )
    around.say(
        Level.WARNING,
        f"Stack {stack.name} is {stack.status}, which CloudFormation cannot update; "
        "it is deleted and created anew",
    )
    token = new_token()
    deletion = around.insist(
        "the stack's deletion", lambda: cloudformation.delete_stack(around.aws, stack, token)
    )
    watch_operation(deletion, around)


def _continue_rollback(stack: Stack, around: Surroundings) -> None:
    around.say(
        Level.WARNING,
        f"Stack {stack.name} is {stack.status}; its rollback is taken up again, "
        "since it still runs the service",
    )
    token = new_token()
    try:
        rollback = around.insist(
            "the rollback", lambda: cloudformation.continue_rollback(around.aws, stack, token)
        )
        watch_operation(rollback, around)
    except StackFailedError as error:
        around.say(Level.WARNING, f"The rollback failed again. {error}")
        _delete(stack, around)


def _left_alone(stack: Stack) -> StackFailedError:
    return StackFailedError(
        what=f"Stack {stack.name} cannot be deployed",
        why=f"it is {stack.status}, and only a person can mend that"
        + (f" ({stack.reason})" if stack.reason else ""),
        next_step="Finish or undo the import in the CloudFormation console; then run the step again.",
    )


def _somebody_was_faster(error: AwsCallError) -> bool:
    if error.code == "AlreadyExistsException":
        return True
    return error.code == "ValidationError" and (
        "state and can not be updated" in error.why or "does not exist" in error.why
    )
