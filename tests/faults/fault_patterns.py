"""The columns of the matrix: every kind of fault, once and for as long as the step runs."""

import sys
from collections.abc import Iterator

from attrs import frozen

from ecs_steps.sandbox import Fault, FaultKind

PERMANENT = (
    FaultKind.EXPIRED_TOKEN,
    FaultKind.ACCESS_DENIED,
    FaultKind.CLOCK_SKEW,
    FaultKind.WRONG_REGION,
)
"""Faults that do not pass by themselves: once is always."""

MANY_TIMES = 10


@frozen(kw_only=True)
class FaultPattern:
    """A kind of fault, and how many requests of a call fail (none: all that follow)."""

    kind: FaultKind
    times: int | None = None

    def __str__(self) -> str:
        if self.kind in PERMANENT:
            return self.kind.value
        often = {None: "always", 1: "once"}.get(self.times, f"{self.times} times")
        return f"{self.kind.value}, {often}"

    def fault_of(self, operation: str, first: int) -> Fault:
        """Return the fault of an operation from its request `first` on, counted from 0."""
        last = sys.maxsize if self.times is None else first + self.times
        return Fault(operation, self.kind, range(first, last))


def _fault_patterns() -> Iterator[FaultPattern]:
    for kind in FaultKind:
        if kind not in PERMANENT:
            yield FaultPattern(kind=kind, times=1)
        if kind is FaultKind.THROTTLED:
            yield FaultPattern(kind=kind, times=MANY_TIMES)
        yield FaultPattern(kind=kind)


FAULT_PATTERNS = tuple(_fault_patterns())

CAUSES = {
    FaultKind.THROTTLED: "throttled",
    FaultKind.INTERNAL_ERROR: "internal error|Service Unavailable",
    FaultKind.UNAVAILABLE: "Service Unavailable",
    FaultKind.CONNECTION_REFUSED: "Could not connect",
    FaultKind.CONNECTION_RESET: "Connection was closed",
    FaultKind.READ_TIMEOUT: "Read timeout",
    FaultKind.TRUNCATED_BODY: "the connection was cut while AWS answered",
    FaultKind.EXPIRED_TOKEN: "credentials have expired",
    FaultKind.ACCESS_DENIED: "not authorized to perform",
    FaultKind.CLOCK_SKEW: "clock is wrong",
    FaultKind.WRONG_REGION: "signed for another region",
}
"""A pattern for each cause's text in a step's error."""
