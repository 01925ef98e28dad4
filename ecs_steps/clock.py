"""The time: real, or whatever a caller injects."""

import time
from datetime import UTC, datetime, timedelta
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
