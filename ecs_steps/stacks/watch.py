"""Watch one operation of a stack to its end."""

from datetime import datetime, timedelta

from attrs import define, evolve, field

from ecs_steps.aws import cloudformation
from ecs_steps.aws.cloudformation import StackEvent, StackOperation, new_token
from ecs_steps.aws.stack_status import OperationKind, StackStatus
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import (
    AccessDeniedError,
    AwsCallError,
    DeploymentError,
    StackFailedError,
    TimedOutError,
)
from ecs_steps.polling import PollResult, poll
from ecs_steps.reporting.events import Level, StackChanged
from ecs_steps.stacks.events import diagnose_stack
from ecs_steps.stacks.failure import StackFailure
from ecs_steps.stacks.service_watch import StackService

UNTOLD = timedelta(seconds=60)
# What is undone because it could not succeed has time of its own.
TIME_TO_UNDO = timedelta(minutes=30)


def watch_operation(
    operation: StackOperation,
    context: DeploymentContext,
    *,
    service: StackService | None = None,
    leave: bool = False,
) -> None:
    """Wait until the operation has succeeded, reporting every change of a resource.

    A `service` of the stack is watched beside it; once its deployment cannot succeed, the operation is ended,
    unless it is to be left alone.

    Raises:
        StackFailedError: It did not succeed; with the root cause of this operation.
        TimedOutError: The time was over before it had ended.
    """
    watch = _Watch(operation, context, service)
    seen = poll(
        watch.look,
        clock=context.clock,
        deadline=context.deadline,
        report=context.report,
        waiting_for=f"stack {operation.stack_name}",
    )
    status = seen.value
    if not seen.settled:
        raise TimedOutError(
            what=f"Stack {operation.stack_name} is not finished yet",
            why=f"it was {status} when the time to wait was over",
            next_step="CloudFormation goes on with it; deploy again to wait for it.",
            diagnosis=watch.diagnosis,
        )
    if not watch.is_over:
        raise _end_early(watch, leave=leave)
    if status not in operation.kind.goals:
        raise StackFailedError(
            what=f"Stack {operation.stack_name} failed ({status})",
            why=watch.diagnosis.summary or watch.reason or "CloudFormation gave no reason",
            next_step=watch.diagnosis.stack.next_step,
            diagnosis=watch.diagnosis,
        )


def _end_early(watch: "_Watch", *, leave: bool) -> StackFailedError:
    """Take the stack where CloudFormation would take it hours later, and return the error to end with."""
    operation, diagnosis = watch.operation, watch.diagnosis
    name = operation.stack_name
    if leave:
        return StackFailedError(
            what=f"Stack {name} cannot succeed",
            why=diagnosis.summary,
            next_step=f"It is left {watch.status}: CloudFormation goes on trying for hours.",
            diagnosis=diagnosis,
        )
    context = evolve(watch.context, deadline=watch.context.clock.now() + TIME_TO_UNDO)
    stack = context.call_with_retries(
        "the stack", lambda: cloudformation.describe_stack(context.aws, operation.stack_id)
    )
    undo = (
        cloudformation.cancel_update
        if operation.kind is OperationKind.UPDATE
        else cloudformation.delete_stack
    )
    done = "rolled back" if operation.kind is OperationKind.UPDATE else "deleted"
    if stack is None or not stack.status.in_progress:
        state = stack.status if stack else StackStatus.DELETE_COMPLETE
        return StackFailedError(
            what=f"Stack {name} failed ({state})", why=diagnosis.summary, diagnosis=diagnosis
        )
    context.say(Level.WARNING, f"Stack {name} cannot succeed; it is {done} instead of waiting for hours")
    token = new_token()
    try:
        watch_operation(
            context.call_with_retries("the stack", lambda: undo(context.aws, stack, token)), context
        )
    except (DeploymentError, AwsCallError) as error:
        return StackFailedError(
            what=f"Stack {name} cannot succeed, and could not be {done}",
            why=f"{diagnosis.summary}; then: {error.what}: {error.why}",
            next_step=error.next_step,
            diagnosis=diagnosis,
        )
    return StackFailedError(
        what=f"Stack {name} could not succeed and was {done}", why=diagnosis.summary, diagnosis=diagnosis
    )


@define
class _Watch:
    """What was seen of one operation so far."""

    operation: StackOperation
    context: DeploymentContext
    service: StackService | None = None
    status: StackStatus = field(init=False)
    reason: str = ""
    known: dict[str, StackEvent] = field(factory=dict)
    events_denied: bool = False
    end_in_sight: bool = False
    described_at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.status = self.operation.kind.under_way
        self.described_at = self.context.clock.now()

    @property
    def is_over(self) -> bool:
        return self.status in self.operation.kind.goals or not self.status.in_progress

    @property
    def diagnosis(self) -> StackFailure:
        watch = self.service.watch if self.service else None
        return StackFailure(stack=diagnose_stack(self.events), tasks=watch.diagnosis if watch else None)

    @property
    def events(self) -> list[StackEvent]:
        return list(self.known.values())

    def look(self) -> PollResult[StackStatus]:
        """Read what is new of the operation: one call, and a second one where the end is in sight.

        The stack's status decides, never an event: it is asked for once an event says that the stack has
        come to rest, and once a minute in case that event was never told.
        """
        news = self._new_events()
        overdue = self.context.clock.now() - self.described_at >= UNTOLD
        if self.end_in_sight or self.events_denied or overdue:
            self._describe()
        changed = bool(news)
        if self.service and self.status not in self.operation.kind.goals:
            changed |= self.service.look(self.events)
        gave_up = self.service is not None and self.service.cannot_succeed
        return PollResult(value=self.status, settled=self.is_over or gave_up, changed=changed)

    def _new_events(self) -> list[StackEvent]:
        if self.events_denied:
            return []
        try:
            news = list(cloudformation.operation_events(self.context.aws, self.operation, self.known))
        except AccessDeniedError as error:
            self.events_denied = True
            self.context.say(
                Level.WARNING, f"{error.what}: only the stack's status is watched. {error.next_step}"
            )
            return []
        for event in reversed(news):
            self.known[event.event_id] = event
            self.context.report(
                StackChanged(
                    stack_name=self.operation.stack_name,
                    logical_id=event.logical_id,
                    resource_type=event.resource_type,
                    status=event.status,
                    reason=event.reason,
                )
            )
        self.end_in_sight |= any(event.ends_operation for event in news)
        return news

    def _describe(self) -> None:
        stack = cloudformation.describe_stack(self.context.aws, self.operation.stack_id)
        self.described_at = self.context.clock.now()
        self.status = stack.status if stack else StackStatus.DELETE_COMPLETE
        self.reason = stack.reason if stack else ""
