from datetime import datetime, timedelta

import pytest
from attrs import evolve

from ecs_steps.aws.ecs import Deployment, ServiceMessage
from ecs_steps.rollouts.timing import (
    Phases,
    TaskTimes,
    TimingHint,
    container_health_check,
    deregistration_delay,
    phases,
    target_health_check,
    task_times,
)
from rollouts.examples import DEPLOYMENT
from rollouts.examples import THEN as BEGAN


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def deployment(*, created: float = 0) -> Deployment:
    return evolve(DEPLOYMENT, rollout_state="COMPLETED", created_at=at(created))


def task(created: float, pulling: float, pulled: float, started: float) -> TaskTimes:
    return TaskTimes(
        created_at=at(created),
        pull_started_at=at(pulling),
        pull_stopped_at=at(pulled),
        started_at=at(started),
    )


def message(seconds: float, text: str) -> ServiceMessage:
    return ServiceMessage(event_id=f"{seconds}", at=at(seconds), text=text)


STARTED = message(1, "(service web) has started 2 tasks: (task a) (task b).")
STOPPED = message(60, "(service web) has stopped 2 running tasks: (task c) (task d).")
DRAINS = message(60, "(service web, taskSet ecs-svc/1) has begun draining connections on 2 tasks.")
COMPLETED = message(400, "(service web) (deployment ecs-svc/2) deployment completed.")
TASK = task(1, 9, 21, 24)


def lasting(**seconds: float) -> Phases:
    """Return phases of which those that are named last so long."""
    names = ("stack", "provisioning", "image_pull", "start", "health", "draining")
    each = dict.fromkeys(names, 0.0) | seconds
    return Phases(total=sum(each.values()), **each)


def test_each_phase_ends_where_the_next_begins() -> None:
    found = phases(deployment(), [TASK], [COMPLETED, DRAINS, STOPPED, STARTED], began=at(0), ended=at(405))

    assert found == Phases(
        total=400, stack=0, provisioning=8, image_pull=12, start=3, health=36, draining=340
    )


def test_a_first_deployment_drains_nothing() -> None:
    found = phases(deployment(), [TASK], [COMPLETED, STARTED], began=at(0), ended=at(405))

    assert found is not None
    assert (found.health, found.draining) == (376, 0)


@pytest.mark.parametrize("leaving", [STOPPED, DRAINS])
def test_draining_begins_with_the_first_message_of_it(leaving: ServiceMessage) -> None:
    found = phases(deployment(), [TASK], [COMPLETED, leaving], began=at(0), ended=at(405))

    assert found is not None
    assert found.draining == 340


def test_the_order_in_which_messages_are_listed_does_not_matter() -> None:
    later = message(300, "(service web) has stopped 1 running tasks: (task d).")
    listed = [COMPLETED, later, STOPPED, STARTED]

    found = [
        phases(deployment(), [TASK], each, began=at(0), ended=at(405)) for each in (listed, listed[::-1])
    ]

    assert [each and (each.health, each.draining) for each in found] == [(36, 340)] * 2


def test_tasks_that_left_before_the_last_one_started_do_not_end_its_health_phase() -> None:
    early = message(20, "(service web) has stopped 1 running tasks: (task c).")

    found = phases(deployment(), [TASK], [COMPLETED, STOPPED, early], began=at(0), ended=at(405))

    assert found is not None
    assert found.health == 36


def test_the_task_that_was_the_last_to_start_counts() -> None:
    late = task(30, 35, 45, 50)

    found = phases(deployment(), [late, TASK], [COMPLETED, DRAINS], began=at(0), ended=at(405))

    assert found is not None
    assert (found.provisioning, found.image_pull, found.start, found.health) == (5, 10, 5, 10)


def test_a_task_that_started_after_the_end_does_not_count() -> None:
    replacement = task(500, 505, 510, 515)

    found = phases(deployment(), [TASK, replacement], [COMPLETED, DRAINS], began=at(0), ended=at(600))

    assert found is not None
    assert found.image_pull == 12


def test_the_stack_has_what_the_services_deployment_has_not() -> None:
    found = phases(deployment(created=1), [TASK], [COMPLETED, DRAINS], began=at(-20), ended=at(415))

    assert found is not None
    assert (found.total, found.stack) == (435, 36)


@pytest.mark.parametrize("ahead", [-45, -5, 0.5])
def test_a_machine_whose_clock_is_wrong_gives_no_negative_time(ahead: float) -> None:
    found = phases(deployment(created=1), [TASK], [COMPLETED, DRAINS], began=at(ahead), ended=at(395 + ahead))

    assert found is not None
    assert found.stack == 0
    assert found.total == 399


