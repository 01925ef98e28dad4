"""The sandbox's time: a queue of what will happen, and two clocks that let it."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from attrs import define, field

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@define
class Timeline:
    """What will happen in the pretend AWS, in order; nothing happens by itself.

    Everything that takes time there (a stack that creates a resource, a task that starts) is a callable that
    was put on the timeline with `after`; `advance_to` runs what is due, each at its own moment.
    """

    now: datetime = START
    _due: list[tuple[datetime, int, Callable[[], None]]] = field(factory=list)
    _order: "itertools.count[int]" = field(factory=itertools.count)
    lock: threading.RLock = field(factory=threading.RLock)

    def after(self, seconds: float, happening: Callable[[], None]) -> None:
        """Let `happening` happen `seconds` from now."""
        with self.lock:
            moment = self.now + timedelta(seconds=seconds)
            heapq.heappush(self._due, (moment, next(self._order), happening))

    def advance_to(self, moment: datetime) -> None:
        """Let everything happen that is due up to and at `moment`."""
        with self.lock:
            while self._due and self._due[0][0] <= moment:
                due, _, happening = heapq.heappop(self._due)
                self.now = max(self.now, due)
                happening()
            self.now = max(self.now, moment)


@define
class VirtualClock:
    """A clock that stands still but for sleeps, which take no real time."""

    timeline: Timeline

    def now(self) -> datetime:
        return self.timeline.now

    def sleep(self, seconds: float) -> None:
        with self.timeline.lock:
            self.timeline.advance_to(self.timeline.now + timedelta(seconds=seconds))


@define
class FastClock(VirtualClock):
    """A virtual clock to watch: each sleep takes real time as well, `speed` times less of it.

    Only sleeps let time pass, so that a slow machine changes nothing of what happens.
    """

    speed: float

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)
        super().sleep(seconds)
