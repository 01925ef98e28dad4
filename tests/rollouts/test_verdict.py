from datetime import timedelta

import pytest
from attrs import evolve

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service, ServiceMessage
from ecs_steps.aws.service_deployments import LifecycleHook, RevisionShare, ServiceDeployment
from ecs_steps.rollouts.verdict import DeploymentStatus, Verdict, judge, judge_service_deployment
from rollouts.examples import DEPLOYMENT, NEW, OLD, RECORD, SERVICE, TARGET, THEN

OURS = evolve(DEPLOYMENT, rollout_state="COMPLETED")
BEFORE = evolve(OURS, deployment_id="ecs-svc/1", task_definition=OLD, is_primary=False)
NEWER = evolve(OURS, deployment_id="ecs-svc/3")


def service(*deployments: Deployment, status: str = "ACTIVE") -> Service:
    primary = next((d.task_definition for d in deployments if d.is_primary), "")
    return evolve(SERVICE, deployments=deployments, status=status, task_definition=primary)


def record(status: str, reason: str = "") -> ServiceDeployment:
    return evolve(RECORD, status=status, status_reason=reason)


def status_of(*deployments: Deployment, status: str = "ACTIVE") -> DeploymentStatus:
    return judge(service(*deployments, status=status), TARGET).status


def test_the_deployment_that_completed_and_still_runs_serves() -> None:
    assert status_of(OURS) is DeploymentStatus.SERVING


def test_old_tasks_that_still_drain_do_not_take_a_success_back() -> None:
    assert status_of(OURS, BEFORE) is DeploymentStatus.SERVING


def test_the_same_revision_under_another_deployments_id_is_not_this_deployment() -> None:
    assert status_of(NEWER) is DeploymentStatus.SUPERSEDED


def test_a_completed_deployment_whose_tasks_have_died_since_is_not_serving_yet() -> None:
    assert status_of(evolve(OURS, running=1)) is DeploymentStatus.IN_PROGRESS


def test_no_tasks_are_enough_where_none_are_desired() -> None:
    assert status_of(evolve(OURS, desired=0, running=0)) is DeploymentStatus.SERVING


def test_a_deployment_that_ecs_gave_up_without_a_rollback_has_failed() -> None:
    failed = evolve(OURS, rollout_state="FAILED", rollout_reason="tasks failed to start.")

    verdict = judge(service(failed, BEFORE), TARGET)

    assert verdict.status is DeploymentStatus.FAILED
    assert verdict.reason == "tasks failed to start."


def test_a_rollback_is_not_a_success_though_one_deployment_runs_all_desired_tasks() -> None:
    rollback = evolve(
        BEFORE, deployment_id="ecs-svc/3", is_primary=True, rollout_reason="rolling back to deploymentId x"
    )

    verdict = judge(service(rollback), TARGET)

    assert verdict.status is DeploymentStatus.ROLLED_BACK
    assert OLD in verdict.reason


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1, DeploymentStatus.ROLLED_BACK), (-1, DeploymentStatus.SUPERSEDED)]
)
def test_a_rollback_that_is_over_shows_in_the_events_since_this_deployment_began(
    minutes: int, expected: DeploymentStatus
) -> None:
    shown = ServiceMessage(
        event_id="1",
        at=THEN + timedelta(minutes=minutes),
        text="(service web) rolling back to deployment ecs-svc/1.",
    )
    after = evolve(BEFORE, deployment_id="ecs-svc/3", is_primary=True, rollout_reason="completed.")

    verdict = judge(evolve(service(after), events=(shown,)), TARGET)

    assert verdict.status is expected


def test_a_rollback_that_is_still_on_its_way_is_waited_for() -> None:
    rollback = evolve(BEFORE, deployment_id="ecs-svc/3", is_primary=True, rollout_state="IN_PROGRESS")
    ours = evolve(OURS, is_primary=False, rollout_state="FAILED")

    assert status_of(rollback, ours) is DeploymentStatus.IN_PROGRESS


def test_a_newer_deployment_supersedes() -> None:
    assert status_of(NEWER, evolve(OURS, is_primary=False)) is DeploymentStatus.SUPERSEDED


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_service_that_is_being_deleted_is_deleted_however_well_it_runs(status: str) -> None:
    assert status_of(OURS, status=status) is DeploymentStatus.DELETED


