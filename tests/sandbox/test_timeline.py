"""The sandbox's time."""

import pytest

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


def test_a_fast_clock_begins_where_the_timeline_is() -> None:
    timeline = Timeline()
    VirtualClock(timeline).sleep(3600)

    clock = FastClock(timeline, speed=1)

    assert (clock.now() - START).total_seconds() == pytest.approx(3600, abs=5)
