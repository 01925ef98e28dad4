"""The sandbox's time."""

import time

from ecs_steps.sandbox.timeline import START, FastClock, Timeline, VirtualClock


def test_things_happen_in_order_each_at_its_own_moment() -> None:
    timeline = Timeline()
    heard: list[tuple[str, float]] = []

    def note(name: str) -> None:
        heard.append((name, (timeline.now - START).total_seconds()))

    timeline.after(5, lambda: note("second"))
    timeline.after(1, lambda: note("first"))
    timeline.after(5, lambda: note("third"))
    timeline.after(11, lambda: note("never"))
    VirtualClock(timeline).sleep(10)

    assert heard == [("first", 1), ("second", 5), ("third", 5)]
    assert (timeline.now - START).total_seconds() == 10


def test_what_a_happening_puts_on_the_timeline_happens_too() -> None:
    timeline = Timeline()
    heard: list[str] = []

    timeline.after(1, lambda: timeline.after(1, lambda: heard.append("later")))
    VirtualClock(timeline).sleep(2)

    assert heard == ["later"]


def test_a_fast_clock_lets_time_pass_by_sleeps_alone() -> None:
    clock = FastClock(Timeline(), speed=1_000_000)

    clock.sleep(3600)

    assert (clock.now() - START).total_seconds() == 3600


def test_a_fast_clock_takes_its_share_of_real_time() -> None:
    clock = FastClock(Timeline(), speed=1000)
    begun = time.monotonic()

    clock.sleep(50)

    assert time.monotonic() - begun >= 0.05
