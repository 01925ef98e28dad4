import pytest

from ecs_steps.diagnosis.classifier import classify
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask

ESSENTIAL_EXIT = ("EssentialContainerExited", "Essential container in task exited")
SCALED_IN = ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)")


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


def task(stopped: tuple[str, str], *containers: StoppedContainer) -> StoppedTask:
    return StoppedTask(task_id="t1", stop_code=stopped[0], stopped_reason=stopped[1], containers=containers)


def of(stopped: StoppedTask) -> list[tuple[str, str]]:
    return [(signal.reason.name, signal.what) for signal in classify(Evidence(tasks=(stopped,)))]


@pytest.mark.parametrize("killed_with", [0, 137, 143])
def test_the_first_exit_is_the_cause_and_not_those_that_it_took_along(killed_with: int) -> None:
    stopped = task(ESSENTIAL_EXIT, container("proxy", killed_with), container("web", 1))

    assert of(stopped) == [("exit-1", "container web exited with code 1 in task t1")]


def test_a_sidecar_that_fails_while_it_is_stopped_did_not_end_the_task() -> None:
    stopped = task(ESSENTIAL_EXIT, container("router", 2, essential=False), container("web", 0))

    assert of(stopped) == [("exit-0", "container web exited with code 0 in task t1")]


@pytest.mark.parametrize(("follower", "first"), [(143, 137), (143, 0), (137, 0)])
def test_what_ended_by_itself_is_suspected_first_then_what_was_killed(follower: int, first: int) -> None:
    stopped = task(ESSENTIAL_EXIT, container("proxy", follower), container("web", first))

    assert of(stopped) == [(f"exit-{first}", f"container web exited with code {first} in task t1")]


def test_what_exits_because_another_container_cannot_start_is_not_the_cause() -> None:
    reason = "CannotStartContainerError: something new"

    stopped = task(("TaskFailedToStart", reason), container("proxy", 1), container("web"))

    assert of(stopped) == [("container-not-started", f"task t1: {reason}")]


def test_words_about_a_program_that_cannot_run_count_where_it_failed_alone() -> None:
    words = ("exec /usr/bin/helper: exec format error",)

    stopped = task(ESSENTIAL_EXIT, container("web", 0, log=words))

    assert of(stopped) == [("exit-0", "container web exited with code 0 in task t1")]


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


def test_a_task_that_was_scaled_in_shows_no_log() -> None:
    stopped = task(SCALED_IN, container("web", 143, log=("bye",)))

    [signal] = classify(Evidence(tasks=(stopped,)))

    assert signal.container is None


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
