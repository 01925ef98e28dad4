"""The steps of a service deployment: a generator of waits, which the scheduler runs on whenever it can."""

import math
from collections.abc import Callable, Generator
from datetime import datetime, timedelta

from attrs import define, field, frozen

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.monitors import Monitor


def _never() -> bool:
    return False


@frozen(kw_only=True)
class Wait:
    """Wait until a condition holds or for so many seconds, whichever comes first."""

    until: Callable[[], bool] = _never
    seconds: float = math.inf


Steps = Generator[Wait, None, None]


class StageFailed(Exception):  # noqa: N818  an outcome in the fake AWS, not a fault of the sandbox
    """A stage cannot go well; the deployment is rolled back because of `monitor`."""

    def __init__(self, monitor: Monitor) -> None:
        super().__init__(monitor.reason)
        self.monitor = monitor


@define(eq=False, kw_only=True)
class Lifecycle:
    """Steps in progress. `wake` lets someone call `advance` again when the seconds of a wait are over."""

    steps: Steps
    account: Account
    wake: Callable[[], None]
    _wait: Wait = field(default=Wait(seconds=0), init=False)
    _due: datetime | None = field(default=None, init=False)

    def advance(self) -> bool:
        """Run on as far as the waits allow; return whether the steps are at their end.

        Raises:
            StageFailed: A stage failed; the steps are over.
        """
        while self._is_over():
            wait = next(self.steps, None)
            if wait is None:
                return True
            self._wait, self._due = wait, None
            if wait.seconds < math.inf:
                self._due = self.account.now + timedelta(seconds=wait.seconds)
                self.account.after(wait.seconds, self.wake)
        return False

    def _is_over(self) -> bool:
        timed_out = self._due is not None and self.account.now >= self._due
        return timed_out or self._wait.seconds == 0 or self._wait.until()
