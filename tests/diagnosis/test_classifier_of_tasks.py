import pytest
from attrs import evolve

from ecs_steps.diagnosis.classifier import classify
from ecs_steps.diagnosis.evidence import Dependency, Evidence, StoppedContainer, StoppedTask

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


def test_a_text_about_a_program_that_cannot_run_count_where_it_failed_alone() -> None:
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


def test_the_reason_of_a_container_is_reported_before_ecs_copy_of_it() -> None:
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


def test_a_failed_check_of_service_connects_proxy_is_no_check_of_the_task_definition() -> None:
    stopped = task(
        ("ServiceSchedulerInitiated", "Task failed container health checks"),
        container("web", 143, health="HEALTHY"),
        container("ecs-service-connect-Hk2l9", 137, health="UNHEALTHY"),
    )

    [(reason, what)] = of(stopped)
    assert reason == "service-connect-unhealthy"
    assert what.startswith("container ecs-service-connect-Hk2l9")


def waits_for(name: str, ending: str) -> str:
    """Return what the container agent says of ``web``."""
    return (
        f"CannotStartContainerError: dependency graph: failed to resolve container ordering dependency "
        f"[{name}(acme/{name}:1) (STOPPED->RUNNING)] for target [web(acme/web:2) (NONE->RUNNING)] {ending}"
    )


@pytest.mark.parametrize("says_it", ["task", "container"])
@pytest.mark.parametrize(
    ("ending", "failed", "reason"),
    [
        ("as dependency did not exit successfully.", container("init", 1), "exit-1"),
        ("as dependency did not exit successfully.", container("init", 137), "exit-137"),
        (
            "as dependency did not exit successfully.",
            container("init", 137, "OutOfMemoryError: Container killed due to memory usage"),
            "out-of-memory",
        ),
        (
            "because dependency will never start",
            container("init", None, "CannotPullContainerError: manifest unknown"),
            "image-not-found",
        ),
        ("has timed out.", container("init", 143, health="UNHEALTHY"), "container-unhealthy"),
        ("has timed out.", container("init", 143), "dependency-failed"),
        (
            "has timed out.",
            container("ecs-service-connect-Hk2l9", 137, health="UNHEALTHY"),
            "service-connect-unhealthy",
        ),
    ],
)
@pytest.mark.parametrize("is_essential", [True, False])
def test_what_another_container_waited_for_in_vain_is_the_cause(
    says_it: str,
    ending: str,
    failed: StoppedContainer,
    reason: str,
    is_essential: bool,  # noqa: FBT001  a parameter
) -> None:
    failed = evolve(failed, is_essential=is_essential, log_lines=("no disk",))
    text = waits_for(failed.name, ending)
    stopped = ("TaskFailedToStart", text if says_it == "task" else "Task failed to start")
    web = container("web", 143, text if says_it == "container" else "")

    [signal] = classify(Evidence(tasks=(task(stopped, web, failed),)))

    assert signal.reason.name == reason
    assert signal.what.startswith(f"container {failed.name} ")
    assert signal.container
    assert signal.container.log_lines == ("no disk",)


def test_an_exit_of_service_connects_proxy_is_no_error_of_the_program() -> None:
    stopped = task(ESSENTIAL_EXIT, container("web", 143), container("ecs-service-connect-Hk2l9", 1))

    assert of(stopped) == [
        ("service-connect-unhealthy", "container ecs-service-connect-Hk2l9 exited with code 1 in task t1")
    ]


@pytest.mark.parametrize("exit_code", [1, 137, 143])
def test_an_exit_in_a_task_that_was_requested_to_stop_is_no_failure(exit_code: int) -> None:
    stopped = task(SCALED_IN, container("web", exit_code))

    assert of(stopped) == [("scale-in", f"task t1: {SCALED_IN[1]}")]


def test_a_task_that_was_scaled_in_shows_no_log() -> None:
    stopped = task(SCALED_IN, container("web", 143, log=("bye",)))

    [signal] = classify(Evidence(tasks=(stopped,)))

    assert signal.container is None


def test_a_lack_of_memory_counts_even_in_a_task_that_was_requested_to_stop() -> None:
    oom = "OutOfMemoryError: Container killed due to memory usage"

    stopped = task(SCALED_IN, container("web", 137, oom))

    assert of(stopped) == [("out-of-memory", f"container web exited with code 137 in task t1: {oom}")]


def test_a_person_who_stops_a_task_may_say_anything() -> None:
    stopped = task(("UserInitiated", "too slow for me"), container("web", 143))

    assert of(stopped) == [("stopped-by-person", "task t1: too slow for me")]


def test_a_stop_code_alone_is_reported() -> None:
    assert of(task(("SpotInterruption", ""))) == [("spot-interruption", "task t1: SpotInterruption")]


def test_a_task_that_stopped_without_any_reason_shows_nothing() -> None:
    assert of(task(("", ""), container("web"))) == []


NOT_RESOLVED = (
    "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency "
    "[init(acme/migrate:1) (STOPPED->RUNNING) - Exit: 1] for target [web(acme/web:2) (NONE->RUNNING)] as "
    "dependency did not exit successfully."
)
TIMED_OUT = (
    "dependency graph: container ordering dependency [db(postgres:16) (RUNNING->RUNNING)] for target "
    "[web(acme/web:2) (NONE->RUNNING)] has timed out."
)


def waiting_for(name: str, condition: str) -> StoppedContainer:
    return evolve(container("web", 143), dependencies=(Dependency(container=name, condition=condition),))


def test_the_container_that_the_agent_names_as_failed_dependency_is_the_cause() -> None:
    init = container("init", 1, essential=False)

    [(reason, what)] = of(task(ESSENTIAL_EXIT, container("web", 143, NOT_RESOLVED), init))

    assert reason == "exit-1"
    assert what.startswith("container init exited with code 1 in task t1")


@pytest.mark.parametrize(
    ("condition", "code", "cause"),
    [
        ("SUCCESS", 1, "init"),
        ("HEALTHY", 1, "init"),
        ("START", 1, "init"),
        ("COMPLETE", 1, "web"),
        ("SUCCESS", 0, "web"),
    ],
)
def test_a_container_that_waited_in_vain_is_a_consequence(condition: str, code: int, cause: str) -> None:
    init = container("init", code, essential=False)

    [(_, what)] = of(task(ESSENTIAL_EXIT, init, waiting_for("init", condition)))

    assert what.startswith(f"container {cause} exited with code")


def test_a_container_that_failed_by_itself_is_the_cause_whatever_it_waited_for() -> None:
    init = container("init", 1, essential=False)
    web = evolve(waiting_for("init", "COMPLETE"), exit_code=3)

    [(_, what)] = of(task(ESSENTIAL_EXIT, init, web))

    assert what.startswith("container web exited with code 3")


def test_a_dependency_that_timed_out_was_not_killed_by_itself() -> None:
    db = container("db", 137)

    [(reason, what)] = of(task(ESSENTIAL_EXIT, db, container("web", None, TIMED_OUT)))

    assert reason == "dependency-failed"
    assert "dependency [db(postgres:16)" in what
