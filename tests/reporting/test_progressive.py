"""Stages, shares and pauses of a deployment, in lines, in Octopus' progress and on a terminal."""

import io

import pytest
from attrs import evolve
from rich.console import Console

from ecs_steps.reporting.events import DeploymentPaused, Level, RolloutChanged
from ecs_steps.reporting.live import LiveView
from ecs_steps.reporting.page.html import page
from ecs_steps.reporting.page.record import DeploymentRecord
from ecs_steps.reporting.service_messages import lines
from ecs_steps.reporting.text import format_line, level_of, message_text, rollout_percent
from ecs_steps.rollouts.pauses import STAGES
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from steps.checkout import Checkout

ROLLOUT = RolloutChanged(
    service_name="web",
    deployment_id="ecs-svc/2",
    task_definition="web:8",
    state="IN_PROGRESS",
    desired=2,
    running=2,
    pending=0,
    failed=0,
    is_this_deployment=True,
    traffic_weight=10.0,
    stage="PRE_PRODUCTION_TRAFFIC_SHIFT",
)
PAUSED = DeploymentPaused(
    service_name="web",
    hook_id="ecs-pause-1",
    text="paused before the next share of the production traffic: web:8 has 10 %",
    details=("2 of 2 tasks run", "continue with hook ecs-pause-1"),
)


def test_a_line_has_the_stage_and_the_share() -> None:
    assert message_text(ROLLOUT) == (
        "deployment ecs-svc/2 web:8: 2 of 2 running, 0 pending, 0 failed, 10% of the traffic "
        "(IN_PROGRESS, PRE_PRODUCTION_TRAFFIC_SHIFT)"
    )


def test_a_pause_is_one_block() -> None:
    assert format_line(PAUSED, 61) == (
        "[ 1:01] paused before the next share of the production traffic: web:8 has 10 %\n"
        "          2 of 2 tasks run\n"
        "          continue with hook ecs-pause-1\n"
    )


def test_a_pause_is_highlighted_in_octopus() -> None:
    assert level_of(PAUSED) is Level.HIGHLIGHT
    assert lines(PAUSED)[0] == "##octopus[stdout-highlight]"


def test_progress_never_goes_back_on_the_way() -> None:
    way = [(stage, weight) for stage in STAGES[:6] for weight in [0.0]]
    way += [(stage, weight) for weight in (0.0, 10.0, 50.0, 100.0) for stage in STAGES[6:8]]
    way += [(stage, 100.0) for stage in STAGES[8:]]

    percents = [rollout_percent(evolve(ROLLOUT, stage=stage, traffic_weight=weight)) for stage, weight in way]

    assert percents == sorted(percents)
    assert percents[0] == 0
    assert percents[-1] < 100


@pytest.mark.parametrize(("running", "percent"), [(0, 0), (1, 20), (2, 40)])
def test_tasks_count_while_they_start(running: int, percent: int) -> None:
    assert rollout_percent(evolve(ROLLOUT, stage="SCALE_UP", running=running)) == percent


@pytest.mark.parametrize(("running", "percent"), [(0, 0), (1, 50), (2, 100), (3, 100)])
def test_tasks_alone_count_in_a_rolling_update(running: int, percent: int) -> None:
    assert rollout_percent(evolve(ROLLOUT, stage="", traffic_weight=None, running=running)) == percent


def tree_of(view: LiveView) -> str:
    stream = io.StringIO()
    Console(file=stream, width=200).print(view._tree())
    return stream.getvalue()


def test_the_tree_shows_the_pause_until_the_deployment_moves_on() -> None:
    with LiveView(io.StringIO(), clock=VirtualClock(Timeline())) as view:
        view(ROLLOUT)
        view(PAUSED)
        paused = tree_of(view)
        view(evolve(ROLLOUT, stage="PRODUCTION_TRAFFIC_SHIFT"))
        later = tree_of(view)

    assert "PRE_PRODUCTION_TRAFFIC_SHIFT" in paused
    assert "paused before the next share" in paused
    assert "paused" not in later


def test_task_sets_are_deployments_of_the_tree_and_of_the_page() -> None:
    with Sandbox() as aws, LiveView(io.StringIO(), clock=aws.clock) as view:
        shop, record = Checkout(aws), DeploymentRecord("Continue Amazon ECS Deployment", aws.clock)
        shop.update()
        shop.events.clear()
        shop.share(50)
        for reported in shop.events:
            record(reported)
            view(reported)
        tree, html = tree_of(view), page(record)

    assert "deployment checkout:2" in tree
    assert "50% of the traffic" in tree
    assert "paused: checkout:2 has 50 % of the traffic" in tree
    for shown in (
        "Traffic (%)",
        "checkout:2, this deployment",
        "checkout:1, other deployment",
        "no one rolls",
    ):
        assert shown in html


def test_a_change_of_a_task_set_is_reported_once_and_its_first_health_checks_are_no_trouble() -> None:
    with Sandbox() as aws:
        shop = Checkout(aws)
        shop.update()

    changes = [each for each in shop.events if isinstance(each, RolloutChanged)]
    assert len(set(changes)) == len(changes)
    ours = [(each.running, each.state) for each in changes if each.is_this_deployment]
    assert ours == [(0, "ACTIVE, STABILIZING"), (1, "ACTIVE, STABILIZING"), (1, "ACTIVE, STEADY_STATE")]
    assert shop.warnings == []
