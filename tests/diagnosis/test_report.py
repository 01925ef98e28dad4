import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from ecs_steps.aws.elbv2 import TargetHealth
from ecs_steps.causes import Diagnosis
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.report import diagnose
from ecs_steps.errors import RolloutFailedError

BEGUN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
UUID = "7f1b6c1e-1c1f-4d0a-9d0e-0f9de17a{}"


def crashed(second: int, code: int = 1, *, reason: str = "", log: Sequence[str] = ()) -> StoppedTask:
    task_id = f"{second:032x}"
    web = StoppedContainer(
        name="web",
        image="acme/web:1",
        exit_code=code,
        reason=reason,
        health="UNKNOWN",
        log_driver="awslogs",
        log_group="/ecs/web",
        log_stream=f"ecs/web/{task_id}",
        log_lines=tuple(log),
    )
    return StoppedTask(
        task_id=task_id,
        stop_code="EssentialContainerExited",
        stopped_reason="Essential container in task exited",
        containers=(web,),
        stopped_at=BEGUN + timedelta(seconds=second),
    )


def stopped(second: int, reason: str, stop_code: str = "TaskFailedToStart") -> StoppedTask:
    return StoppedTask(
        task_id=f"{second:032x}",
        stop_code=stop_code,
        stopped_reason=reason,
        containers=(),
        stopped_at=BEGUN + timedelta(seconds=second),
    )


def causes(diagnosis: Diagnosis) -> list[tuple[str, int]]:
    return [(cause.reason, cause.count) for cause in (diagnosis.root_cause, *diagnosis.also) if cause]


def test_causes_stand_by_rank_whatever_their_order_and_number() -> None:
    evidence = Evidence(
        tasks=(
            stopped(1, "Task stopped by user", "UserInitiated"),
            *(stopped(second, "Task failed container health checks") for second in range(2, 6)),
            crashed(6, 137, reason="OutOfMemoryError: Container killed due to memory usage"),
            stopped(7, "ECS was unable to assume the role 'x'"),
            crashed(8),
        ),
        alarms=("orders-5xx",),
        service_messages=(
            "(service web) was unable to place a task. Reason: Internal error.",
            "(service web) deployment failed: PRE_SCALE_UP lifecycle hook(s) failed.",
        ),
        targets=(
            TargetHealth(
                target_group="web",
                address="10.0.0.1",
                port=80,
                state="initial",
                reason="Elb.InitialHealthChecking",
                description="",
            ),
        ),
    )

    assert causes(diagnose(evidence)) == [
        ("exit-1", 1),
        ("role-not-assumable", 1),
        ("out-of-memory", 1),
        ("container-unhealthy", 4),
        ("not-placed", 1),
        ("alarm", 1),
        ("lifecycle-hook", 1),
        ("stopped-by-person", 1),
        ("targets-checked-first", 1),
    ]


def test_of_one_rank_the_more_frequent_comes_first_and_then_the_earlier() -> None:
    evidence = Evidence(tasks=(crashed(1, 2), crashed(2, 139), crashed(3, 1), crashed(4, 1)))

    assert causes(diagnose(evidence)) == [("exit-1", 2), ("exit-2", 1), ("exit-139", 1)]


@pytest.mark.parametrize(
    ("reason", "one", "other"),
    [
        ("pull image manifest has been retried {} time(s)", "1", "5"),
        ("acme/web@sha256:{}: not found", "0123456789abcdef", "fedcba98"),
        ("RequestID: {}, timed out", UUID.format("6465"), UUID.format("aaaa")),
        ("S3: HeadObject, HostID: {}, timed out", "aGk+/x=", "Ynll+/="),
        ("process {}: errno 524", f"{7:032x}-2949673445", f"{8:032x}-2949673446"),
        ("event {}", UUID.format("5678"), UUID.format("bbbb")),
        ("expired at {}", "2026-01-05T09:00:00Z", "2026-01-05 09:07:13.123+00:00"),
        ("dial tcp {}: i/o timeout", "10.0.0.9:443", "10.0.17.1:443"),
        ("(instance {}) is gone", "i-0123456789abcdef0", "i-12345678"),
    ],
)
def test_what_differs_in_ids_times_and_addresses_alone_is_counted_together(
    reason: str, one: str, other: str
) -> None:
    tasks = stopped(1, reason.format(one)), stopped(2, reason.format(other)), stopped(3, "something else")

    assert [count for _, count in causes(diagnose(Evidence(tasks=tasks)))] == [2, 1]


