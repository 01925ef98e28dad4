"""Poll until settled or out of time: the library's only loop."""

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
MAX_PAUSE = 10.0
MAX_THROTTLED_PAUSE = 20.0
HEARTBEAT_INTERVAL = 30.0
FAILED_READS_BEFORE_WARNING = 10


@frozen(kw_only=True)
class PollResult(Generic[T]):
    """What one read showed: whether that is final, and whether it is new.

    `pause` is how many seconds pass until the next read, where what is read decides that.
    """

    value: T
    settled: bool
    changed: bool = False
    pause: float | None = None


@define
class _Poll:
    """One wait: tenacity's stop and wait rules, on the injected clock."""

    clock: Clock
    deadline: datetime | None
    report: Report
    waiting_for: str
    started: datetime = field(init=False)
    reported_at: datetime = field(init=False)
    unread_since: datetime = field(init=False)
    failed_reads: int = 0
    pause: float = FIRST_PAUSE

    def __attrs_post_init__(self) -> None:
        self.started = self.reported_at = self.unread_since = self.clock.now()

    def after_attempt(self, state: tenacity.RetryCallState) -> None:
        """Adapt the next pause to what the last read brought, and send a heartbeat where one is due."""
        now, outcome = self.clock.now(), state.outcome
        if outcome is None:
            return
        if outcome.failed:
            self._after_failure(now, outcome.exception())
        else:
            self.failed_reads = 0
            self.pause = min(self.pause * 1.25, MAX_PAUSE)
            if outcome.result().changed:
                self.reported_at = now
                self.pause = FIRST_PAUSE
            self.pause = outcome.result().pause or self.pause
        if (now - self.reported_at).total_seconds() >= HEARTBEAT_INTERVAL:
            self.reported_at = now
            self.report(StillWaiting(text=self.waiting_for, seconds=(now - self.started).total_seconds()))

    def _after_failure(self, now: datetime, error: BaseException | None) -> None:
        if self.failed_reads == 0:
            self.unread_since = now
        self.failed_reads += 1
        if isinstance(error, AwsCallError) and error.throttled:
            # Decorrelated jitter: many steps that are throttled together must not come back together.
            self.pause = random.uniform(FIRST_PAUSE, min(self.pause * 3, MAX_THROTTLED_PAUSE))  # noqa: S311  no secret
        else:
            self.pause = min(self.pause * 1.5, MAX_PAUSE)
        if self.failed_reads == FAILED_READS_BEFORE_WARNING:
            seconds = (now - self.unread_since).total_seconds()
            self.report(
                Message(
                    Level.WARNING,
                    f"AWS could not be read {self.failed_reads} times in a row, for {seconds:.0f} s now "
                    f"({error}); still waiting for {self.waiting_for}.",
                )
            )

    def next_pause(self, _: tenacity.RetryCallState) -> float:
        """Return the seconds to sleep, never past the deadline: the last read is made when it is reached."""
        if self.deadline is None:
            return self.pause
        return max(0.0, min(self.pause, (self.deadline - self.clock.now()).total_seconds()))

    def out_of_time(self, _: tenacity.RetryCallState) -> bool:
        return self.deadline is not None and self.clock.now() >= self.deadline


def poll(
    read: Callable[[], PollResult[T]],
    *,
    clock: Clock,
    deadline: datetime | None,
    report: Report,
    waiting_for: str,
) -> PollResult[T]:
    """Read until the result is settled, or until `deadline`; return the last result.

    Pauses begin at 2 s, grow to 10 s while nothing changes and fall back to 2 s when something does. Reads
    that fail for a passing reason are skipped: the deadline alone ends a wait. A throttled one is followed by
    a random pause of up to 20 s. After 30 s without a change a heartbeat reports what is waited for.

    Raises:
        AwsCallError: The read failed for a lasting reason, or nothing could be read before the deadline.
    """
    wait = _Poll(clock, deadline, report, waiting_for)
    last: list[PollResult[T]] = []

    def attempt() -> PollResult[T]:
        result = read()
        last[:] = [result]
        return result

    def give_up(state: tenacity.RetryCallState) -> PollResult[T]:
        if last:
            return last[-1]
        assert state.outcome is not None  # noqa: S101  tenacity calls this after an attempt
        return state.outcome.result()  # type: ignore[no-any-return]

    return tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda result: not result.settled)
        | tenacity.retry_if_exception(lambda error: isinstance(error, AwsCallError) and error.transient),
        stop=wait.out_of_time,
        wait=wait.next_pause,
        sleep=clock.sleep,
        after=wait.after_attempt,
        retry_error_callback=give_up,
        reraise=True,
    )(attempt)
