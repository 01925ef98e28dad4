"""Things that take time: a coroutine yields the seconds it waits, and ends when it returns."""

from collections.abc import Callable, Generator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from attrs import define, field

from ecs_steps.sandbox.timeline import Timeline

Coroutine = Generator[float, None, None]


class ResourceFailed(Exception):  # noqa: N818  a resource's outcome, not a fault of the sandbox
    """A resource failed; its events give the reason."""


def drive(coroutine: Coroutine, timeline: Timeline, should_continue: Callable[[], bool]) -> None:
    """Run a coroutine on the timeline, for as long as `should_continue` holds."""

    def step() -> None:
        if not should_continue():
            coroutine.close()
            return
        pause = next(coroutine, None)
        if pause is not None:
            timeline.after(pause, step)

    step()


@define(kw_only=True)
class Walk:
    """Many coroutines at once, each as soon as those that it needs are done.

    With `stop_early` the first failure ends the walk, and `cut_off` names the coroutines in progress;
    without it only what needs the failed one is left out.
    """

    needs: Mapping[str, AbstractSet[str]]
    start: Callable[[str], Coroutine]
    timeline: Timeline
    stop_early: bool = True
    failed: list[str] = field(factory=list)
    cut_off: list[str] = field(factory=list)
    _running: dict[str, tuple[datetime, Coroutine]] = field(factory=dict)
    _waiting: dict[str, set[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._waiting = {name: set(needs & self.needs.keys()) for name, needs in self.needs.items()}

    def coroutine(self) -> Coroutine:
        """Walk to the end."""
        while self._start_free() or self._running:
            self._step()
            if self.failed and self.stop_early:
                self.cut_off = list(self._running)
                for _, coroutine in self._running.values():
                    coroutine.close()
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
        for name, (due, coroutine) in list(self._running.items()):
            if due > self.timeline.now:
                continue
            try:
                pause = next(coroutine, None)
            except ResourceFailed:
                self.failed.append(name)
                del self._running[name]
                continue
            if pause is not None:
                self._running[name] = (self.timeline.now + timedelta(seconds=pause), coroutine)
                continue
            del self._running[name]
            for needs in self._waiting.values():
                needs.discard(name)

    def _until_next(self) -> float:
        return (min(due for due, _ in self._running.values()) - self.timeline.now).total_seconds()
