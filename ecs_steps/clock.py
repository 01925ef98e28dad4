"""The time: real, or whatever a caller injects."""

import time
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

from attrs import field, frozen


class Clock(Protocol):
    """The time, and the only way to let it pass."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC; it never goes backwards."""

    def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed."""


@frozen
class SystemClock:
    """Real time: the wall clock when it was made, and the monotonic clock since."""

    _started: datetime = field(factory=lambda: datetime.now(UTC))
    _ticks: float = field(factory=time.monotonic)

    def now(self) -> datetime:
        return self._started + timedelta(seconds=time.monotonic() - self._ticks)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@frozen
class CancellableClock:
    """A clock whose sleeps end once an event is set, so that another thread can cancel a step.

    The step ends as by Ctrl+C: with `InterruptedDeploymentError`, which says what continues in AWS.
    """

    cancel: Event
    clock: Clock = field(factory=SystemClock)

    def now(self) -> datetime:
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Sleep, and raise KeyboardInterrupt as soon as the event is set."""
        if isinstance(self.clock, SystemClock):
            self.cancel.wait(seconds)
        elif not self.cancel.is_set():
            self.clock.sleep(seconds)
        if self.cancel.is_set():
            raise KeyboardInterrupt("the event that cancels the step is set")


def is_cancelled(clock: Clock) -> bool:
    """Return whether the event of a clock is set; for what works without a sleep."""
    return isinstance(clock, CancellableClock) and clock.cancel.is_set()


def cancellable(clock: Clock | None, cancel: Event | None) -> Clock | None:
    """Return the clock of a step that an event cancels; without an event the clock as it is.

    Raises:
        TypeError: What cancels is no event.
    """
    if cancel is None:
        return clock
    if not isinstance(cancel, Event):
        raise TypeError(f"cancel= expects a threading.Event, not {type(cancel).__name__}")
    return CancellableClock(cancel, clock or SystemClock())
