"""Things that take time: a course yields the seconds it waits, and ends when it returns."""

from collections.abc import Callable, Generator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from attrs import define, field

from ecs_steps.sandbox.timeline import Timeline

Course = Generator[float, None, None]


class ResourceFailed(Exception):  # noqa: N818  what a resource says, not a fault of the sandbox
    """A resource did not get where it was to go; its events have said why."""


def drive(course: Course, timeline: Timeline, goes_on: Callable[[], bool]) -> None:
    """Let a course run on the timeline, for as long as it goes on."""

    def step() -> None:
        if not goes_on():
            course.close()
            return
        pause = next(course, None)
        if pause is not None:
            timeline.after(pause, step)

    step()


@define(kw_only=True)
class Walk:
    """Many courses at once, each as soon as those that it needs are done.

    With `stop_early` the first failure ends the walk, and `cut_off` names the courses that were under way;
    without it only what needs the failed one is left out.
    """

    needs: Mapping[str, AbstractSet[str]]
    start: Callable[[str], Course]
    timeline: Timeline
    stop_early: bool = True
    failed: list[str] = field(factory=list)
    cut_off: list[str] = field(factory=list)
    _running: dict[str, tuple[datetime, Course]] = field(factory=dict)
    _waiting: dict[str, set[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._waiting = {name: set(needs & self.needs.keys()) for name, needs in self.needs.items()}

    def course(self) -> Course:
        """Walk to the end."""
        while self._start_free() or self._running:
            self._step()
            if self.failed and self.stop_early:
                self.cut_off = list(self._running)
                for _, course in self._running.values():
                    course.close()
                return
            if self._running and not self._free():
                yield self._until_next()

    def _free(self) -> list[str]:
        return [name for name, needs in self._waiting.items() if not needs]

    def _start_free(self) -> bool:
        free = self._free()
        for name in free:
            del self._waiting[name]
            self._running[name] = (self.timeline.now, self.start(name))
        return bool(free)

    def _step(self) -> None:
        for name, (due, course) in list(self._running.items()):
            if due > self.timeline.now:
                continue
            try:
                pause = next(course, None)
            except ResourceFailed:
                self.failed.append(name)
                del self._running[name]
                continue
            if pause is not None:
                self._running[name] = (self.timeline.now + timedelta(seconds=pause), course)
                continue
            del self._running[name]
            for needs in self._waiting.values():
                needs.discard(name)

    def _until_next(self) -> float:
        return (min(due for due, _ in self._running.values()) - self.timeline.now).total_seconds()
