"""The laws of the order, over all states that there may be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from attrs import evolve
from hypothesis import given

from ecs_steps.aws.listener_rules import ListenerRule
from ecs_steps.aws.task_sets import TaskSet
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.rollouts.task_set_moves import (
    CreateSet,
    DeleteSet,
    MakePrimary,
    MakeTestRule,
    Scale,
    Shift,
    WaitFor,
)
from ecs_steps.rollouts.task_sets import (
    Abandon,
    Establish,
    Goal,
    Promote,
    Share,
    Start,
    TaskSetState,
    next_move,
)

BLUE, GREEN = "blue", "green"
SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
GOALS = st.one_of(
    st.just(Start()),
    st.just(Start(marker=RequestMarker(name="a", value="b"))),
    st.builds(Share, percent=st.integers(0, 99)),
    st.builds(Promote, bake=st.just(60.0), deregistration_delay=st.just(30.0)),
    st.builds(Abandon, deregistration_delay=st.just(30.0)),
)


def task_set(group: str, *, status: str, scale: float, steady: bool) -> TaskSet:
    return TaskSet(
        task_set_id=f"ecs-svc/{group}",
        status=status,
        external_id=group,
        task_definition=f"web:{group}",
        scale=scale,
        computed=max(round(scale / 10), 1),
        running=1,
        pending=0,
        is_steady=steady,
        target_group=group,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        raw={},
    )


@st.composite
def states(draw: st.DrawFn) -> TaskSetState:
    percent = draw(st.integers(0, 100))
    groups = [{"TargetGroupArn": BLUE, "Weight": 100 - percent}, {"TargetGroupArn": GREEN, "Weight": percent}]
    forward = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
    is_promoted = draw(st.booleans())
    new = task_set(
        GREEN,
        status="PRIMARY" if is_promoted else "ACTIVE",
        scale=draw(st.sampled_from([1, 10, 50, 100])),
        steady=draw(st.booleans()),
    )
    old = task_set(BLUE, status="ACTIVE" if is_promoted else "PRIMARY", scale=100, steady=True)
    return TaskSetState(
        old=draw(st.sampled_from([(), (old,)])),
        new=draw(st.sampled_from([None, new, new])),
        new_group=GREEN,
        production=ListenerRule(arn="rule", priority=5, conditions=(), actions=(forward,)),
        healthy={BLUE: draw(st.integers(0, 10)), GREEN: draw(st.integers(0, 10))},
        quiet={group: draw(st.sampled_from([0.0, 29.0, 31.0, 61.0])) for group in (BLUE, GREEN)},
    )


@given(state=states(), goal=GOALS)
def test_a_move_keeps_the_laws(state: TaskSetState, goal: Goal) -> None:
    weights = state.production.weights
    match next_move(state, goal):
        case Shift(percent=percent) if percent > state.share:
            assert state.new
            assert state.is_new_ready, "capacity before traffic"
            assert state.new.scale >= percent
            assert state.healthy[GREEN] > 0
        case Shift():
            assert state.healthy[BLUE] > 0, "no weight for a group without a healthy target"
        case DeleteSet(task_set=deleted):
            assert weights[deleted.target_group] == 0, "traffic away before deletion"
            assert state.quiet[deleted.target_group] >= 30
        case Scale(task_set=scaled, percent=percent):
            assert scaled is state.new
            assert percent >= state.share, "no fewer tasks than its traffic needs"
        case MakeTestRule():
            assert state.healthy[GREEN] > 0
        case MakePrimary(task_set=primary):
            assert weights[primary.target_group] == 100
        case _:
            pass


@given(state=states(), goal=GOALS)
def test_the_old_set_is_touched_by_nothing_but_the_end_of_it(state: TaskSetState, goal: Goal) -> None:
    match next_move(state, goal):
        case DeleteSet(task_set=deleted) if deleted.target_group == BLUE:
            assert isinstance(goal, Promote)
            assert state.quiet[BLUE] >= goal.bake
        case Scale(task_set=scaled):
            assert scaled.target_group == GREEN
        case _:
            pass


def with_share(percent: int, new: TaskSet, *, healthy_old: int) -> TaskSetState:
    groups = [{"TargetGroupArn": BLUE, "Weight": 100 - percent}, {"TargetGroupArn": GREEN, "Weight": percent}]
    forward = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
    return TaskSetState(
        old=(task_set(BLUE, status="PRIMARY", scale=100, steady=True),),
        new=new,
        new_group=GREEN,
        production=ListenerRule(arn="rule", priority=5, conditions=(), actions=(forward,)),
        healthy={BLUE: healthy_old, GREEN: new.computed},
        quiet={GREEN: 60.0},
    )


def test_a_set_that_is_to_have_no_task_gets_no_traffic() -> None:
    empty = evolve(task_set(GREEN, status="ACTIVE", scale=100, steady=True), computed=0)
    state = with_share(0, empty, healthy_old=2)

    assert isinstance(next_move(state, Share(percent=99)), WaitFor)
    assert not state.is_new_ready


def test_no_set_is_made_in_a_group_that_has_a_weight() -> None:
    new = task_set(GREEN, status="ACTIVE", scale=1, steady=True)
    weighted = evolve(with_share(100, new, healthy_old=2), new=None)

    assert next_move(weighted, Start()) == Shift(percent=0)
    assert next_move(evolve(with_share(0, new, healthy_old=2), new=None), Start()) == CreateSet()


def test_a_share_of_0_gives_the_old_tasks_everything_where_both_weights_are_0() -> None:
    new = task_set(GREEN, status="ACTIVE", scale=1, steady=True)
    state = with_share(0, new, healthy_old=2)
    groups = [{"TargetGroupArn": group, "Weight": 0} for group in (BLUE, GREEN)]
    rule = evolve(state.production, actions=({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}},))

    assert next_move(state, Share(percent=0)) is None
    assert next_move(evolve(state, production=rule), Share(percent=0)) == Shift(percent=0)


def test_traffic_goes_back_to_old_tasks_that_are_healthy_alone() -> None:
    new = task_set(GREEN, status="ACTIVE", scale=50, steady=True)

    assert isinstance(next_move(with_share(50, new, healthy_old=0), Share(percent=20)), WaitFor)
    assert next_move(with_share(50, new, healthy_old=1), Share(percent=20)) == Shift(percent=20)


def test_a_set_that_serves_alone_gets_all_of_its_tasks_again() -> None:
    new = task_set(GREEN, status="PRIMARY", scale=50, steady=True)
    state = evolve(with_share(100, new, healthy_old=0), old=())

    move = next_move(state, Promote(bake=60.0, deregistration_delay=30.0))

    assert move == Scale(task_set=new, percent=100)


@pytest.mark.parametrize(
    ("shown", "runs_on"),
    [
        ({"launchType": "FARGATE"}, {"launchType": "FARGATE"}),
        ({"launchType": "", "capacityProviderStrategy": SPOT}, {"capacityProviderStrategy": SPOT}),
        ({}, {}),
    ],
    ids=["launch type", "capacity providers", "the cluster's own strategy"],
)
def test_another_set_runs_on_what_the_first_one_does(
    shown: Mapping[str, Any], runs_on: Mapping[str, Any]
) -> None:
    like = evolve(task_set(BLUE, status="PRIMARY", scale=100, steady=True), raw=shown)

    assert like.members == {**runs_on, "loadBalancers": []}


@given(state=states(), left=st.sampled_from(["", "Deployments-1"]))
def test_the_first_set_is_primary_once_it_is_healthy_and_what_was_left_goes_after_that(
    state: TaskSetState, left: str
) -> None:
    stray = evolve(task_set(GREEN, status="ACTIVE", scale=100, steady=True), external_id=left)
    state = evolve(state, old=(), strays=(stray,))

    match next_move(state, Establish()):
        case CreateSet():
            assert state.new is None
        case WaitFor():
            assert not state.is_new_ready
        case MakePrimary(task_set=primary):
            assert primary is state.new
            assert state.is_new_ready
        case DeleteSet(task_set=deleted):
            assert deleted is stray
            assert left, "what no deployment has made is left alone"
            assert state.new
            assert state.new.is_primary
            assert state.is_new_ready, "what serves beside it in the same group can serve alone"
        case move:
            assert (move, left) == (None, "")
