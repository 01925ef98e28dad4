from datetime import UTC, datetime, timedelta

import pytest

from ecs_steps.aws.evidence import Evidence, StoppedContainer, StoppedTask, UnhealthyTarget
from ecs_steps.aws.findings import find

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
OTHER_GROUP = GROUP.replace("/web/", "/admin/")
ESSENTIAL_EXIT = ("EssentialContainerExited", "Essential container in task exited")
SCALED_IN = ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)")
FAILED_TARGETS = ("ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {GROUP})")
CODES = "Health checks failed with these codes"
BEGUN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def container(
    name: str,
    exit_code: int | None = None,
    reason: str = "",
    *,
    essential: bool = True,
    health: str = "UNKNOWN",
    log: tuple[str, ...] = (),
) -> StoppedContainer:
    return StoppedContainer(
        name=name,
        image="",
        exit_code=exit_code,
        reason=reason,
        health=health,
        is_essential=essential,
        log_lines=log,
    )


def task(stopped: tuple[str, str], *containers: StoppedContainer, task_id: str = "t1") -> StoppedTask:
    return StoppedTask(
        task_id=task_id, stop_code=stopped[0], stopped_reason=stopped[1], containers=containers
    )


def target(reason: str, *, state: str = "unhealthy", group: str = GROUP, at: str = "1") -> UnhealthyTarget:
    return UnhealthyTarget(
        target_group=group, target=f"10.0.0.{at}:80", state=state, reason=reason, description=""
    )


def of(*tasks: StoppedTask) -> list[tuple[str, str]]:
    return [(finding.family.name, finding.what) for finding in find(Evidence(tasks=tasks))]


def families(evidence: Evidence) -> list[str]:
    return [finding.family.name for finding in find(evidence)]


@pytest.mark.parametrize("killed_with", [0, 137, 143])
def test_the_first_exit_is_the_cause_and_not_those_that_it_took_along(killed_with: int) -> None:
    stopped = task(ESSENTIAL_EXIT, container("proxy", killed_with), container("web", 1))

    assert of(stopped) == [("exit-1", "container web exited with code 1 in task t1")]


def test_a_sidecar_that_fails_while_it_is_stopped_did_not_end_the_task() -> None:
    stopped = task(ESSENTIAL_EXIT, container("router", 2, essential=False), container("web", 0))

    assert of(stopped) == [("exit-0", "container web exited with code 0 in task t1")]


def test_a_container_that_was_killed_is_suspected_before_one_that_obeyed() -> None:
    stopped = task(ESSENTIAL_EXIT, container("proxy", 143), container("web", 137))

    assert of(stopped) == [("exit-137", "container web exited with code 137 in task t1")]


def test_a_container_that_others_wait_for_is_the_cause_where_none_of_them_ran() -> None:
    stopped = task(
        ("TaskFailedToStart", "Task failed to start"),
        container("web"),
        container("migrate", 3, essential=False),
    )

    assert of(stopped) == [("exit", "container migrate exited with code 3 in task t1")]


def test_a_container_killed_for_its_memory_is_out_of_memory_and_no_mere_137() -> None:
    oom = "OutOfMemoryError: Container killed due to memory usage"

    stopped = task(ESSENTIAL_EXIT, container("proxy", 1), container("web", 137, oom))

    assert of(stopped) == [("out-of-memory", f"container web exited with code 137 in task t1: {oom}")]


def test_the_reason_of_a_container_is_told_before_ecs_copy_of_it() -> None:
    reason = "CannotPullContainerError: manifest unknown"

    stopped = task(("TaskFailedToStart", reason), container("proxy"), container("web", None, reason))

    assert of(stopped) == [("image-not-found", f"container web in task t1: {reason}")]


def test_an_optional_container_without_its_image_does_not_excuse_the_one_that_crashed() -> None:
    missing = container("router", None, "CannotPullContainerError: manifest unknown", essential=False)

    stopped = task(ESSENTIAL_EXIT, missing, container("web", 1))

    assert of(stopped) == [("exit-1", "container web exited with code 1 in task t1")]


def test_an_exit_after_a_failed_health_check_is_its_consequence() -> None:
    stopped = task(
        ("ServiceSchedulerInitiated", "Task failed container health checks"),
        container("proxy", 143, health="HEALTHY"),
        container("web", 137, health="UNHEALTHY"),
    )

    assert of(stopped) == [
        ("container-unhealthy", "container web in task t1: Task failed container health checks")
    ]


@pytest.mark.parametrize("exit_code", [1, 137, 143])
def test_an_exit_in_a_task_that_was_asked_to_stop_is_no_failure(exit_code: int) -> None:
    stopped = task(SCALED_IN, container("web", exit_code))

    assert of(stopped) == [("scale-in", f"task t1: {SCALED_IN[1]}")]


