"""The sandbox's time."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from ecs_steps.sandbox.timeline import START, FastClock, Timeline, VirtualClock


def test_things_happen_in_order_each_at_its_own_moment() -> None:
    timeline = Timeline()
    replies: list[tuple[str, float]] = []

    def note(name: str) -> None:
        replies.append((name, (timeline.now - START).total_seconds()))

    timeline.after(5, lambda: note("second"))
    timeline.after(1, lambda: note("first"))
    timeline.after(5, lambda: note("third"))
    timeline.after(11, lambda: note("never"))
    VirtualClock(timeline).sleep(10)

    assert replies == [("first", 1), ("second", 5), ("third", 5)]
    assert (timeline.now - START).total_seconds() == 10


def test_what_an_event_puts_on_the_timeline_happens_too() -> None:
    timeline = Timeline()
    replies: list[str] = []

    timeline.after(1, lambda: timeline.after(1, lambda: replies.append("later")))
    VirtualClock(timeline).sleep(2)

    assert replies == ["later"]


def test_a_fast_clock_lets_time_pass_by_sleeps_alone() -> None:
    clock = FastClock(Timeline(), speed=1_000_000)

    clock.sleep(3600)

    assert (clock.now() - START).total_seconds() == 3600


def test_a_fast_clock_takes_its_share_of_real_time() -> None:
    clock = FastClock(Timeline(), speed=1000)
    begun = time.monotonic()

    clock.sleep(50)

    assert time.monotonic() - begun >= 0.05


def test_the_sleeps_of_threads_that_take_part_overlap() -> None:
    clock = VirtualClock(Timeline())
    ready = Barrier(3)
    woken: list[tuple[str, float]] = []

    def sleep(name: str, *naps: float) -> None:
        with clock.taking_part():
            ready.wait(timeout=10)
            for nap in naps:
                clock.sleep(nap)
                woken.append((name, (clock.now() - START).total_seconds()))

    with ThreadPoolExecutor(3) as threads:
        for name, naps in {"quick": (1, 1, 3), "slow": (4,), "once": (0.5,)}.items():
            threads.submit(sleep, name, *naps)

    assert woken == [("once", 0.5), ("quick", 1), ("quick", 2), ("slow", 4), ("quick", 5)]


def test_sleeps_follow_each_other_when_no_thread_takes_part_any_more() -> None:
    clock = VirtualClock(Timeline())
    with clock.taking_part():
        clock.sleep(1)

    clock.sleep(1)
    clock.sleep(1)

    assert (clock.now() - START).total_seconds() == 3
