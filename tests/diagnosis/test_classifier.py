from datetime import UTC, datetime, timedelta

import pytest

from ecs_steps.aws.elbv2 import TargetHealth
from ecs_steps.diagnosis.classifier import classify
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
OTHER_GROUP = GROUP.replace("/web/", "/admin/")
FAILED_TARGETS = f"Task failed ELB health checks in (target-group {GROUP})"
CODES = "Health checks failed with these codes"
BEGUN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def task(
    reason: str, *containers: StoppedContainer, task_id: str = "t1", second: int | None = None
) -> StoppedTask:
    return StoppedTask(
        task_id=task_id,
        stop_code="ServiceSchedulerInitiated",
        stopped_reason=reason,
        containers=containers,
        stopped_at=None if second is None else BEGUN + timedelta(seconds=second),
    )


def container(name: str, *log: str, essential: bool = True) -> StoppedContainer:
    return StoppedContainer(
        name=name,
        image="",
        exit_code=143,
        reason="",
        health="UNKNOWN",
        is_essential=essential,
        log_lines=log,
    )


def target(reason: str, *, state: str = "unhealthy", group: str = GROUP, at: str = "1") -> TargetHealth:
    return TargetHealth(
        target_group=group, address=f"10.0.0.{at}", port=80, state=state, reason=reason, description=""
    )


def reasons(evidence: Evidence) -> list[str]:
    return [signal.reason.name for signal in classify(evidence)]


def test_what_happened_first_is_reported_first() -> None:
    tasks = task("late", task_id="a", second=9), task("early", task_id="b", second=0)

    shown = [signal.what for signal in classify(Evidence(tasks=tasks))]

    assert shown == ["task b: early", "task a: late"]


def test_without_times_tasks_are_reported_by_their_ids() -> None:
    tasks = tuple(task("no", task_id=task_id) for task_id in "ba")

    shown = [signal.what for signal in classify(Evidence(tasks=tasks))]

    assert shown == ["task a: no", "task b: no"]


def test_a_failed_check_of_a_target_is_reported_with_the_load_balancers_most_frequent_reason() -> None:
    targets = (target("Target.Timeout", at="1"), target("Target.Timeout", at="2"))
    message = f"(service web) is unhealthy in (target-group {GROUP}) due to (reason Health checks failed)."
    evidence = Evidence(
        tasks=(task(FAILED_TARGETS),),
        targets=(target("Target.ResponseCodeMismatch", at="0"), *targets),
        service_messages=(message,),
    )

    [signal, *others] = classify(evidence)

    assert signal.what == f"task t1: {FAILED_TARGETS}: Target.Timeout"
    assert signal.reason.name == "target-timed-out"
    assert [other.reason.name for other in others] == ["target-wrong-code", "target-failed"]


def test_of_reasons_that_are_equally_frequent_it_is_always_the_same_one() -> None:
    reasons = ("Target.Timeout", "Target.NotInUse", "Target.IpUnusable", "Target.FailedHealthChecks")
    evidence = Evidence(
        tasks=(task(FAILED_TARGETS),),
        targets=tuple(target(reason, at=str(at)) for at, reason in enumerate(reasons)),
    )

    assert classify(evidence)[0].what == f"task t1: {FAILED_TARGETS}: Target.FailedHealthChecks"


def test_the_log_of_an_essential_container_shows_a_failed_check_if_it_left_one() -> None:
    stopped = task(
        FAILED_TARGETS,
        container("router", "routing", essential=False),
        container("proxy"),
        container("web", "GET / 502"),
    )

    [signal] = classify(Evidence(tasks=(stopped,)))

    assert signal.container is not None
    assert signal.container.name == "web"


def test_once_the_target_is_deleted_ecs_own_message_still_shows_the_reason() -> None:
    evidence = Evidence(
        tasks=(task(FAILED_TARGETS),),
        targets=(target("Target.DeregistrationInProgress", state="draining"),),
        service_messages=(
            f"(service web) (port 80) is unhealthy in (target-group {OTHER_GROUP}) due to (reason no).",
            f"(service web) (port 80) is unhealthy in (target-group {GROUP}) due to (reason {CODES}: [502]).",
        ),
    )

    assert classify(evidence)[0].what == (f"task t1: {FAILED_TARGETS}: {CODES}: [502]")
    assert reasons(evidence) == ["target-wrong-code", "draining", "target-unhealthy"]


def test_targets_tell_where_no_task_has_stopped_yet() -> None:
    evidence = Evidence(
        targets=(
            target("Target.FailedHealthChecks"),
            target("Something.New", group=OTHER_GROUP),
            target("Elb.InitialHealthChecking", state="initial", at="2"),
            target("", state="healthy", at="3"),
        )
    )

    assert [(signal.reason.name, signal.what) for signal in classify(evidence)] == [
        ("target-unhealthy", "target 10.0.0.1:80 is unhealthy in target group admin: Something.New"),
        ("target-failed", "target 10.0.0.1:80 is unhealthy in target group web: Target.FailedHealthChecks"),
        (
            "targets-checked-first",
            "target 10.0.0.2:80 is initial in target group web: Elb.InitialHealthChecking",
        ),
    ]


def test_where_no_task_could_be_placed_ecs_messages_tell() -> None:
    message = (
        '(service web) was unable to place a task. The closest matching encountered error "RESOURCE:ENI".'
    )
    evidence = Evidence(service_messages=("(service web) has started 2 tasks: (task t1) (task t2).", message))

    assert [(signal.reason.name, signal.what) for signal in classify(evidence)] == [
        ("no-network-interface", message.rstrip("."))
    ]


def test_a_message_that_repeats_what_tasks_show_is_left_out() -> None:
    evidence = Evidence(
        tasks=(task("Task failed container health checks"),),
        service_messages=("(service web) (task t1) failed container health checks.",),
    )

    assert reasons(evidence) == ["container-unhealthy"]


def test_the_name_of_a_service_is_no_reason() -> None:
    evidence = Evidence(service_messages=("(service OutOfMemory) has reached a steady state.",))

    assert classify(evidence) == []


def test_alarms_are_named_and_not_repeated_by_ecs_messages_and_verdict() -> None:
    evidence = Evidence(
        alarms=("orders-5xx",),
        service_messages=("(service web) (deployment ecs-svc/1) deployment failed: alarm detected.",),
        verdict="Service deployment rolled back because one or more alarms were in the ALARM state.",
    )

    assert [signal.what for signal in classify(evidence)] == ["CloudWatch alarm orders-5xx went off"]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ("Replaced by a new service deployment.", "superseded"),
        ("deployment ecs-svc/2 of web:3 has taken its place", "superseded"),
        ("service web is DRAINING", "service-deleted"),
        ("Service deployment stopped because a user stopped it.", "stopped-by-person"),
    ],
)
def test_a_verdict_that_names_its_cause_is_one(verdict: str, reason: str) -> None:
    [signal] = classify(Evidence(verdict=verdict))

    assert signal.reason.name == reason


def test_a_verdict_that_only_points_at_the_tasks_is_none() -> None:
    assert classify(Evidence(verdict="ECS deployment circuit breaker: tasks failed to start.")) == []
