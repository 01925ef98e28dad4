import re
from collections import Counter
from pathlib import Path

import pytest

from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.reasons import EXIT, FAILURE_REASONS, STOPPED, FailureReason
from ecs_steps.diagnosis.report import diagnose

SAID = [
    line.split(" | ", 2) for line in Path(__file__).with_name("reasons.txt").read_text("ascii").splitlines()
]
"""What AWS says: the name of its reason, a part of the remedy, the text."""

EXITED = [
    (0, "exit-0", "essential to false"),
    (1, "exit-1", "last log lines"),
    (2, "exit-2", "entryPoint"),
    (42, "exit", "look the code up"),
    (125, "exit-125", "linuxParameters"),
    (126, "exit-126", "chmod +x"),
    (127, "exit-127", "PATH"),
    (132, "exit-132", "ARM64"),
    (134, "exit-134", "assertion"),
    (137, "exit-137", "Container Insights"),
    (139, "exit-139", "native library"),
    (143, "exit-143", "supervisor"),
    (255, "exit-255", "linux/arm64"),
]

STOPPED_WITH = [
    ("EssentialContainerExited", "essential-container-exited", "essential containers"),
    ("TaskFailedToStart", "task-failed-to-start", "attachments"),
    ("InfrastructureHealth", "infrastructure", "Deploy again"),
    ("SpotInterruption", "spot-interruption", "On-Demand"),
    ("TerminationNotice", "termination-notice", "On-Demand"),
    ("UserInitiated", "stopped-by-person", "CloudTrail"),
    ("ServiceSchedulerInitiated", "stopped", "developer guide"),
    ("SomethingNew", "stopped", "developer guide"),
]

NOISE = [
    ("Scaling activity initiated by (deployment ecs-svc/1)", "scale-in"),
    ("Target.DeregistrationInProgress", "draining"),
    ("Task stopped for Availability Zone rebalancing", "rebalancing"),
    ("(service web) is unable to consistently start tasks successfully.", "starts-slowed"),
]


def evidence_of(stop_code: str = "", stopped_reason: str = "", *containers: StoppedContainer) -> Evidence:
    task = StoppedTask(
        task_id="t1", stop_code=stop_code, stopped_reason=stopped_reason, containers=containers
    )
    return Evidence(architecture="ARM64", tasks=(task,))


@pytest.mark.parametrize(("reason", "remedy", "said"), SAID)
def test_a_reason_that_ecs_gives_is_named_and_explained(reason: str, remedy: str, said: str) -> None:
    diagnosis = diagnose(evidence_of("TaskFailedToStart", said))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.reason == reason
    assert diagnosis.lines()[0].startswith(f"root cause: task t1: {said.rstrip('.')}")
    assert remedy in diagnosis.lines()[-1]


@pytest.mark.parametrize(("code", "reason", "remedy"), EXITED)
def test_an_exit_code_is_named_and_explained(code: int, reason: str, remedy: str) -> None:
    container = StoppedContainer(name="web", image="acme/web:1", exit_code=code, reason="", health="UNKNOWN")

    diagnosis = diagnose(
        evidence_of("EssentialContainerExited", "Essential container in task exited", container)
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.reason == reason
    assert diagnosis.lines()[0].startswith(
        f"root cause: container web (image acme/web:1) exited with code {code} in task t1: "
    )
    assert remedy in diagnosis.lines()[-1]


@pytest.mark.parametrize(("stop_code", "reason", "remedy"), STOPPED_WITH)
def test_where_no_text_tells_the_stop_code_does(stop_code: str, reason: str, remedy: str) -> None:
    diagnosis = diagnose(evidence_of(stop_code, "Words that nobody has seen before"))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.reason == reason
    assert diagnosis.lines()[0].startswith("root cause: task t1: Words that nobody has seen before: ")
    assert remedy in diagnosis.lines()[-1]


@pytest.mark.parametrize(("said", "reason"), NOISE)
def test_what_is_normal_in_a_deployment_is_noise(said: str, reason: str) -> None:
    diagnosis = diagnose(evidence_of("ServiceSchedulerInitiated", said))

    assert diagnosis.root_cause is None
    assert [cause.reason for cause in diagnosis.noise] == [reason]


@pytest.mark.parametrize(
    ("last_words", "reason"),
    [
        ("exec /usr/local/bin/web: exec format error", "exec-format-error"),
        ("exec /entrypoint.sh: no such file or directory", "command-not-found"),
        ("exec /entrypoint.sh: permission denied", "command-not-permitted"),
    ],
)
def test_a_program_that_could_not_be_executed_says_so_in_the_log(last_words: str, reason: str) -> None:
    container = StoppedContainer(
        name="web", image="acme/web:1", exit_code=255, reason="", health="UNKNOWN", log_lines=(last_words,)
    )

    diagnosis = diagnose(evidence_of("EssentialContainerExited", "", container))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.reason == reason


def test_every_family_is_tried() -> None:
    tried = {
        *(reason for reason, _, _ in SAID),
        *(reason for table in (EXITED, STOPPED_WITH) for _, reason, _ in table),
        *(reason for _, reason in NOISE),
    }

    assert {reason.name for reason in FAILURE_REASONS} == tried


def test_families_stand_in_the_order_of_their_ranks() -> None:
    assert list(FAILURE_REASONS) == sorted(FAILURE_REASONS, key=lambda reason: reason.rank)


def test_no_two_families_share_a_name_or_a_code() -> None:
    seen = Counter(
        key for reason in FAILURE_REASONS for key in (reason.name, *reason.exit_codes, *reason.stop_codes)
    )

    assert set(seen.values()) == {1}


def test_every_family_but_the_last_resorts_can_be_recognised() -> None:
    dumb = [f for f in FAILURE_REASONS if not (f.patterns or f.exit_codes or f.stop_codes)]

    assert dumb == [EXIT]
    assert STOPPED in FAILURE_REASONS


@pytest.mark.parametrize("reason", FAILURE_REASONS, ids=lambda reason: reason.name)
def test_a_meaning_is_a_clause_and_a_hint_is_one_sentence_in_ascii(reason: FailureReason) -> None:
    summary, remedy = reason.summary, reason.remedy

    assert re.fullmatch(r"[ -~]*[^ .]", summary)
    assert re.fullmatch(r"[A-Z][ -~]*\.", remedy)
    assert "{" not in (summary + remedy).format(architecture="ARM64", platform="linux/arm64")