def test_messages_with_other_codes_are_not_counted_together() -> None:
    messages = [f"(service web) is unhealthy in (elb x) due to (reason {code})." for code in (404, 502, 502)]

    diagnosis = diagnose(Evidence(service_messages=tuple(messages)))

    assert causes(diagnosis) == [("target-unhealthy", 2), ("target-unhealthy", 1)]


def test_a_diagnosis_names_the_cause_shows_the_log_and_says_what_to_do() -> None:
    evidence = Evidence(
        tasks=(
            crashed(1, log=("Listening on 8080", "  ERROR: no route\nto the database\r")),
            crashed(2),
            stopped(3, "Scaling activity initiated by (deployment ecs-svc/1)", "ServiceSchedulerInitiated"),
            stopped(4, "Task stopped by user", "UserInitiated"),
        )
    )

    first, *log, place, remedy, also = diagnose(evidence).lines()

    assert first == (
        f"root cause: container web (image acme/web:1) exited with code 1 in task {1:032x} "
        "(and 1 more like it): the program ended with an error"
    )
    assert log == [
        "log of container web: Listening on 8080",
        "log of container web:   ERROR: no route",
        "log of container web: to the database",
    ]
    assert place == f"log of container web is in log stream /ecs/web:ecs/web/{1:032x}"
    assert remedy.startswith("next: Read the container's last log lines")
    assert (
        also == f"also: task {4:032x}: Task stopped by user: a person or a program stopped it through the API"
    )


def test_what_is_normal_in_a_deployment_is_in_the_data_and_not_in_the_lines() -> None:
    noise = stopped(1, "Scaling activity initiated by (deployment ecs-svc/1)", "ServiceSchedulerInitiated")

    diagnosis = diagnose(Evidence(tasks=(noise, crashed(2))))

    assert [cause.reason for cause in diagnosis.noise] == ["scale-in"]
    assert not any("Scaling activity" in line for line in diagnosis.lines())


def test_the_first_container_that_left_a_log_represents_all() -> None:
    diagnosis = diagnose(Evidence(tasks=(crashed(1), crashed(2, log=("ERROR",)), crashed(3, log=("OTHER",)))))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.log_lines == ("ERROR",)
    assert f"task {2:032x}" in diagnosis.root_cause.what


def test_the_text_shows_the_end_of_a_long_log_and_the_data_holds_all_of_it() -> None:
    lines = tuple(f"line {number}" for number in range(60))

    diagnosis = diagnose(Evidence(tasks=(crashed(1, log=lines),)))

    assert diagnosis.root_cause
    assert diagnosis.root_cause.log_lines == lines
    shown = [line for line in diagnosis.lines() if line.startswith("log of container web: ")]
    assert shown == [f"log of container web: line {number}" for number in range(40, 60)]


@pytest.mark.parametrize(
    ("driver", "lines"),
    [
        ("splunk", ["log of container web is in the destination of its splunk log driver"]),
        (
            "journald",
            ["log of container web is in the Docker logs of its container instance (log driver journald)"],
        ),
        ("none", ["container web has no log: it has no log driver that keeps one"]),
        ("", []),
    ],
)
def test_a_log_that_is_not_in_cloudwatch_is_named_by_its_driver(driver: str, lines: list[str]) -> None:
    web = StoppedContainer(
        name="web", image="acme/web:1", exit_code=1, reason="", health="UNKNOWN", log_driver=driver
    )
    task = StoppedTask(task_id="t1", stop_code="", stopped_reason="", containers=(web,))

    shown = diagnose(Evidence(tasks=(task,))).lines()

    assert shown[1:-1] == lines


@pytest.mark.parametrize(("architecture", "platform"), [("X86_64", "linux/amd64"), ("ARM64", "linux/arm64")])
def test_an_image_for_another_cpu_is_reported_what_the_task_requested(
    architecture: str, platform: str
) -> None:
    task = crashed(1, 255, log=("exec /web: exec format error",))

    diagnosis = diagnose(Evidence(architecture=architecture, tasks=(task,)))

    assert architecture in diagnosis.lines()[0]
    assert f"--platform {platform}" in diagnosis.lines()[-1]


def test_where_nothing_is_known_ecs_verdict_and_the_next_command_are_reported() -> None:
    evidence = Evidence(cluster="shop", service="web", verdict="ECS deployment ecs-svc/1 failed.")
    command = "aws ecs list-tasks --cluster shop --service-name web --desired-status STOPPED"

    diagnosis = diagnose(evidence)

    assert diagnosis.root_cause is None
    assert diagnosis.summary == "ECS deployment ecs-svc/1 failed."
    assert diagnosis.lines() == [
        "root cause: not known",
        "ECS says: ECS deployment ecs-svc/1 failed.",
        f"next: List the stopped tasks, which ECS shows for about an hour: {command}",
    ]


