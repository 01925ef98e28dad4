"""What the work of one deployment goes on in: AWS, the time there is, and who hears of it."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import field, frozen

from ecs_steps.aws.clients import AwsClients, account_clients
from ecs_steps.errors import AwsCallError, EcsStepsError, Problem
from ecs_steps.polling import Clock, Seen, SystemClock, poll
from ecs_steps.reporting.events import Level, Message, Report
from ecs_steps.reporting.terminal import report_for
from ecs_steps.steps.common_inputs import CommonInputs

T = TypeVar("T")

PATIENCE = timedelta(minutes=2)


@frozen(kw_only=True)
class Vigilance:
    """How a deployment is watched.

    `stopped_tasks` is how many failed tasks are enough to call it failed where no circuit breaker is at work
    (0: never; none: what `fail_fast` thinks fit); `container_logs` says whether logs may be read and shown.
    """

    stopped_tasks: int | None = None
    container_logs: bool = True


@frozen(kw_only=True)
class Surroundings:
    """AWS, one deadline for all of the deployment (none: wait for ever), and who hears of it."""

    aws: AwsClients
    clock: Clock
    report: Report
    deadline: datetime | None
    may_wait: bool = True
    vigilance: Vigilance = Vigilance()
    _warned_of: set[str] = field(factory=set)

    def say(self, level: Level, text: str) -> None:
        self.report(Message(level, text))

    def warn_once(self, of: str, text: str) -> None:
        """Warn, unless there was a warning of the same before; a rollback is part of the same deployment."""
        if of not in self._warned_of:
            self._warned_of.add(of)
            self.say(Level.WARNING, text)

    def insist(self, what: str, ask: Callable[[], T]) -> T:
        """Make a call that may be made again, until it gets through a passing fault or two minutes are over.

        Raises:
            AwsCallError: AWS refused it, or could not be reached for two minutes.
        """
        until = self.clock.now() + PATIENCE
        return poll(
            lambda: Seen(value=ask(), settled=True),
            clock=self.clock,
            deadline=min(until, self.deadline or until),
            report=self.report,
            waiting_for=what,
        ).value

    def insist_or_find(self, what: str, act: Callable[[], T], done: Callable[[], T | None]) -> T:
        """Make a call that may be made again; where no reply ever came, look at last if it is `done`.

        Raises:
            AwsCallError: As `insist`.
        """
        try:
            return self.insist(what, act)
        except AwsCallError as error:
            if error.transient:
                # What the look itself fails with says less than why it was needed.
                with suppress(EcsStepsError):
                    found = done()
                    if found is not None:
                        return found
            raise

    def insist_once(self, what: str, act: Callable[[], T], done: Callable[[], T | None]) -> T:
        """Carry out what must not happen twice: after a fault that may have hidden it, look if it is `done`.

        What was throttled needs no look.

        Raises:
            AwsCallError: As `insist`.
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
                if not error.throttled:
                    may_be_done = True
                raise

        return self.insist_or_find(what, attempt, done)


def surroundings(
    inputs: CommonInputs,
    warnings: Sequence[Problem],
    *,
    aws: AwsClients | None,
    report: Report | None,
    clock: Clock | None,
) -> Surroundings:
    """Return what a step works in: what it was given, else its account's AWS, lines on stderr, real time.

    An account that the variables hold wins over credentials of the environment; in a script step, where
    Octopus has put the account into the environment, the clients are given. What is suspicious about the
    inputs is told first.
    """
    clock = clock or SystemClock()
    around = Surroundings(
        aws=aws or account_clients(inputs.account, region=inputs.region or None),
        clock=clock,
        report=report or report_for(sys.stderr, clock=clock),
        deadline=inputs.wait_option.deadline(clock.now()),
        may_wait=inputs.wait_option.may_wait,
        vigilance=Vigilance(
            stopped_tasks=inputs.fail_fast_stopped_tasks, container_logs=inputs.container_logs
        ),
    )
    for warning in warnings:
        around.say(Level.WARNING, str(warning))
    return around