def test_what_the_service_said_before_is_not_of_this_deployment() -> None:
    earlier = message(-100, "(service web) (deployment ecs-svc/2) deployment completed.")

    found = phases(deployment(), [TASK], [earlier], began=at(0), ended=at(100))

    assert found is not None
    assert found.total == 100


def test_without_timestamps_there_is_no_summary() -> None:
    assert phases(deployment(), [], [COMPLETED, DRAINS], began=at(0), ended=at(405)) is None


def test_a_deployment_that_is_older_than_the_step_has_no_summary() -> None:
    old = deployment(created=-3600)

    assert phases(old, [TASK], [COMPLETED], began=at(0), ended=at(5)) is None


@pytest.mark.parametrize("missing", ["createdAt", "pullStartedAt", "pullStoppedAt", "startedAt"])
def test_a_task_that_lacks_a_timestamp_has_no_times(missing: str) -> None:
    shown = {"createdAt": at(1), "pullStartedAt": at(9), "pullStoppedAt": at(21), "startedAt": at(24)}

    assert task_times(shown) == TASK
    assert task_times({name: moment for name, moment in shown.items() if name != missing}) is None


@pytest.mark.parametrize(
    ("took", "setting", "expected"),
    [
        (
            lasting(image_pull=130, draining=300),
            deregistration_delay(300),
            (
                "draining took 5:00 of 7:10: the target group's deregistration delay is 300 s; "
                "lower deregistration_delay.timeout_seconds"
            ),
        ),
        (
            lasting(image_pull=30, health=155),
            target_health_check(interval=30, healthy_threshold=5),
            (
                "health took 2:35 of 3:05: the target group asks for 5 good health checks, 30 s apart; "
                "lower HealthCheckIntervalSeconds or HealthyThresholdCount"
            ),
        ),
        (
            lasting(image_pull=30, health=125),
            container_health_check(
                {"containerDefinitions": [{"name": "web", "healthCheck": {"interval": 120}}]}
            ),
            (
                "health took 2:05 of 2:35: the first health check of container web is made 120 s after its "
                "start; lower healthCheck.interval"
            ),
        ),
    ],
)
def test_the_setting_that_dominates_is_named(took: Phases, setting: TimingHint, expected: str) -> None:
    assert took.report(setting).advice == expected


@pytest.mark.parametrize(
    ("took", "setting"),
    [
        (lasting(image_pull=30, draining=300), deregistration_delay(150)),
        (lasting(image_pull=30, draining=60), deregistration_delay(60)),
        (lasting(draining=70, image_pull=69, health=69, start=2), deregistration_delay(70)),
    ],
    ids=["half of the phase", "a minute", "a third of all"],
)
def test_a_setting_is_named_from_these_limits_on(took: Phases, setting: TimingHint) -> None:
    assert took.report(setting).advice


@pytest.mark.parametrize(
    ("took", "setting"),
    [
        (lasting(image_pull=30, draining=300), deregistration_delay(149)),
        (lasting(image_pull=300, draining=30), None),
        (lasting(image_pull=30, draining=59), deregistration_delay(59)),
        (lasting(stack=70, provisioning=70, image_pull=70, health=70), deregistration_delay(70)),
    ],
    ids=["the setting is too small", "no setting is behind it", "nothing is long", "nothing dominates"],
)
def test_no_setting_is_blamed_for_what_it_does_not_explain(took: Phases, setting: TimingHint | None) -> None:
    assert took.report(setting).advice == ""


def test_the_report_holds_every_phase_in_its_order() -> None:
    shown = lasting(stack=1, provisioning=2, image_pull=3, start=4, health=5, draining=6).report(None)

    assert shown.seconds == 21
    assert shown.phases == (
        ("stack", 1),
        ("provisioning", 2),
        ("image pull", 3),
        ("start", 4),
        ("health", 5),
        ("draining", 6),
    )


def test_the_slowest_check_of_an_essential_container_is_the_one_that_is_waited_for() -> None:
    definition = {
        "containerDefinitions": [
            {"name": "web", "healthCheck": {"command": ["CMD", "true"]}},
            {"name": "agent", "healthCheck": {"interval": 300}, "essential": False},
            {"name": "proxy", "healthCheck": {"interval": 10}, "essential": True},
        ]
    }

    setting = container_health_check(definition)

    assert setting is not None
    assert setting.seconds == 30
    assert "container web " in setting.advice


def test_containers_without_a_health_check_have_no_setting() -> None:
    assert container_health_check({"containerDefinitions": [{"name": "web"}]}) is None