def test_without_an_id_the_primary_of_the_revision_counts() -> None:
    by_revision = DeploymentRef(task_definition=NEW, since=THEN)

    assert judge(service(NEWER), by_revision).status is DeploymentStatus.SERVING
    assert judge(service(evolve(BEFORE, is_primary=True)), by_revision).status is DeploymentStatus.SUPERSEDED


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("PENDING", "", DeploymentStatus.IN_PROGRESS),
        ("IN_PROGRESS", "", DeploymentStatus.IN_PROGRESS),
        ("STOP_REQUESTED", "", DeploymentStatus.IN_PROGRESS),
        ("ROLLBACK_REQUESTED", "", DeploymentStatus.IN_PROGRESS),
        ("ROLLBACK_IN_PROGRESS", "", DeploymentStatus.IN_PROGRESS),
        ("SUCCESSFUL", "", DeploymentStatus.SERVING),
        ("STOPPED", "Replaced by a new service deployment.", DeploymentStatus.SUPERSEDED),
        ("STOPPED", "ECS deployment circuit breaker: tasks failed to start.", DeploymentStatus.FAILED),
        ("ROLLBACK_SUCCESSFUL", "Service deployment rolled back.", DeploymentStatus.ROLLED_BACK),
        ("ROLLBACK_FAILED", "", DeploymentStatus.FAILED),
    ],
)
def test_every_status_of_a_service_deployment_has_its_verdict(
    status: str, reason: str, expected: DeploymentStatus
) -> None:
    assert judge_service_deployment(record(status, reason), service(OURS), TARGET).status is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("IN_PROGRESS", DeploymentStatus.IN_PROGRESS),
        ("COMPLETED", DeploymentStatus.SERVING),
        ("FAILED", DeploymentStatus.FAILED),
    ],
)
def test_of_a_status_that_ecs_has_added_since_the_service_says_what_it_means(
    state: str, expected: DeploymentStatus
) -> None:
    shown = service(evolve(OURS, rollout_state=state))

    verdict = judge_service_deployment(record("A_STATUS_OF_NEXT_YEAR"), shown, TARGET)

    assert verdict.status is expected


def test_a_record_of_success_is_believed_only_where_the_service_agrees() -> None:
    verdict = judge_service_deployment(record("SUCCESSFUL"), service(evolve(BEFORE, is_primary=True)), TARGET)

    assert verdict.status is DeploymentStatus.SUPERSEDED


def test_where_ecs_shows_no_state_the_tasks_decide_once_the_old_deployment_has_ended() -> None:
    silent = evolve(OURS, rollout_state="")

    assert status_of(silent) is DeploymentStatus.SERVING
    assert status_of(silent, BEFORE) is DeploymentStatus.IN_PROGRESS
    assert status_of(evolve(silent, running=1)) is DeploymentStatus.IN_PROGRESS
    assert status_of(evolve(silent, pending=1)) is DeploymentStatus.IN_PROGRESS


def test_a_record_of_success_counts_where_ecs_shows_no_state() -> None:
    verdict = judge_service_deployment(record("SUCCESSFUL"), service(evolve(OURS, rollout_state="")), TARGET)

    assert verdict.status is DeploymentStatus.SERVING


@pytest.mark.parametrize(
    ("ours", "primary", "expected"),
    [
        ("tasks failed to start.", "rolling back.", "tasks failed to start"),
        ("", "rolling back to ecs-svc/1.", "rolling back to ecs-svc/1"),
        ("", "", "ECS gave no reason"),
    ],
)
def test_a_rollback_while_our_failed_deployment_is_listed_has_a_reason_in_words(
    ours: str, primary: str, expected: str
) -> None:
    failed = evolve(OURS, is_primary=False, rollout_state="FAILED", rollout_reason=ours)
    back = evolve(BEFORE, deployment_id="ecs-svc/3", is_primary=True, rollout_reason=primary)

    verdict = judge(service(back, failed), TARGET)

    assert verdict.status is DeploymentStatus.ROLLED_BACK
    assert verdict.reason == f"{expected}; the service runs {OLD} again"


HOOK = LifecycleHook(hook_id="ecs-pause-1", target_type="PAUSE", status="AWAITING_ACTION")


def test_a_deployment_that_waits_for_a_person_is_paused_and_settled_and_not_bad() -> None:
    verdict = judge_service_deployment(evolve(record("IN_PROGRESS"), hooks=(HOOK,)), service(OURS), TARGET)

    assert verdict.status is DeploymentStatus.PAUSED
    assert verdict.pause
    assert verdict.pause.hook_id == "ecs-pause-1"
    assert verdict.is_settled
    assert not verdict.is_bad


def test_a_pause_without_all_of_its_tasks_is_still_in_progress() -> None:
    short = evolve(record("IN_PROGRESS"), hooks=(HOOK,), target=RevisionShare(desired=2, running=1))

    assert judge_service_deployment(short, service(OURS), TARGET).status is DeploymentStatus.IN_PROGRESS


@pytest.mark.parametrize("status", DeploymentStatus)
def test_a_verdict_is_bad_only_where_the_deployment_will_not_serve(status: DeploymentStatus) -> None:
    good = (DeploymentStatus.IN_PROGRESS, DeploymentStatus.PAUSED, DeploymentStatus.SERVING)

    assert Verdict(status=status).is_bad is (status not in good)
    assert Verdict(status=status).is_settled is (status is not DeploymentStatus.IN_PROGRESS)


@pytest.mark.parametrize(("seconds", "is_newer"), [(-1, False), (0, False), (1, True)])
def test_what_supersedes_was_started_later(seconds: int, *, is_newer: bool) -> None:
    other = evolve(NEWER, created_at=RECORD.created_at + timedelta(seconds=seconds))
    stopped = record("STOPPED", "Service deployment stopped by user.")

    verdict = judge_service_deployment(stopped, service(other, evolve(OURS, is_primary=False)), TARGET)

    assert (verdict.status is DeploymentStatus.SUPERSEDED) == is_newer
