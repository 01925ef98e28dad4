"""Courses, and walks of many."""

import pytest

from ecs_steps.sandbox.coroutine import Coroutine, ResourceFailed, Walk, drive
from ecs_steps.sandbox.timeline import START, Timeline, VirtualClock


class Log:
    """What happened when, in seconds."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.lines: list[str] = []

    def note(self, what: str) -> None:
        self.lines.append(f"{(self.timeline.now - START).total_seconds():g} {what}")

    def steps(self, name: str, *pauses: float, fails: bool = False) -> Coroutine:
        self.note(f"{name} begins")
        yield from pauses
        if fails:
            raise ResourceFailed(name)
        self.note(f"{name} ends")


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_coroutine_continues_when_its_pause_is_over(log: Log) -> None:
    drive(log.steps("a", 2, 3), log.timeline, lambda: True)

    VirtualClock(log.timeline).sleep(10)

    assert log.lines == ["0 a begins", "5 a ends"]


def test_a_coroutine_that_should_not_continue_ends_there(log: Log) -> None:
    drive(log.steps("a", 2, 3), log.timeline, lambda: log.timeline.now == START)

    VirtualClock(log.timeline).sleep(10)

    assert log.lines == ["0 a begins"]


def test_a_walk_starts_everything_as_soon_as_what_it_needs_is_there(log: Log) -> None:
    pauses = {"a": 3, "b": 1, "c": 1, "d": 0.5}
    needs = {"d": {"c"}, "c": {"a", "b"}, "b": {"make_region"}, "a": set[str]()}
    walk = Walk(needs=needs, start=lambda name: log.steps(name, pauses[name]), timeline=log.timeline)

    drive(walk.coroutine(), log.timeline, lambda: True)
    VirtualClock(log.timeline).sleep(10)

    assert log.lines == [
        "0 b begins",
        "0 a begins",
        "1 b ends",
        "3 a ends",
        "3 c begins",
        "4 c ends",
        "4 d begins",
        "4.5 d ends",
    ]
    assert (walk.failed, walk.cut_off) == ([], [])


def test_the_first_failure_ends_a_walk(log: Log) -> None:
    walk = Walk(
        needs={"a": set(), "b": set(), "c": {"b"}},
        start=lambda name: log.steps(name, 5 if name == "a" else 1, fails=name == "b"),
        timeline=log.timeline,
    )

    drive(walk.coroutine(), log.timeline, lambda: True)
    VirtualClock(log.timeline).sleep(10)

    assert log.lines == ["0 a begins", "0 b begins"]
    assert (walk.failed, walk.cut_off) == (["b"], ["a"])


def test_a_walk_that_does_not_stop_leaves_out_only_what_needs_the_failed_one(log: Log) -> None:
    walk = Walk(
        needs={"a": set(), "b": set(), "c": {"b"}, "d": {"a"}},
        start=lambda name: log.steps(name, 1, fails=name == "b"),
        timeline=log.timeline,
        stop_early=False,
    )

    drive(walk.coroutine(), log.timeline, lambda: True)
    VirtualClock(log.timeline).sleep(10)

    assert [line for line in log.lines if "ends" in line] == ["1 a ends", "2 d ends"]
    assert walk.failed == ["b"]
