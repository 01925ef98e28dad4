"""How long a step takes to say what is settled in AWS, and what that costs; shown by ``pytest -s``."""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from statistics import median

import pytest
from attrs import frozen

from ecs_steps import RolledBackError, RolloutFailedError, SupersededError
from ecs_steps.sandbox import SCENARIOS
from ecs_steps.sandbox.ecs.strategy_scenarios import STRATEGY_SCENARIOS
from ecs_steps.sandbox.ecs.task_set_scenarios import TASK_SET_SCENARIOS
from explaining.runs import STEPS, Step
from explaining.timing import NEVER_SETTLED, Observed, observed

NO_DEPLOYMENT = {"code-deploy", "external-controller", "access-denied", "unreachable", "throttled"}
"""What is refused before anything is deployed, and what happens to calls instead of deployments."""

SETTLED_TWICE = {"crash-after-completion"}
"""What ECS calls completed, and then is not, and then is again: see the tests of false success."""

HEALTHY_HERE = {
    "service-name-taken",
    "role-denied",
    "security-group-wrong",
    "delete-fails",
    "earlier-failure",
    "service-appears-late",
    "throttled-register",
    "newer-members",
}
"""What goes wrong at a service's creation, or before a deployment: the same as `healthy` once it serves."""

OF_STACKS = {"update-refused", "rollback-fails-once", "rollback-overlooked"}
OF_STOREFRONT = STRATEGY_SCENARIOS.keys()
OF_TASK_SETS = TASK_SET_SCENARIOS.keys()
MEASURED = sorted(
    SCENARIOS.keys()
    - NEVER_SETTLED
    - NO_DEPLOYMENT
    - SETTLED_TWICE
    - HEALTHY_HERE
    - OF_STOREFRONT
    - OF_TASK_SETS
)
POLL_TIMEOUT = 600.0
"""Seconds after which a waiter of 40 times 15 s gives up; the poll of 1 s is given the same."""


@frozen
class Report:
    """When something was said, in seconds after it was settled; not at all, or the wrong thing."""

    seconds: float
    never: bool = False
    wrong: bool = False


Observer = Callable[[Step, Observed], Report]


def scenarios(step: Step) -> Iterator[Observed]:
    for name in MEASURED:
        if step == "deploy" or name not in OF_STACKS:
            yield observed(step, name)


def this_library(_: Step, seen: Observed) -> Report:
    return Report(seen.seconds_to_verdict)


def waiter(step: Step, seen: Observed) -> Report:
    """Read every 15 s, 40 times: the stack, or until a service has one deployment with all its tasks."""
    error = seen.run.error
    mistaken = isinstance(error, (RolledBackError, SupersededError))
    # A service that does not get stable differs from one that is not stable yet by the time-out alone.
    unstable = step == "update" and isinstance(error, RolloutFailedError) and "DRAINING" not in error.why
    return _poll_every(15.0, seen, is_reported=seen.said_by_aws and not unstable, mistaken=mistaken)


def fixed_poll(_: Step, seen: Observed) -> Report:
    """Read every second what AWS says of this very deployment."""
    return _poll_every(1.0, seen, is_reported=seen.said_by_aws, mistaken=False)


def _poll_every(seconds: float, seen: Observed, *, is_reported: bool, mistaken: bool) -> Report:
    assert seen.known_at
    known = (seen.known_at - _began(seen)).total_seconds()
    read_at = math.ceil(known / seconds) * seconds
    if not is_reported or read_at > POLL_TIMEOUT:
        return Report(POLL_TIMEOUT - known, never=True)
    return Report(read_at - known, wrong=mistaken)


def _began(seen: Observed) -> datetime:
    return next(call.at for call in seen.run.calls if call.operation in ("UpdateService", "UpdateStack"))


def calls_a_minute(step: Step) -> float:
    """Return this library's own calls by the minute, from the first one to the verdict."""
    runs = [seen.run for seen in scenarios(step)]
    calls = sum(call.at <= run.said_at for run in runs for call in run.calls)
    return 60 * calls / sum((run.said_at - run.begun).total_seconds() for run in runs)


def row(step: Step, name: str, observer: Observer, calls: float) -> str:
    reported = [observer(step, seen) for seen in scenarios(step)]
    said_something = [each.seconds for each in reported if not each.never]
    seconds = [each.seconds for each in reported]
    never, wrong = sum(each.never for each in reported), sum(each.wrong for each in reported)
    times = [f"{value:.1f} s" for value in (median(said_something), median(seconds), max(seconds))]
    return f"| {' | '.join([step, name, *times, f'{calls:.0f}', str(never), str(wrong)])} |"


def table(step: Step) -> str:
    """Return the comparison as Markdown."""
    rows = [
        row(step, "ecs_steps", this_library, calls_a_minute(step)),
        row(step, "a poll every 1 s", fixed_poll, 60),
        row(step, "a waiter, 15 s x 40", waiter, 4),
    ]
    head = (
        "| step | who | median where it says something | median | worst | calls a minute | says nothing in "
        "10 minutes | says the wrong thing |"
    )
    title = f"Time to verdict, over {len(list(scenarios(step)))} scenarios:"
    return "\n".join([title, "", head, "|---|---|---:|---:|---:|---:|---:|---:|", *rows])


# One test a step: what it measures takes many runs, and processes that share the tests do not share them.
@pytest.mark.parametrize("step", STEPS)
def test_the_verdict_is_said_within_seconds_of_being_settled_and_for_fewer_calls_than_one_a_second(
    step: Step,
) -> None:
    print(f"\n{table(step)}")  # noqa: T201  to be read, and quoted

    seconds = [seen.seconds_to_verdict for seen in scenarios(step)]
    waited_longer = [seen for seen in scenarios(step) if seen.seconds_to_verdict > waiter(step, seen).seconds]
    assert min(seconds) >= 0
    assert median(seconds) <= 6
    assert max(seconds) <= 12
    assert calls_a_minute(step) < 40
    assert len(waited_longer) < len(seconds) / 3


@pytest.mark.parametrize("step", STEPS)
def test_what_never_settles_is_ended_by_the_time_to_wait_and_explained(step: Step) -> None:
    for name in NEVER_SETTLED:
        seen = observed(step, name)

        assert seen.known_at is None
        assert 120 <= (seen.run.ended - seen.run.begun).total_seconds() <= 121
        assert seen.run.tasks.root_cause
