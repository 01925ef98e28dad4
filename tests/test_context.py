"""Calls that are insisted on, and what is looked for where no reply came."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from ecs_steps.context import Surroundings
from ecs_steps.errors import AwsCallError
from ecs_steps.sandbox import Sandbox

Insist = Callable[[Surroundings, Callable[[], str], Callable[[], str | None]], str]


def insist_once(around: Surroundings, act: Callable[[], str], done: Callable[[], str | None]) -> str:
    return around.insist_once("it", act, done)


def insist_or_find(around: Surroundings, act: Callable[[], str], done: Callable[[], str | None]) -> str:
    return around.insist_or_find("it", act, done)


@pytest.fixture(params=[insist_once, insist_or_find], ids=lambda way: way.__name__)
def insist(request: pytest.FixtureRequest) -> Insist:
    chosen: Insist = request.param
    return chosen


@pytest.fixture
def around() -> Surroundings:
    aws = Sandbox()
    return Surroundings(aws=aws.clients, clock=aws.clock, report=lambda _: None, deadline=None)


def fails(what: str, *, transient: bool) -> NoReturn:
    raise AwsCallError(what=what, operation="ActOnX", code="", transient=transient)


def test_what_was_refused_is_not_looked_for(insist: Insist, around: Surroundings) -> None:
    looks: list[str] = []

    with pytest.raises(AwsCallError, match="the act was refused"):
        insist(around, lambda: fails("the act was refused", transient=False), lambda: looks.append("at it"))

    assert looks == []


def test_where_neither_the_act_nor_the_look_gets_through_the_act_is_what_failed(around: Surroundings) -> None:
    with pytest.raises(AwsCallError, match="the act was lost"):
        insist_or_find(
            around,
            lambda: fails("the act was lost", transient=True),
            lambda: fails("the look was refused", transient=False),
        )
