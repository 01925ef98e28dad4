"""How long after it is settled in AWS a step says how a shift of traffic ends, and for how many calls."""

from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median

import pytest
from attrs import frozen

from ecs_steps import EcsStepsError
from ecs_steps.sandbox import Sandbox
from steps.storefront import Storefront, deployment_pin, pins

ALLOWED_SECONDS = 12
PAUSE = timedelta(minutes=60)
"""How long the pauses of the scenarios last."""


def update(shop: Storefront) -> Callable[[], object]:
    return shop.update


def proceed(shop: Storefront) -> Callable[[], object]:
    pinned = pins(shop.update())
    return lambda: shop.proceed(**pinned)


def abort(shop: Storefront) -> Callable[[], object]:
    pinned = deployment_pin(shop.update())
    return lambda: shop.abort(**pinned)


SCENARIOS = {
    "a pause is reached": ("blue-green-with-pause", update),
    "the next pause is reached": ("canary-with-pauses", proceed),
    "it serves after the last bake": ("blue-green-with-pause", proceed),
    "it is rolled back on request": ("blue-green-with-pause", abort),
    "an alarm goes off while it bakes": ("alarm-while-baking", update),
    "a Lambda hook fails": ("lambda-hook-fails", update),
    "the circuit breaker rolls it back": ("breaker-in-blue-green", update),
    "the infrastructure role is denied": ("infrastructure-role-denied", update),
    "each shift takes ten minutes": ("slow-traffic-shift", update),
}


@frozen(kw_only=True)
class Measured:
    """When it was settled in AWS, when the step ended, and what that took."""

    seconds: float
    calls_a_minute: float


def measure(name: str) -> Measured:
    scenario, prepare = SCENARIOS[name]
    with Sandbox(scenario) as aws:
        shop = Storefront(aws)
        run = prepare(shop)
        first, began = len(aws.calls), aws.clock.now()
        try:
            run()
        except EcsStepsError as error:
            assert error.exit_code == 6  # noqa: PT017  it was rolled back
        ended, calls = aws.clock.now(), len(aws.calls) - first
        minutes = max((ended - began).total_seconds() / 60, 1)
        return Measured(seconds=(ended - settled_at(shop)).total_seconds(), calls_a_minute=calls / minutes)


def settled_at(shop: Storefront) -> datetime:
    record = shop.record
    finished: datetime | None = record.get("finishedAt")
    if finished:
        return finished
    [hook] = record["lifecycleHookDetails"]
    opened: datetime = hook["expiresAt"] - PAUSE
    return opened


def test_the_verdict_is_said_within_seconds_of_being_settled() -> None:
    measured = {name: measure(name) for name in SCENARIOS}

    rows = [
        f"| {name} | {each.seconds:.1f} s | {each.calls_a_minute:.0f} |" for name, each in measured.items()
    ]
    head = "| what is settled | said after | calls a minute |\n|---|---:|---:|"
    print("\n".join(["", "Time to verdict where traffic shifts:", "", head, *rows]))  # noqa: T201  to be read, and quoted
    seconds = [each.seconds for each in measured.values()]
    assert min(seconds) >= 0
    assert max(seconds) <= ALLOWED_SECONDS
    assert median(each.calls_a_minute for each in measured.values()) < 30


@pytest.mark.parametrize("days", [1, 13])
def test_a_pause_of_days_costs_no_call_where_no_one_watches(days: int) -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        paused = shop.update(Strategy_Type="BlueGreen", Strategy_PauseTimeoutMinutes="20160")
        calls = len(aws.calls)

        aws.clock.sleep(days * 24 * 3600)
        ended = shop.proceed(minutes=0, **pins(paused))

        assert ended.outputs["HookId"] == paused.outputs["HookId"]
        assert len(aws.calls) - calls <= 12
