"""Calls that are insisted on, and what is looked for where no reply came."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.sandbox import Sandbox

Insist = Callable[[DeploymentContext, Callable[[], str], Callable[[], str | None]], str]


def call_at_most_once(
    context: DeploymentContext, act: Callable[[], str], done: Callable[[], str | None]
) -> str:
    return context.call_at_most_once("it", act, done)


def call_and_confirm(
    context: DeploymentContext, act: Callable[[], str], done: Callable[[], str | None]
) -> str:
    return context.call_and_confirm("it", act, done)


@pytest.fixture(params=[call_at_most_once, call_and_confirm], ids=lambda way: way.__name__)
def call_with_retries(request: pytest.FixtureRequest) -> Insist:
    chosen: Insist = request.param
    return chosen


@pytest.fixture
def context() -> DeploymentContext:
    aws = Sandbox()
    return DeploymentContext(aws=aws.clients, clock=aws.clock, report=lambda _: None, deadline=None)


def fails(what: str, *, transient: bool) -> NoReturn:
    raise AwsCallError(what=what, operation="ActOnX", code="", transient=transient)


def test_what_was_refused_is_not_looked_for(call_with_retries: Insist, context: DeploymentContext) -> None:
    looks: list[str] = []

    with pytest.raises(AwsCallError, match="the act was refused"):
        call_with_retries(
            context, lambda: fails("the act was refused", transient=False), lambda: looks.append("at it")
        )

    assert looks == []


def test_where_neither_the_act_nor_the_look_gets_through_the_act_is_what_failed(
    context: DeploymentContext,
) -> None:
    with pytest.raises(AwsCallError, match="the act was lost"):
        call_and_confirm(
            context,
            lambda: fails("the act was lost", transient=True),
            lambda: fails("the look was refused", transient=False),
        )
