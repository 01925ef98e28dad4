"""From the events of one stack operation to its root cause; pure.

CloudFormation writes one failure as many: the resource that failed, all those cancelled with it, the stack's
own summary, and whatever goes wrong in the rollback. The cause is the first failure of a resource before the
rollback began. Where all that it says is that the tasks did not come up, the cause is what they say.
"""

import re
from collections.abc import Iterable, Sequence

from attrs import evolve

from ecs_steps.aws.denials import Denial
from ecs_steps.aws.stack_events import StackEvent
from ecs_steps.causes import Cause, Diagnosis, ResourceFailure, StackFailures
from ecs_steps.stacks.reasons import match_stack_reason

WRAPPER = re.compile(
    r'^Resource handler returned message: "(?P<message>.*)" \(RequestToken: [^,]*, HandlerErrorCode: \w+\)$',
    re.DOTALL,
)
CANCELLED = re.compile(r"^Resource (creation|update|deletion) cancelled$", re.IGNORECASE)
SUMMARY = "The following resource(s) failed to"
AT_THE_TASKS = re.compile(r"Circuit Breaker was triggered|did not stabilize|NotStabilized", re.IGNORECASE)


def stack_failures(events: Sequence[StackEvent]) -> StackFailures:
    """Find what failed in the events of one operation; those of one moment are given oldest first."""
    in_order = sorted(events, key=lambda event: event.at)
    began = next((i for i, event in enumerate(in_order) if event.begins_rollback), 0)
    rollback = began or len(in_order)  # a rollback that is continued is the operation itself
    failures = list(_resource_failures(in_order[:rollback]))
    return StackFailures(
        first=failures[0] if failures else _own_reason(in_order),
        others=tuple(failures[1:]),
        in_rollback=tuple(_resource_failures(in_order[rollback:])),
    )


def diagnose_stack(events: Sequence[StackEvent], tasks: Diagnosis | None = None) -> Diagnosis:
    """Find the root cause of a failed operation, with what the tasks of the stack's service say of it.

    CloudFormation's own cause comes first, unless all that it says is that the tasks did not come up.
    """
    stack = stack_failures(events)
    first = stack.first
    known = tasks is not None and tasks.root_cause is not None
    if tasks and known and (first is None or points_at_tasks(first)):
        return evolve(tasks, stack=stack)
    also = (tasks.root_cause,) if tasks and tasks.root_cause else ()
    return Diagnosis(
        root_cause=_cause(first) if first else None,
        also=also,
        noise=tasks.noise if tasks else (),
        verdict=tasks.verdict if tasks else "",
        look_next=tasks.look_next if tasks else "",
        stack=stack,
        is_stack_cause=first is not None,
    )


def points_at_tasks(failure: ResourceFailure) -> bool:
    """Return whether a failure only says that ECS' tasks did not come up."""
    return bool(AT_THE_TASKS.search(failure.reason))


def log_groups(events: Iterable[StackEvent]) -> frozenset[str]:
    """Return the names of the log groups that are the stack's own."""
    return frozenset(event.physical_id for event in events if event.resource_type == "AWS::Logs::LogGroup")


def _cause(failure: ResourceFailure) -> Cause:
    """Return the failure as a cause, with what to do about it where that is known.

    CloudFormation acts with the credentials of whoever started the operation: a denial is theirs.
    """
    if denial := Denial.parse(failure.reason, about=failure.logical_id):
        return Cause(reason="access-denied", what=str(failure), remedy=denial.next_step)
    reason = match_stack_reason(failure.resource_type, failure.reason)
    return Cause(
        reason=reason.name if reason else "stack-resource",
        what=str(failure),
        remedy=reason.remedy if reason else "",
    )


def _resource_failures(events: Iterable[StackEvent]) -> Iterable[ResourceFailure]:
    for event in events:
        if event.failed and not event.is_of_stack and not CANCELLED.match(event.reason):
            yield _failure(event)


def _own_reason(events: Iterable[StackEvent]) -> ResourceFailure | None:
    """Return what the stack says of itself where no resource failed, such as a refused parameter."""
    reasons = (
        event
        for event in events
        if event.is_of_stack
        and (event.failed or event.begins_rollback)
        and event.reason
        and not event.reason.startswith(SUMMARY)
    )
    return next(map(_failure, reasons), None)


def _failure(event: StackEvent) -> ResourceFailure:
    wrapped = WRAPPER.match(event.reason)
    return ResourceFailure(
        logical_id=event.logical_id,
        resource_type=event.resource_type,
        status=event.status,
        reason=(wrapped["message"] if wrapped else event.reason) or "CloudFormation gave no reason",
    )
