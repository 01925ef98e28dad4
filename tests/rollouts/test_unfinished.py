import pytest
from attrs import evolve

from ecs_steps.aws.ecs import Service
from ecs_steps.rollouts.unfinished import explain_unfinished
from rollouts import examples
from rollouts.examples import DEPLOYMENT, TARGET

SERVICE = evolve(examples.SERVICE, target_groups=("arn:aws:x:targetgroup/web/1",), grace_period=300)
RECORD = evolve(examples.RECORD, threshold=0)


@pytest.mark.parametrize("stage", ["POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"])
def test_a_release_that_has_all_of_the_traffic_is_healthy(stage: str) -> None:
    record = evolve(RECORD, lifecycle_stage=stage)

    unfinished = explain_unfinished(SERVICE, TARGET, record, healthy=0)

    assert unfinished.is_healthy
    assert stage in unfinished.why


@pytest.mark.parametrize("stage", ["", "SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT"])
def test_before_that_its_tasks_decide(stage: str) -> None:
    record = evolve(RECORD, lifecycle_stage=stage)

    assert not explain_unfinished(SERVICE, TARGET, record, healthy=1).is_healthy
    assert explain_unfinished(SERVICE, TARGET, record, healthy=2).is_healthy


def test_healthy_tasks_beside_old_ones_that_leave_are_no_failure() -> None:
    unfinished = explain_unfinished(SERVICE, TARGET, None, healthy=2, leaving=3)

    assert unfinished.is_healthy
    assert unfinished.why == "all 2 new tasks are healthy, and 3 old tasks have not stopped yet"
    assert "deregistration_delay.timeout_seconds" in unfinished.next_step


def test_tasks_that_hang_are_named_with_their_status() -> None:
    service = evolve(SERVICE, deployments=(evolve(DEPLOYMENT, running=1, pending=1),))

    unfinished = explain_unfinished(
        service, TARGET, None, healthy=1, pending=["1 task has been PENDING since 09:02 UTC"]
    )

    assert not unfinished.is_healthy
    assert unfinished.why == (
        "1 of 2 tasks were running, 1 pending and 0 failed: 1 task has been PENDING since 09:02 UTC"
    )


def test_running_tasks_that_are_not_healthy_are_within_their_grace_period() -> None:
    unfinished = explain_unfinished(SERVICE, TARGET, None, healthy=1)

    assert "all 2 new tasks are running, 1 of them healthy in every target group" in unfinished.why
    assert "within the 300 s" in unfinished.why


def test_without_a_grace_period_none_is_mentioned() -> None:
    unfinished = explain_unfinished(evolve(SERVICE, grace_period=0), TARGET, None, healthy=1)

    assert "healthCheckGracePeriodSeconds" not in unfinished.why + unfinished.next_step


def test_what_could_not_be_read_is_not_called_healthy() -> None:
    unfinished = explain_unfinished(SERVICE, TARGET, None, healthy=None)

    assert not unfinished.is_healthy
    assert unfinished.why == "2 of 2 tasks were running, 0 pending and 0 failed"
    assert unfinished.next_step == ""


@pytest.mark.parametrize("service", [None, evolve(SERVICE, deployments=())])
def test_a_deployment_that_is_not_shown_was_in_progress(service: Service | None) -> None:
    unfinished = explain_unfinished(service, TARGET, None, healthy=None)

    assert unfinished.why == "its deployment was still in progress"


def test_a_service_at_zero_is_healthy_without_a_task() -> None:
    service = evolve(SERVICE, deployments=(evolve(DEPLOYMENT, desired=0, running=0),))

    assert explain_unfinished(service, TARGET, None, healthy=0).is_healthy
