"""Watch one operation of a stack to its end."""

from datetime import datetime, timedelta

from attrs import define, field

from ecs_steps.aws import cloudformation
from ecs_steps.aws.cloudformation import StackOperation
from ecs_steps.aws.stack_events import StackEvent, diagnose_stack
from ecs_steps.aws.stack_status import StackStatus
from ecs_steps.aws.surroundings import Surroundings
from ecs_steps.errors import AccessDeniedError, StackFailedError, TimedOutError
from ecs_steps.polling import Seen, poll
from ecs_steps.report import Level, StackChanged

UNTOLD = timedelta(seconds=60)


def watch_operation(operation: StackOperation, around: Surroundings) -> None:
    """Wait until the operation has succeeded, reporting every change of a resource.

    Raises:
        StackFailedError: It did not succeed; with the root cause of this operation.
        TimedOutError: The time was over before it had ended.
    """
    watch = _Watch(operation, around)
    seen = poll(
        watch.look,
        clock=around.clock,
        deadline=around.deadline,
        report=around.report,
        waiting_for=f"stack {operation.stack_name}",
    )
    status = seen.value
    if not seen.settled:
        raise TimedOutError(
            what=f"Stack {operation.stack_name} is not finished yet",
            why=f"it was {status} when the time to wait was over",
            next_step="CloudFormation goes on with it; deploy again to wait for it.",
            diagnosis=diagnose_stack(watch.events),
        )
    if status not in operation.kind.goals:
        diagnosis = diagnose_stack(watch.events)
        raise StackFailedError(
            what=f"Stack {operation.stack_name} failed ({status})",
            why=str(diagnosis.root_cause or watch.reason or "CloudFormation gave no reason"),
            diagnosis=diagnosis,
        )


@define
class _Watch:
    """What was seen of one operation so far."""

    operation: StackOperation
    around: Surroundings
    status: StackStatus = field(init=False)
    reason: str = ""
    known: dict[str, StackEvent] = field(factory=dict)
    events_denied: bool = False
    end_in_sight: bool = False
    described_at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.status = self.operation.kind.under_way
        self.described_at = self.around.clock.now()

    @property
    def is_over(self) -> bool:
        return self.status in self.operation.kind.goals or not self.status.in_progress

    @property
    def events(self) -> list[StackEvent]:
        return list(self.known.values())

    def look(self) -> Seen[StackStatus]:
        """Read what is new of the operation: one call, and a second one where the end is in sight.

        The stack's status decides, never an event: it is asked for once an event says that the stack has
        come to rest, and once a minute in case that event was never told.
        """
        news = self._new_events()
        overdue = self.around.clock.now() - self.described_at >= UNTOLD
        if self.end_in_sight or self.events_denied or overdue:
            self._describe()
        return Seen(value=self.status, settled=self.is_over, changed=bool(news))

    def _new_events(self) -> list[StackEvent]:
        if self.events_denied:
            return []
        try:
            news = list(cloudformation.operation_events(self.around.aws, self.operation, self.known))
        except AccessDeniedError as error:
            self.events_denied = True
            self.around.say(
                Level.WARNING, f"{error.what}: only the stack's status is watched. {error.next_step}"
            )
            return []
        for event in reversed(news):
            self.known[event.event_id] = event
            self.around.report(
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
        stack = cloudformation.describe_stack(self.around.aws, self.operation.stack_id)
        self.described_at = self.around.clock.now()
        self.status = stack.status if stack else StackStatus.DELETE_COMPLETE
        self.reason = stack.reason if stack else ""
