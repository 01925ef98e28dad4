"""When a deployment is given up; what only its tasks can show is tried in `explaining`."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from ecs_steps.aws.ecs import DeploymentRef
from ecs_steps.aws.elbv2 import TargetHealth
from ecs_steps.aws.tasks import Task
from ecs_steps.context import DeploymentContext, WatchOptions
from ecs_steps.diagnosis.evidence import StoppedContainer, StoppedTask
from ecs_steps.rollouts.fail_fast import cannot_succeed, healthy_tasks
from ecs_steps.sandbox import Sandbox
from rollouts import examples

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"
SERVICE = evolve(examples.SERVICE, name="orders", running=0, task_definition="orders:1", deployments=())
TARGET = DeploymentRef(task_definition="orders:1", deployment_id="ecs-svc/42", since=BEGAN)
WEB = StoppedContainer(name="web", image="", exit_code=1, reason="", health="UNKNOWN")
CRASHED = StoppedTask(
    task_id="1",
    stop_code="EssentialContainerExited",
    stopped_reason="Essential container in task exited",
    containers=(WEB,),
)
RUNNING = Task(
    arn="arn:aws:ecs:eu-west-1:123456789012:task/shop/1",
    started_by="ecs-svc/42",
    group="service:orders",
    task_definition="orders:1",
    status="RUNNING",
    health="UNKNOWN",
    created_at=BEGAN,
    started_at=BEGAN,
    read_at=BEGAN,
    private_address="10.0.0.1",
    raw={},
)


def crashes(*seconds: int) -> list[StoppedTask]:
    return [evolve(CRASHED, stopped_at=BEGAN + timedelta(seconds=each)) for each in seconds]


def given_up(
    stopped: list[StoppedTask],
    *,
    breaker: bool = False,
    count: int = 0,
    enough: int | None = None,
) -> bool:
    with Sandbox() as aws:
        context = DeploymentContext(
            aws=aws.clients,
            clock=aws.clock,
            report=lambda _: None,
            deadline=None,
            watch_options=WatchOptions(stopped_tasks=enough),
        )
        service = evolve(SERVICE, has_breaker=breaker)
        return cannot_succeed(service, TARGET, stopped, context, breaker_count=count)


@pytest.mark.parametrize(("number", "expected"), [(2, False), (3, True)])
def test_without_a_breaker_three_crashes_are_enough(number: int, *, expected: bool) -> None:
    assert given_up(crashes(*range(number))) is expected


@pytest.mark.parametrize(
    ("seconds", "count", "expected"),
    [
        # A breaker that counts what crashed is left alone, also where its count is a moment late.
        ((0, 30, 60, 90, 120), 5, False),
        ((0, 30, 60, 61, 62), 1, False),
        # One that counts nothing, or starts over again and again, is not.
        ((0, 30, 60, 90, 120), 0, True),
        ((0, 30, 60, 90, 120, 150, 180, 210), 2, True),
        # What stopped within the last minute may not be counted yet.
        ((0, 1, 2, 3, 4), 0, False),
    ],
)
def test_a_breaker_is_left_alone_while_its_count_follows_the_crashes(
    seconds: tuple[int, ...], count: int, *, expected: bool
) -> None:
    assert given_up(crashes(*seconds), breaker=True, count=count) is expected


def test_a_task_that_was_ever_healthy_keeps_the_deployment_alive() -> None:
    healthy = evolve(CRASHED, containers=(evolve(WEB, health="HEALTHY"),))

    assert not given_up([*crashes(0, 1, 2), healthy])


def test_a_task_that_was_scaled_in_is_no_crash() -> None:
    scaled_in = evolve(CRASHED, stop_code="ServiceSchedulerInitiated", stopped_reason="Scaling activity")

    assert not given_up([*crashes(0, 1), scaled_in])


@pytest.mark.parametrize("enough", [0, 1, 5])
def test_the_chosen_number_decides(enough: int) -> None:
    assert given_up(crashes(0, 1, 2), enough=enough) is (enough == 1)


def healthy(task: Task, *targets: TargetHealth, groups: tuple[str, ...] = ()) -> bool:
    with Sandbox() as aws:
        context = DeploymentContext(aws=aws.clients, clock=aws.clock, report=lambda _: None, deadline=None)
        service = evolve(SERVICE, target_groups=groups)
        return bool(healthy_tasks(service, [task], targets, context))


def target(state: str, *, address: str = "10.0.0.1", group: str = "targetgroup/web/1") -> TargetHealth:
    return TargetHealth(target_group=group, address=address, port=80, state=state, reason="", description="")


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([target("healthy")], True),
        ([target("unhealthy")], False),
        ([target("initial")], False),
        ([target("healthy", address="10.0.0.2")], False),
        ([target("healthy", group="targetgroup/other/1")], False),
        ([], False),
    ],
)
def test_a_task_behind_a_load_balancer_is_healthy_where_its_own_target_is(
    targets: list[TargetHealth], *, expected: bool
) -> None:
    assert healthy(RUNNING, *targets, groups=(GROUP,)) is expected


def test_a_task_is_healthy_only_in_all_of_its_target_groups() -> None:
    groups = (GROUP, GROUP.replace("/web/", "/admin/"))

    assert not healthy(RUNNING, target("healthy"), groups=groups)
    assert healthy(RUNNING, target("healthy"), target("healthy", group="targetgroup/admin/1"), groups=groups)


@pytest.mark.parametrize(("health", "expected"), [("HEALTHY", True), ("UNHEALTHY", False)])
def test_a_health_check_of_its_containers_decides_over_the_time(health: str, *, expected: bool) -> None:
    old = evolve(RUNNING, health=health, read_at=BEGAN + timedelta(hours=1))

    assert healthy(old) is expected


@pytest.mark.parametrize(("seconds", "expected"), [(59, False), (60, True)])
def test_without_any_check_a_minute_on_aws_clock_is_enough(seconds: int, *, expected: bool) -> None:
    task = evolve(RUNNING, read_at=BEGAN + timedelta(seconds=seconds))

    assert healthy(task) is expected
