"""Watch one operation of a stack to its end."""

from datetime import datetime, timedelta

from attrs import define, evolve, field

from ecs_steps.aws import cloudformation
from ecs_steps.aws.cloudformation import StackOperation, new_token
from ecs_steps.aws.stack_events import StackEvent, operation_events, resource_events
from ecs_steps.aws.stack_status import OperationKind, StackStatus
from ecs_steps.causes import Diagnosis
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, DeploymentError, StackFailedError, TimedOutError
from ecs_steps.polling import PollResult
from ecs_steps.reporting.events import Level, StackChanged
from ecs_steps.rollouts.pauses import Pause
from ecs_steps.rollouts.rollback import ROLLBACK_TIMEOUT
from ecs_steps.stacks.events import diagnose_stack, log_groups
from ecs_steps.stacks.service_watch import StackServiceWatch

REFRESH_INTERVAL = timedelta(seconds=60)
"""How often the stack's status is read although no event says that it has changed."""


def watch_operation(
    operation: StackOperation,
    context: DeploymentContext,
    *,
    service: StackServiceWatch | None = None,
    leave: bool = False,
) -> Pause | None:
    """Wait until the operation has succeeded, reporting every change of a resource.

    A `service` of the stack is watched beside it; once its deployment cannot succeed, the operation is ended,
    unless it is to be left alone. Where the deployment waits for a person, that pause is returned, and the
    operation continues in CloudFormation.

    Raises:
        StackFailedError: It did not succeed; with the root cause of this operation.
        TimedOutError: The time was over before it had ended.
    """
    watch = OperationWatch(operation, context, service)
    polled = context.wait_for(f"stack {operation.stack_name}", watch.observe)
    if not polled.settled:
        watch.close()
    if watch.pause:
        return watch.pause
    if not polled.settled:
        raise _timed_out(watch)
    if not watch.is_over:
        raise _end_early(watch, leave=leave)
    if watch.status not in operation.kind.success_statuses:
        raise _failed(watch)
    return None


def _timed_out(watch: "OperationWatch") -> TimedOutError:
    service = watch.service.watch if watch.service else None
    unfinished = service.unfinished if service else None
    diagnosis = watch.diagnosis
    is_fine = unfinished is not None and unfinished.is_healthy and diagnosis.root_cause is None
    why = f"it was {watch.status} when the time to wait was over"
    return TimedOutError(
        what=f"Stack {watch.operation.stack_name} is not finished yet",
        why=f"{why}: {unfinished.why}" if unfinished else why,
        next_step=" ".join(
            filter(None, [unfinished.next_step if unfinished else "", "CloudFormation continues with it."])
        ),
        diagnosis=None if is_fine else diagnosis,
    )


def _failed(watch: "OperationWatch") -> StackFailedError:
    diagnosis = watch.diagnosis
    cause = str(diagnosis.root_cause or "")
    return StackFailedError(
        what=f"Stack {watch.operation.stack_name} failed ({watch.status})",
        why=cause or watch.reason or watch.lack_of_reason,
        diagnosis=diagnosis,
        why_is_cause=bool(cause),
    )


def _end_early(watch: "OperationWatch", *, leave: bool) -> StackFailedError:
    """Take the stack where CloudFormation would take it hours later, and return the error to end with."""
    operation, diagnosis = watch.operation, watch.diagnosis
    name = operation.stack_name
    failure = StackFailedError(
        what=f"Stack {name} cannot succeed", why=diagnosis.summary, diagnosis=diagnosis, why_is_cause=True
    )
    if leave:
        advice = f"It is left {watch.status}: CloudFormation continues to try for hours."
        return evolve(failure, next_step=advice)
    context = evolve(watch.context, deadline=watch.context.clock.now() + ROLLBACK_TIMEOUT)
    stack = context.call_with_retries(
        "the stack", lambda: cloudformation.describe_stack(context.aws, operation.stack_id)
    )
    is_update = operation.kind is OperationKind.UPDATE
    undo = cloudformation.cancel_update if is_update else cloudformation.delete_stack
    done = "rolled back" if is_update else "deleted"
    if stack is None or not stack.status.in_progress:
        state = stack.status if stack else StackStatus.DELETE_COMPLETE
        return evolve(failure, what=f"Stack {name} failed ({state})")
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
    left = diagnosis if is_update else diagnosis.without_logs(log_groups(watch.events))
    return evolve(failure, what=f"Stack {name} could not succeed and was {done}", diagnosis=left)


