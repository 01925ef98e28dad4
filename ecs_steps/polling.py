"""Ask until settled or out of time: the library's only loop."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

import tenacity
from attrs import define, field, frozen

from ecs_steps.clock import Clock
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Level, Message, Report, StillWaiting

T = TypeVar("T")

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 10.0
LONGEST_THROTTLED = 20.0
HEARTBEAT_INTERVAL = 30.0
UNSEEN_READS = 10


@frozen(kw_only=True)
class PollResult(Generic[T]):
    """What one look showed: is it final, and is it news?"""

    value: T
    settled: bool
    changed: bool = False


@define
class _Poll:
    """One wait: tenacity's stop and wait rules, on the injected clock."""

    clock: Clock
    deadline: datetime | None
    report: Report
    waiting_for: str
    started: datetime = field(init=False)
    spoke_at: datetime = field(init=False)
    unseen_since: datetime = field(init=False)
    failed_reads: int = 0
    pause: float = FIRST_PAUSE

    def __attrs_post_init__(self) -> None:
        self.started = self.spoke_at = self.unseen_since = self.clock.now()

    def heard(self, state: tenacity.RetryCallState) -> None:
        """Note what the last look brought, before the next pause."""
        now, outcome = self.clock.now(), state.outcome
        if outcome is None:
            return
        if outcome.failed:
            self._unseen(now, outcome.exception())
        else:
            self.failed_reads = 0
            self.pause = min(self.pause * 1.25, LONGEST_PAUSE)
            if outcome.result().changed:
                self.spoke_at = now
                self.pause = FIRST_PAUSE
        if (now - self.spoke_at).total_seconds() >= HEARTBEAT_INTERVAL:
            self.spoke_at = now
            self.report(StillWaiting(text=self.waiting_for, seconds=(now - self.started).total_seconds()))

    def _unseen(self, now: datetime, error: BaseException | None) -> None:
        if self.failed_reads == 0:
            self.unseen_since = now
        self.failed_reads += 1
        if isinstance(error, AwsCallError) and error.throttled:
            # Decorrelated jitter: many steps that are throttled together must not come back together.
            self.pause = random.uniform(FIRST_PAUSE, min(self.pause * 3, LONGEST_THROTTLED))  # noqa: S311  no secret
        else:
            self.pause = min(self.pause * 1.5, LONGEST_PAUSE)
        if self.failed_reads == UNSEEN_READS:
            seconds = (now - self.unseen_since).total_seconds()
            self.report(
                Message(
                    Level.WARNING,
                    f"AWS could not be read {UNSEEN_READS} times in a row, for {seconds:.0f} s now "
                    f"({error}); still waiting for {self.waiting_for}.",
                )
            )

    def next_pause(self, _: tenacity.RetryCallState) -> float:
        """Never sleep past the deadline: the last look is taken when it strikes."""
        if self.deadline is None:
            return self.pause
        return max(0.0, min(self.pause, (self.deadline - self.clock.now()).total_seconds()))

    def out_of_time(self, _: tenacity.RetryCallState) -> bool:
        return self.deadline is not None and self.clock.now() >= self.deadline


def poll(
    ask: Callable[[], PollResult[T]],
    *,
    clock: Clock,
    deadline: datetime | None,
    report: Report,
    waiting_for: str,
) -> PollResult[T]:
    """Ask until what is seen is settled, or until `deadline`; return what was seen last.

    Pauses begin at 2 s, grow to 10 s while nothing changes and fall back to 2 s when something does. Reads
    that fail for a passing reason are skipped: the deadline alone ends a wait. A throttled one is followed by
    a pause of up to 20 s, left to chance. After 30 s without news the report hears what is waited for.

    Raises:
        AwsCallError: The read failed for a lasting reason, or nothing could be read before the deadline.
    """
    wait = _Poll(clock, deadline, report, waiting_for)
    last: list[PollResult[T]] = []

    def look() -> PollResult[T]:
        seen = ask()
        last[:] = [seen]
        return seen

    def give_up(state: tenacity.RetryCallState) -> PollResult[T]:
        if last:
            return last[-1]
        assert state.outcome is not None  # noqa: S101  tenacity calls this after an attempt
        return state.outcome.result()  # type: ignore[no-any-return]

    return tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda seen: not seen.settled)
        | tenacity.retry_if_exception(lambda error: isinstance(error, AwsCallError) and error.transient),
        stop=wait.out_of_time,
        wait=wait.next_pause,
        sleep=clock.sleep,
        after=wait.heard,
        retry_error_callback=give_up,
        reraise=True,
    )(look)