@pytest.mark.parametrize(
    ("threshold", "verdict"),
    [
        (10, "3 tasks have failed, and its circuit breaker gives up at 10"),
        (0, "3 tasks have failed"),
    ],
)
def test_before_ecs_gives_up_its_count_of_failures_is_reported(threshold: int, verdict: str) -> None:
    assert diagnose(Evidence(failures=3, threshold=threshold)).verdict == verdict


@pytest.mark.parametrize(
    ("verdict", "summary"), [("one\r\nline", "one line"), (" \n", "the cause is not known")]
)
def test_a_verdict_over_several_lines_is_reported_in_one(verdict: str, summary: str) -> None:
    diagnosis = diagnose(Evidence(verdict=verdict))

    assert diagnosis.summary == summary
    assert all(len(line.splitlines()) == 1 for line in diagnosis.lines())


def test_without_any_evidence_the_cause_is_not_known() -> None:
    diagnosis = diagnose(Evidence())

    assert diagnosis.summary == "the cause is not known"
    assert not any(line.startswith("ECS says") for line in diagnosis.lines())


def test_the_summary_is_the_root_cause_in_one_line() -> None:
    diagnosis = diagnose(Evidence(tasks=(crashed(1), crashed(2))))

    assert diagnosis.lines()[0] == f"root cause: {diagnosis.summary}"


def test_a_diagnosis_is_plain_json() -> None:
    shown = diagnose(Evidence(tasks=(crashed(1, log=("ERROR",)),), verdict="tasks failed to start")).to_dict()

    assert json.loads(json.dumps(shown)) == shown
    assert shown["verdict"] == "tasks failed to start"
    root = cast("dict[str, object]", shown["rootCause"])
    assert (root["reason"], root["count"], root["container"]) == ("exit-1", 1, "web")
    assert (root["logLines"], root["logPlace"]) == (["ERROR"], f"log stream /ecs/web:ecs/web/{1:032x}")


def test_an_error_shows_its_diagnosis() -> None:
    diagnosis = diagnose(Evidence(tasks=(crashed(1),)))

    error = RolloutFailedError(what="Service web does not run web:2", diagnosis=diagnosis)

    assert f"  {diagnosis.lines()[0]}" in str(error).splitlines()


@pytest.mark.parametrize(
    ("architecture", "system", "platform"),
    [
        ("X86_64", "LINUX", "linux/amd64"),
        ("ARM64", "LINUX", "linux/arm64"),
        ("X86_64", "WINDOWS_SERVER_2022_CORE", "windows/amd64"),
    ],
)
def test_advice_on_an_image_names_the_platform_of_the_task_definition(
    architecture: str, system: str, platform: str
) -> None:
    task = stopped(1, "CannotPullContainerError: no matching manifest for this platform")

    diagnosis = diagnose(Evidence(architecture=architecture, operating_system=system, tasks=(task,)))

    assert diagnosis.root_cause
    assert platform in diagnosis.root_cause.remedy


def test_an_image_of_another_windows_version_names_the_one_that_is_requested() -> None:
    text = "CannotPullContainerError: no matching manifest for windows/amd64 10.0.17763 in the manifest list"
    evidence = Evidence(operating_system="WINDOWS_SERVER_2019_CORE", tasks=(stopped(1, text),))

    cause = diagnose(evidence).root_cause

    assert cause
    assert cause.reason == "image-windows-version"
    assert "WINDOWS_SERVER_2019_CORE" in cause.summary


def test_a_log_that_is_deleted_says_how_many_lines_were_kept() -> None:
    diagnosis = diagnose(Evidence(tasks=(crashed(1, log=("one", "two")),)))

    text = "\n".join(diagnosis.without_logs(["/ecs/web"]).lines())
    other = "\n".join(diagnosis.without_logs(["/ecs/other"]).lines())

    assert "was deleted with its stack; the lines above are the last of 2 that were kept" in text
    assert "is in log stream" not in text
    assert "is in log stream" in other


def test_a_deleted_log_that_could_not_be_read_has_no_lines() -> None:
    diagnosis = diagnose(Evidence(tasks=(crashed(1),))).without_logs(["/ecs/web"])

    assert any("no line of it was kept" in line for line in diagnosis.lines())