@define
class OperationWatch:
    """What was seen of one operation so far."""

    operation: StackOperation
    context: DeploymentContext
    service: StackServiceWatch | None = None
    status: StackStatus = field(init=False)
    reason: str = ""
    _known: dict[str, StackEvent] = field(factory=dict)
    _are_events_denied: bool = False
    _are_events_unread: bool = False
    _may_be_over: bool = False
    _described_at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.status = self.operation.kind.in_progress_status
        self._described_at = self.context.clock.now()

    @property
    def is_over(self) -> bool:
        return self.status in self.operation.kind.success_statuses or not self.status.in_progress

    @property
    def pause(self) -> Pause | None:
        """The pause that the stack's service waits at while the operation is in progress."""
        return self.service.pause if self.service and not self.is_over else None

    @property
    def diagnosis(self) -> Diagnosis:
        """What explains a failure; the logs that a failed create took with it are marked as deleted."""
        watch = self.service.watch if self.service else None
        diagnosis = diagnose_stack(self.events, watch.diagnosis if watch else None)
        if self.status in (StackStatus.ROLLBACK_COMPLETE, StackStatus.DELETE_COMPLETE):
            return diagnosis.without_logs(log_groups(self.events))
        return diagnosis

    @property
    def lack_of_reason(self) -> str:
        """Why no reason is known where none is."""
        if self._are_events_denied:
            return "the stack's events, which say why, may not be read"
        return "CloudFormation gave no reason"

    @property
    def events(self) -> list[StackEvent]:
        return list(self._known.values())

    def observe(self) -> PollResult[StackStatus]:
        """Read what is new of the operation: one call, and a second one where it may be over.

        The stack's status decides, never an event: it is read once an event says that the operation may be
        over, and once a minute in case that event never comes.
        """
        new = self._new_events()
        is_overdue = self.context.clock.now() - self._described_at >= REFRESH_INTERVAL
        if self._may_be_over or self._are_events_denied or is_overdue:
            self._describe()
            new = new or self._resource_events()
        changed = bool(new)
        if self.service and self.status not in self.operation.kind.success_statuses:
            changed |= self.service.observe(self.events)
        gave_up = self.service is not None and self.service.cannot_succeed
        settled = self.is_over or gave_up or self.pause is not None
        return PollResult(value=self.status, settled=settled, changed=changed)

    def close(self) -> None:
        """Collect, at the end of the time, what the stack's service still waits for."""
        if self.service and self.service.watch:
            self.service.watch.close()

    def _new_events(self) -> list[StackEvent]:
        if self._are_events_denied:
            return []
        try:
            new = list(operation_events(self.context.aws, self.operation, self._known))
        except AwsCallError as error:
            if not error.transient:
                self._are_events_denied = True
                self.context.say(
                    Level.WARNING, f"{error.what}: only the stack's status is watched. {error.next_step}"
                )
            elif self._is_status_read():
                raise
            self._are_events_unread = True
            return []
        self._are_events_unread = False
        for event in reversed(new):
            self._known[event.event_id] = event
            self.context.report(
                StackChanged(
                    stack_name=self.operation.stack_name,
                    logical_id=event.logical_id,
                    resource_type=event.resource_type,
                    status=event.status,
                    reason=event.reason,
                )
            )
        self._may_be_over |= any(event.ends_operation for event in new)
        return new

    def _resource_events(self) -> list[StackEvent]:
        """Return what the resources say of themselves where the events cannot be read."""
        if not self._are_events_unread:
            return []
        try:
            found = list(resource_events(self.context.aws, self.operation))
        except AwsCallError as error:
            self.context.warn_once(error.what, f"A failure will be explained without this: {error}")
            return []
        new = [event for event in found if event.event_id not in self._known]
        self._known.update((event.event_id, event) for event in new)
        return new

    def _is_status_read(self) -> bool:
        """Return whether the stack's status was read lately: then events that are throttled can wait."""
        return self.context.clock.now() - self._described_at < REFRESH_INTERVAL

    def _describe(self) -> None:
        stack = cloudformation.describe_stack(self.context.aws, self.operation.stack_id)
        self._described_at = self.context.clock.now()
        self.status = stack.status if stack else StackStatus.DELETE_COMPLETE
        self.reason = stack.reason if stack else ""
