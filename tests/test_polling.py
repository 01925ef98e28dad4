import random
from datetime import timedelta
from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import AwsCallError
from ecs_steps.polling import FIRST_PAUSE, MAX_PAUSE, MAX_THROTTLED_PAUSE, PollResult, poll
from ecs_steps.reporting.events import Level, Message, Reported, StillWaiting
from ecs_steps.sandbox.timeline import Timeline, VirtualClock


def clock() -> VirtualClock:
    return VirtualClock(Timeline())


def passing_fault() -> AwsCallError:
    return AwsCallError(
        what="DescribeX was throttled", operation="DescribeX", code="Throttling", transient=True
    )


def ignore(_: Reported) -> None:
    """No one listens."""


def test_what_is_settled_at_once_costs_one_read_and_no_time() -> None:
    time = clock()
    begun = time.now()

    seen = poll(
        lambda: PollResult(value=1, settled=True), clock=time, deadline=None, report=ignore, waiting_for="it"
    )

    assert seen == PollResult(value=1, settled=True)
    assert time.now() == begun


def test_pauses_grow_while_nothing_changes_and_fall_back_when_something_does() -> None:
    time = clock()
    observed: list[float] = []
    begun = time.now()

    def read() -> PollResult[int]:
        observed.append((time.now() - begun).total_seconds())
        return PollResult(value=0, settled=len(observed) == 16, changed=len(observed) == 12)

    poll(read, clock=time, deadline=None, report=ignore, waiting_for="it")

    pauses = [after - before for before, after in pairwise(observed)]
    assert pauses[0] <= 2.5
    assert pauses[10] == MAX_PAUSE
    assert pauses[11] <= 2.5


def test_the_last_read_is_made_when_the_deadline_is_reached() -> None:
    time = clock()
    deadline = time.now() + timedelta(seconds=61)
    observed = []

    def read() -> PollResult[int]:
        observed.append(time.now())
        return PollResult(value=len(observed), settled=False)

    seen = poll(read, clock=time, deadline=deadline, report=ignore, waiting_for="it")

    assert not seen.settled
    assert seen.value == len(observed)
    assert observed[-1] == deadline


@given(seconds=st.floats(0, 5000), cost=st.floats(0, 30))
def test_polling_never_overshoots_its_deadline_by_more_than_one_read(seconds: float, cost: float) -> None:
    time = clock()
    deadline = time.now() + timedelta(seconds=seconds)

    def read() -> PollResult[int]:
        time.sleep(cost)
        return PollResult(value=0, settled=False)

    poll(read, clock=time, deadline=deadline, report=ignore, waiting_for="it")

    assert time.now() <= deadline + timedelta(seconds=cost + 0.001)


def test_a_read_that_fails_for_a_passing_reason_is_skipped() -> None:
    time = clock()
    results: list[PollResult[str] | AwsCallError] = [
        passing_fault(),
        passing_fault(),
        PollResult(value="ok", settled=True),
    ]

    def read() -> PollResult[str]:
        result = results.pop(0)
        if isinstance(result, AwsCallError):
            raise result
        return result

    seen = poll(read, clock=time, deadline=None, report=ignore, waiting_for="it")

    assert seen.value == "ok"


def test_steps_that_are_throttled_together_do_not_read_again_together() -> None:
    def pauses() -> list[float]:
        time = clock()
        observed: list[float] = []
        begun = time.now()

        def read() -> PollResult[str]:
            observed.append((time.now() - begun).total_seconds())
            if len(observed) <= 10:
                raise evolve(passing_fault(), throttled=True)
            return PollResult(value="ok", settled=True)

        poll(read, clock=time, deadline=None, report=ignore, waiting_for="it")
        return [after - before for before, after in pairwise(observed)]

    random.seed(1)  # by chance none of the pauses is long, once in two thousand times
    one, another = pauses(), pauses()

    assert not set(one) & set(another)
    assert all(FIRST_PAUSE <= pause <= MAX_THROTTLED_PAUSE for pause in one + another)
    assert max(one + another) > MAX_PAUSE


def test_a_read_that_fails_for_a_lasting_reason_ends_the_wait() -> None:
    def read() -> PollResult[str]:
        raise AwsCallError(what="DescribeX was refused", operation="DescribeX", code="ValidationError")

    with pytest.raises(AwsCallError, match="DescribeX was refused"):
        poll(read, clock=clock(), deadline=None, report=ignore, waiting_for="it")


def test_nothing_readable_before_the_deadline_is_the_readers_error() -> None:
    time = clock()

    def read() -> PollResult[str]:
        raise passing_fault()

    with pytest.raises(AwsCallError, match="throttled"):
        poll(read, clock=time, deadline=time.now() + timedelta(minutes=2), report=ignore, waiting_for="it")


def test_the_last_result_outlives_reads_that_fail_until_the_deadline() -> None:
    time = clock()
    observed: list[int] = []

    def read() -> PollResult[str]:
        observed.append(1)
        if len(observed) > 1:
            raise passing_fault()
        return PollResult(value="half way", settled=False)

    seen = poll(read, clock=time, deadline=time.now() + timedelta(minutes=2), report=ignore, waiting_for="it")

    assert seen.value == "half way"


def test_ten_failed_reads_in_a_row_are_reported_once() -> None:
    time = clock()
    reports: list[Reported] = []
    observed: list[int] = []

    def read() -> PollResult[str]:
        observed.append(1)
        if len(observed) <= 15:
            raise passing_fault()
        return PollResult(value="ok", settled=True)

    poll(read, clock=time, deadline=None, report=reports.append, waiting_for="the stack")

    [warning] = [m for m in reports if isinstance(m, Message)]
    assert warning.level is Level.WARNING
    assert "10 times in a row" in warning.text
    assert "the stack" in warning.text


def test_a_heartbeat_comes_every_thirty_seconds_without_a_change() -> None:
    time = clock()
    reports: list[Reported] = []
    begun = time.now()

    def read() -> PollResult[int]:
        passed = (time.now() - begun).total_seconds()
        return PollResult(value=0, settled=passed > 100, changed=0 < passed < 20)

    poll(read, clock=time, deadline=None, report=reports.append, waiting_for="the service")

    beats = [item for item in reports if isinstance(item, StillWaiting)]
    assert [beat.text for beat in beats] == ["the service", "the service"]
    assert 45 <= beats[0].seconds < 65


def test_a_wait_that_reads_nothing_has_heartbeats_too() -> None:
    time = clock()
    reports: list[Reported] = []

    def read() -> PollResult[str]:
        raise passing_fault()

    with pytest.raises(AwsCallError):
        poll(
            read,
            clock=time,
            deadline=time.now() + timedelta(minutes=2),
            report=reports.append,
            waiting_for="the service",
        )

    assert len([item for item in reports if isinstance(item, StillWaiting)]) == 3


def test_the_warning_counts_from_the_first_read_that_failed() -> None:
    time = clock()
    reports: list[Reported] = []
    begun = time.now()

    def read() -> PollResult[str]:
        passed = (time.now() - begun).total_seconds()
        if 300 < passed < 420:
            raise passing_fault()
        return PollResult(value="", settled=passed > 500)

    poll(read, clock=time, deadline=None, report=reports.append, waiting_for="it")

    [warning] = [m.text for m in reports if isinstance(m, Message)]
    assert "for 90 s now" in warning
