from datetime import timedelta

import pytest
from attrs import evolve

from ecs_steps.aws.ecs import ServiceMessage
from ecs_steps.aws.service_deployments import RevisionShare, ServiceDeployment
from ecs_steps.reporting.events import Reported, RolloutChanged, ServiceEvent
from ecs_steps.rollouts.changes import ChangeReporter, Changes
from rollouts import examples
from rollouts.examples import DEPLOYMENT, RECORD, TARGET

BEFORE = evolve(DEPLOYMENT, deployment_id="ecs-svc/1", is_primary=False)
SERVICE = evolve(examples.SERVICE, deployments=(DEPLOYMENT, BEFORE))


def record(weight: float | None) -> ServiceDeployment:
    return evolve(RECORD, target=RevisionShare(desired=2, running=1, pending=1, production_weight=weight))


def weights(reported: list[Reported]) -> dict[str, float | None]:
    return {each.deployment_id: each.traffic_weight for each in reported if isinstance(each, RolloutChanged)}


@pytest.mark.parametrize("weight", [None, 0.0, 20.0])
def test_this_deployment_is_reported_with_its_weight_and_no_other(weight: float | None) -> None:
    reported: list[Reported] = []

    ChangeReporter(TARGET, reported.append).report(SERVICE, record(weight))

    assert weights(reported) == {"ecs-svc/2": weight, "ecs-svc/1": None}


def test_traffic_that_shifts_is_a_change() -> None:
    reported: list[Reported] = []
    reporter = ChangeReporter(TARGET, reported.append)
    reporter.report(SERVICE, record(20.0))
    reported.clear()

    changes = reporter.report(SERVICE, record(50.0))

    assert changes.any
    assert weights(reported) == {"ecs-svc/2": 50.0}


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"running": 2, "pending": 0}, False),
        ({"running": 1, "pending": 0}, True),
        ({"failed": 1}, True),
        ({"rollout_state": "FAILED"}, True),
    ],
)
def test_fewer_tasks_failed_tasks_and_another_state_are_trouble_and_more_tasks_are_not(
    change: dict[str, object], *, trouble: bool
) -> None:
    before = evolve(DEPLOYMENT, desired=2, running=1, pending=1, failed=0)
    reporter = ChangeReporter(TARGET, lambda _: None)
    first = reporter.report(evolve(SERVICE, deployments=(before,)), None)

    changes = reporter.report(evolve(SERVICE, deployments=(evolve(before, **change),)), None)  # type: ignore[arg-type]  # by name

    assert (first.any, first.trouble) == (True, False)
    assert (changes.any, changes.trouble) == (True, trouble)


def message(second: int, text: str) -> ServiceMessage:
    return ServiceMessage(event_id=f"{second}", at=TARGET.since + timedelta(seconds=second), text=text)


def report_message(reporter: ChangeReporter, *messages: ServiceMessage) -> Changes:
    return reporter.report(evolve(SERVICE, deployments=(), events=messages), None)


def test_messages_since_the_deployment_began_are_reported_once_the_oldest_first() -> None:
    reported: list[Reported] = []
    reporter = ChangeReporter(TARGET, reported.append)
    # ECS lists the newest first.
    messages = [message(second, f"at {second}") for second in (2, 1, 0, -1)]

    changes = [report_message(reporter, *messages[1:]), report_message(reporter, *messages)]
    nothing = report_message(reporter, *messages)

    assert [each.text for each in reported if isinstance(each, ServiceEvent)] == ["at 0", "at 1", "at 2"]
    assert changes == [Changes(any=True, trouble=False)] * 2
    assert nothing == Changes(any=False, trouble=False)


def test_a_warning_of_the_service_is_trouble() -> None:
    text = "(service web) was unable to place a task because no container instance met its requirements."

    assert report_message(ChangeReporter(TARGET, lambda _: None), message(1, text)).trouble


def test_more_tasks_started_than_are_desired_are_trouble() -> None:
    reporter = ChangeReporter(TARGET, lambda _: None)
    starts = [message(second, "(service web) has started 1 tasks: (task a).") for second in (1, 2, 3)]

    assert [report_message(reporter, each).trouble for each in starts] == [False, False, True]
    assert not report_message(reporter, message(4, "(service web) has reached a steady state.")).trouble
