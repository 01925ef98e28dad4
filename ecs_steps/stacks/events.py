"""From the events of one stack operation to its root cause; pure.

CloudFormation writes one failure as many: the resource that failed, all those cancelled with it, the stack's
own summary, and whatever goes wrong in the rollback. The cause is the first failure of a resource before the
rollback began.
"""

import re
from collections.abc import Iterable, Sequence

from attrs import frozen

from ecs_steps.aws.cloudformation import StackEvent
from ecs_steps.aws.denials import Denial

WRAPPER = re.compile(
    r'^Resource handler returned message: "(?P<message>.*)" \(RequestToken: [^,]*, HandlerErrorCode: \w+\)$',
    re.DOTALL,
)
CANCELLED = re.compile(r"^Resource (creation|update|deletion) cancelled$", re.IGNORECASE)
SUMMARY = "The following resource(s) failed to"
AT_THE_TASKS = re.compile(r"Circuit Breaker was triggered|did not stabilize|NotStabilized", re.IGNORECASE)


@frozen(kw_only=True)
class ResourceFailure:
    """A resource that CloudFormation could not make, change or delete, and why."""

    logical_id: str
    resource_type: str
    status: str
    reason: str

    @property
    def points_at_tasks(self) -> bool:
        """Whether the reason only says that ECS' tasks did not come up."""
        return bool(AT_THE_TASKS.search(self.reason))

    def __str__(self) -> str:
        return f"{self.logical_id} ({self.resource_type}): {self.reason}"


@frozen(kw_only=True)
class StackDiagnosis:
    """Why an operation failed: its root cause, what else failed, and what failed in the rollback."""

    root_cause: ResourceFailure | None
    also_failed: tuple[ResourceFailure, ...] = ()
    rollback_failures: tuple[ResourceFailure, ...] = ()

    @property
    def next_step(self) -> str:
        """What a person has to allow, where CloudFormation was denied something; empty otherwise.

        It makes, changes and deletes resources with the credentials of the one who started it.
        """
        cause = self.root_cause
        denial = Denial.told_in(cause.reason, about=cause.logical_id) if cause else None
        return denial.next_step if denial else ""

    def lines(self) -> list[str]:
        """Say it a line each, each by itself."""
        return [
            *(f"root cause: {self.root_cause}" for _ in range(self.root_cause is not None)),
            *(f"also failed: {failure}" for failure in self.also_failed),
            *(f"the rollback failed: {failure}" for failure in self.rollback_failures),
        ]

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "rootCause": _plain(self.root_cause) if self.root_cause else None,
            "alsoFailed": [_plain(failure) for failure in self.also_failed],
            "rollbackFailures": [_plain(failure) for failure in self.rollback_failures],
        }


def _plain(failure: ResourceFailure) -> dict[str, str]:
    return {
        "logicalId": failure.logical_id,
        "resourceType": failure.resource_type,
        "status": failure.status,
        "reason": failure.reason,
    }


def diagnose_stack(events: Sequence[StackEvent]) -> StackDiagnosis:
    """Find the root cause in the events of one operation; those of one moment are given oldest first."""
    told = sorted(events, key=lambda event: event.at)
    rollback = next((index for index, event in enumerate(told) if event.begins_rollback), len(told))
    failures = list(_resource_failures(told[:rollback]))
    return StackDiagnosis(
        root_cause=failures[0] if failures else _own_reason(told),
        also_failed=tuple(failures[1:]),
        rollback_failures=tuple(_resource_failures(told[rollback:])),
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
