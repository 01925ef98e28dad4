"""What one deployment runs in: AWS clients, one deadline, the clock, and where it reports."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import evolve, field, frozen

from ecs_steps.aws.clients import AwsClients
from ecs_steps.clock import Clock
from ecs_steps.errors import AwsCallError, EcsStepsError
from ecs_steps.polling import PollResult, poll
from ecs_steps.reporting.events import Level, Message, Report

T = TypeVar("T")

CALL_TIMEOUT = timedelta(minutes=2)
# Nothing was ever reached: an endpoint, a proxy or a route is wrong, which no amount of time mends.
FIRST_CONTACT_TIMEOUT = timedelta(seconds=3)


@frozen(kw_only=True)
class WatchOptions:
    """How a deployment is watched.

    `stopped_tasks` is how many failed tasks are enough to call it failed where no circuit breaker counts them
    (0: never; none: by the desired count); `container_logs` says whether logs may be read and shown.
    """

    stopped_tasks: int | None = None
    container_logs: bool = True


@frozen(kw_only=True)
class DeploymentContext:
    """AWS, the clock, one deadline for all of the deployment (none: no limit), and where it is reported."""

    aws: AwsClients
    clock: Clock
    report: Report
    deadline: datetime | None
    may_wait: bool = True
    watch_options: WatchOptions = WatchOptions()
    _warnings: set[str] = field(factory=set)
    _contacts: set[str] = field(factory=set)
    """Not empty once AWS has answered."""

    def say(self, level: Level, text: str) -> None:
        self.report(Message(level, text))

    def warn_once(self, key: str, text: str) -> None:
        """Warn, unless there was a warning of this key before; a rollback is part of the same deployment."""
        if key not in self._warnings:
            self._warnings.add(key)
            self.say(Level.WARNING, text)

    def wait_for(
        self, what: str, observe: Callable[[], PollResult[T]], *, timeout: timedelta | None = None
    ) -> PollResult[T]:
        """Observe until it is settled, or until the deadline; a `timeout` is one of its own."""
        return poll(
            observe,
            clock=self.clock,
            deadline=self.clock.now() + timeout if timeout else self.deadline,
            report=self.report,
            waiting_for=what,
        )

    def call_with_retries(self, what: str, call: Callable[[], T]) -> T:
        """Make a call that may be made again, until it gets through a passing fault or two minutes are over.

        Raises:
            AwsCallError: AWS refused it, or could not be reached for two minutes (ten seconds, where nothing
                of it was ever reached).
        """
        began = self.clock.now()
        until = began + CALL_TIMEOUT

        def attempt() -> PollResult[T]:
            try:
                value = call()
            except AwsCallError as error:
                if not error.unreachable:
                    self._contacts.add("answered")
                elif not self._contacts and self.clock.now() - began >= FIRST_CONTACT_TIMEOUT:
                    raise evolve(
                        error,
                        transient=False,
                        next_step="Check the endpoint URL, the region, the proxy and the network of the "
                        "machine that the step runs on.",
                    ) from error
                raise
            self._contacts.add("answered")
            return PollResult(value=value, settled=True)

        return poll(
            attempt,
            clock=self.clock,
            deadline=min(until, self.deadline or until),
            report=self.report,
            waiting_for=what,
        ).value

    def call_and_confirm(self, what: str, act: Callable[[], T], done: Callable[[], T | None]) -> T:
        """Make a call that may be made again; where no reply ever came, read at last whether it is `done`.

        Raises:
            AwsCallError: As `call_with_retries`.
        """
        try:
            return self.call_with_retries(what, act)
        except AwsCallError as error:
            if error.transient:
                # What this read itself fails with says less than why it was needed.
                with suppress(EcsStepsError):
                    found = done()
                    if found is not None:
                        return found
            raise

    def call_at_most_once(self, what: str, act: Callable[[], T], done: Callable[[], T | None]) -> T:
        """Carry out what must not happen twice: after a fault that may have hidden it, read if it is `done`.

        What was throttled was not carried out, though another process that did the same may have been first.

        Raises:
            AwsCallError: As `call_with_retries`.
        """
        may_be_done = False

        def attempt() -> T:
            nonlocal may_be_done
            found = done() if may_be_done else None
            if found is not None:
                return found
            try:
                return act()
            except AwsCallError as error:
                if error.contended or not error.throttled:
                    may_be_done = True
                raise

        return self.call_and_confirm(what, attempt, done)
