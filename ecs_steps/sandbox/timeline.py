"""The sandbox's time: a queue of what will happen, and two clocks that let it."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from attrs import define, field

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@define
class Timeline:
    """What will happen in the fake AWS, in order; nothing happens by itself.

    Everything that takes time there (a stack that creates a resource, a task that starts) is a callable that
    was put on the timeline with `after`; `advance_to` runs what is due, each at its own moment.
    """

    now: datetime = START
    _due: list[tuple[datetime, int, Callable[[], None]]] = field(factory=list)
    _order: "itertools.count[int]" = field(factory=itertools.count)
    lock: threading.RLock = field(factory=threading.RLock)

    def after(self, seconds: float, event: Callable[[], None]) -> None:
        """Schedule `event` for `seconds` from now."""
        with self.lock:
            moment = self.now + timedelta(seconds=seconds)
            heapq.heappush(self._due, (moment, next(self._order), event))

    def advance_to(self, moment: datetime) -> None:
        """Let everything happen that is due up to and at `moment`."""
        with self.lock:
            while self._due and self._due[0][0] <= moment:
                due, _, event = heapq.heappop(self._due)
                self.now = max(self.now, due)
                event()
            self.now = max(self.now, moment)


@define
class VirtualClock:
    """A clock that stands still but for sleeps, which take no real time.

    Threads that share it say so: then time passes when all that take part sleep, and their sleeps overlap.
    """

    timeline: Timeline
    _awake: int = field(default=0, init=False)
    _wakings: list[datetime] = field(factory=list, init=False)
    _woken: threading.Condition = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._woken = threading.Condition(self.timeline.lock)

    def now(self) -> datetime:
        return self.timeline.now

    def sleep(self, seconds: float) -> None:
        with self._woken:
            waking = self.timeline.now + timedelta(seconds=seconds)
            if not self._awake:
                self.timeline.advance_to(waking)
                return
            heapq.heappush(self._wakings, waking)
            self._awake -= 1
            self._pass_time()
            self._woken.wait_for(lambda: self.timeline.now >= waking)

    @contextmanager
    def taking_part(self) -> Iterator[None]:
        """Let time pass only while this thread sleeps, until the block ends."""
        with self._woken:
            self._awake += 1
        try:
            yield
        finally:
            with self._woken:
                self._awake -= 1
                self._pass_time()

    def _pass_time(self) -> None:
        if self._awake or not self._wakings:
            return
        self.timeline.advance_to(self._wakings[0])
        while self._wakings and self._wakings[0] <= self.timeline.now:
            heapq.heappop(self._wakings)
            self._awake += 1
        self._woken.notify_all()


@define
class FastClock(VirtualClock):
    """A virtual clock to watch: each sleep takes real time as well, `speed` times less of it.

    Only sleeps let time pass, so that a slow machine changes nothing of what happens.
    """

    speed: float

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)
        super().sleep(seconds)
