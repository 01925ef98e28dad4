"""Calls that are made again, and what is read where no reply came."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NoReturn

import pytest

from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Message, Reported
from ecs_steps.sandbox import Sandbox

RetriedCall = Callable[[DeploymentContext, Callable[[], str], Callable[[], str | None]], str]


def call_at_most_once(
    context: DeploymentContext, act: Callable[[], str], done: Callable[[], str | None]
) -> str:
    return context.call_at_most_once("it", act, done)


def call_and_confirm(
    context: DeploymentContext, act: Callable[[], str], done: Callable[[], str | None]
) -> str:
    return context.call_and_confirm("it", act, done)


@pytest.fixture(params=[call_at_most_once, call_and_confirm], ids=lambda runner: runner.__name__)
def call_with_retries(request: pytest.FixtureRequest) -> RetriedCall:
    chosen: RetriedCall = request.param
    return chosen


@pytest.fixture
def context() -> DeploymentContext:
    aws = Sandbox()
    return DeploymentContext(aws=aws.clients, clock=aws.clock, report=lambda _: None, deadline=None)


def fails(what: str, *, transient: bool) -> NoReturn:
    raise AwsCallError(what=what, operation="ActOnX", code="", transient=transient)


def test_what_was_refused_is_not_confirmed(
    call_with_retries: RetriedCall, context: DeploymentContext
) -> None:
    reads: list[str] = []

    with pytest.raises(AwsCallError, match="the act was refused"):
        call_with_retries(
            context, lambda: fails("the act was refused", transient=False), lambda: reads.append("at it")
        )

    assert reads == []


def test_where_neither_the_act_nor_the_read_gets_through_the_act_is_what_failed(
    context: DeploymentContext,
) -> None:
    with pytest.raises(AwsCallError, match="the act was lost"):
        call_and_confirm(
            context,
            lambda: fails("the act was lost", transient=True),
            lambda: fails("the read was refused", transient=False),
        )


def unreachable() -> NoReturn:
    raise AwsCallError(
        what="ActOnX did not reach AWS", operation="ActOnX", code="", transient=True, unreachable=True
    )


def test_where_nothing_was_ever_reached_a_call_fails_within_ten_seconds(context: DeploymentContext) -> None:
    began = context.clock.now()

    with pytest.raises(AwsCallError, match="did not reach AWS") as error:
        context.call_with_retries("it", unreachable)

    assert context.clock.now() - began <= timedelta(seconds=10)
    assert "endpoint URL" in error.value.next_step


@pytest.mark.parametrize("is_refused", [False, True])
def test_once_aws_has_answered_a_lost_connection_is_waited_out(
    context: DeploymentContext, *, is_refused: bool
) -> None:
    def answer() -> str:
        return fails("it was refused", transient=False) if is_refused else "there"

    with suppress(AwsCallError):
        context.call_with_retries("it", answer)
    began = context.clock.now()
    calls: list[datetime] = []

    def reached_after_a_minute() -> str:
        calls.append(context.clock.now())
        return "there" if context.clock.now() - began > timedelta(minutes=1) else unreachable()

    assert context.call_with_retries("it", reached_after_a_minute) == "there"
    assert len(calls) > 5


def test_a_warning_of_one_key_is_given_once() -> None:
    reported: list[Reported] = []
    aws = Sandbox()
    context = DeploymentContext(aws=aws.clients, clock=aws.clock, report=reported.append, deadline=None)

    for key in ("logs", "logs", "tasks"):
        context.warn_once(key, f"{key} are denied")

    assert [m.text for m in reported if isinstance(m, Message)] == ["logs are denied", "tasks are denied"]