def test_a_lack_of_memory_counts_even_in_a_task_that_was_asked_to_stop() -> None:
    oom = "OutOfMemoryError: Container killed due to memory usage"

    stopped = task(SCALED_IN, container("web", 137, oom))

    assert of(stopped) == [("out-of-memory", f"container web exited with code 137 in task t1: {oom}")]


def test_a_person_who_stops_a_task_may_say_anything() -> None:
    stopped = task(("UserInitiated", "too slow for me"), container("web", 143))

    assert of(stopped) == [("stopped-by-person", "task t1: too slow for me")]


def test_a_stop_code_alone_is_told() -> None:
    assert of(task(("SpotInterruption", ""))) == [("spot-interruption", "task t1: SpotInterruption")]


def test_a_task_that_stopped_without_any_reason_tells_nothing() -> None:
    assert of(task(("", ""), container("web"))) == []


def test_what_happened_first_is_told_first() -> None:
    late = StoppedTask(
        task_id="a",
        stop_code="UserInitiated",
        stopped_reason="late",
        containers=(),
        stopped_at=BEGUN + timedelta(seconds=9),
    )
    early = StoppedTask(
        task_id="b", stop_code="UserInitiated", stopped_reason="early", containers=(), stopped_at=BEGUN
    )

    assert [what for _, what in of(late, early)] == ["task b: early", "task a: late"]


def test_a_failed_check_of_a_target_is_told_with_the_load_balancers_most_frequent_reason() -> None:
    targets = (target("Target.Timeout", at="1"), target("Target.Timeout", at="2"))
    evidence = Evidence(
        tasks=(task(FAILED_TARGETS, container("web", 143, log=("GET / 502",))),),
        targets=(target("Target.ResponseCodeMismatch", at="0"), *targets),
    )

    [finding, *others] = find(evidence)

    assert finding.what == f"task t1: {FAILED_TARGETS[1]}: Target.Timeout"
    assert finding.family.name == "target-timed-out"
    assert finding.container is not None
    assert finding.container.log_lines == ("GET / 502",)
    assert [other.family.name for other in others] == ["target-wrong-code"]


def test_once_the_target_is_gone_ecs_own_message_still_tells_the_reason() -> None:
    evidence = Evidence(
        tasks=(task(FAILED_TARGETS),),
        targets=(target("Target.DeregistrationInProgress", state="draining"),),
        service_messages=(
            f"(service web) (port 80) is unhealthy in (target-group {OTHER_GROUP}) due to (reason no).",
            f"(service web) (port 80) is unhealthy in (target-group {GROUP}) due to (reason {CODES}: [502]).",
        ),
    )

    assert find(evidence)[0].what == (f"task t1: {FAILED_TARGETS[1]}: {CODES}: [502]")
    assert families(evidence) == ["target-wrong-code", "draining", "target-unhealthy"]


def test_targets_tell_where_no_task_has_stopped_yet() -> None:
    evidence = Evidence(
        targets=(
            target("Target.FailedHealthChecks"),
            target("Something.New", group=OTHER_GROUP),
            target("Elb.InitialHealthChecking", state="initial", at="2"),
            target("", state="healthy", at="3"),
        )
    )

    assert [(finding.family.name, finding.what) for finding in find(evidence)] == [
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

    assert [(finding.family.name, finding.what) for finding in find(evidence)] == [
        ("no-network-interface", message.rstrip("."))
    ]


def test_a_message_that_repeats_what_tasks_show_is_left_out() -> None:
    evidence = Evidence(
        tasks=(task(("ServiceSchedulerInitiated", "Task failed container health checks")),),
        service_messages=("(service web) (task t1) failed container health checks.",),
    )

    assert families(evidence) == ["container-unhealthy"]


def test_the_name_of_a_service_is_no_reason() -> None:
    evidence = Evidence(service_messages=("(service OutOfMemory) has reached a steady state.",))

    assert find(evidence) == []


def test_alarms_are_named_and_not_repeated_by_ecs_messages_and_verdict() -> None:
    evidence = Evidence(
        alarms=("orders-5xx",),
        service_messages=("(service web) (deployment ecs-svc/1) deployment failed: alarm detected.",),
        verdict="Service deployment rolled back because one or more alarms were in the ALARM state.",
    )

    assert [finding.what for finding in find(evidence)] == ["CloudWatch alarm orders-5xx went off"]


@pytest.mark.parametrize(
    ("verdict", "family"),
    [
        ("Replaced by a new service deployment.", "superseded"),
        ("deployment ecs-svc/2 of web:3 has taken its place", "superseded"),
        ("service web is DRAINING", "service-deleted"),
        ("Service deployment stopped because a user stopped it.", "stopped-by-person"),
    ],
)
def test_a_verdict_that_names_its_cause_is_one(verdict: str, family: str) -> None:
    [finding] = find(Evidence(verdict=verdict))

    assert finding.family.name == family


def test_a_verdict_that_only_points_at_the_tasks_is_none() -> None:
    assert find(Evidence(verdict="ECS deployment circuit breaker: tasks failed to start.")) == []
