import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from diagnosis.alternatives import without_each_alternative
from ecs_steps.diagnosis.evidence import Evidence, PendingTask, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.reasons import EXIT, FAILURE_REASONS, STOPPED, FailureReason
from ecs_steps.diagnosis.report import diagnose

TEXTS = [
    line.split(" | ", 2) for line in Path(__file__).with_name("reasons.txt").read_text("ascii").splitlines()
]
"""Texts of AWS, container runtimes and registries: the name of the reason, a part of the remedy, the text."""

PENDING = [
    ("PROVISIONING", "task-provisioning", "free addresses"),
    ("PENDING", "task-pending", "dependsOn"),
    ("ACTIVATING", "task-activating", "Service Connect"),
]

PAUSES = [
    (
        "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out.",
        "pause-expired",
    ),
    (
        "Service deployment rolled back because POST_SCALE_UP pause hook was answered with ROLLBACK.",
        "pause-refused",
    ),
]

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


@pytest.mark.parametrize(("reason", "remedy", "text"), TEXTS)
def test_a_reason_that_ecs_gives_is_named_and_explained(reason: str, remedy: str, text: str) -> None:
    diagnosis = diagnose(evidence_of("TaskFailedToStart", text))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.reason == reason
    assert diagnosis.lines()[0].startswith(f"root cause: task t1: {text.rstrip('.')}")
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
def test_where_no_text_decides_the_stop_code_does(stop_code: str, reason: str, remedy: str) -> None:
    diagnosis = diagnose(evidence_of(stop_code, "Words that no one has seen before"))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.reason == reason
    assert diagnosis.lines()[0].startswith("root cause: task t1: Words that no one has seen before: ")
    assert remedy in diagnosis.lines()[-1]


@pytest.mark.parametrize(("text", "reason"), NOISE)
def test_what_is_normal_in_a_deployment_is_noise(text: str, reason: str) -> None:
    diagnosis = diagnose(evidence_of("ServiceSchedulerInitiated", text))

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


@pytest.mark.parametrize(("text", "reason"), PAUSES)
def test_a_pause_that_ended_is_no_failure_of_a_lambda_function(text: str, reason: str) -> None:
    said = ("deployment failed: lifecycle hook failed.",)
    diagnosis = diagnose(Evidence(verdict=text, service_messages=said))

    assert diagnosis.root_cause
    assert diagnosis.root_cause.reason == reason


def test_every_reason_is_tried() -> None:
    tried = {
        *(reason for reason, _, _ in TEXTS),
        *(reason for table in (EXITED, STOPPED_WITH) for _, reason, _ in table),
        *(reason for _, reason in NOISE),
        *(reason for _, reason in PAUSES),
        *(reason for _, reason, _ in PENDING),
    }

    assert {reason.name for reason in FAILURE_REASONS} == tried


def test_reasons_stand_in_the_order_of_their_ranks() -> None:
    assert list(FAILURE_REASONS) == sorted(FAILURE_REASONS, key=lambda reason: reason.rank)


def test_no_two_reasons_share_a_name_or_a_code() -> None:
    seen = Counter(
        key for reason in FAILURE_REASONS for key in (reason.name, *reason.exit_codes, *reason.stop_codes)
    )

    assert set(seen.values()) == {1}


def test_every_reason_but_the_last_resort_can_be_matched() -> None:
    unrecognisable = [
        f for f in FAILURE_REASONS if not (f.patterns or f.exit_codes or f.stop_codes or f.task_statuses)
    ]

    assert unrecognisable == [EXIT]
    assert STOPPED in FAILURE_REASONS


@pytest.mark.parametrize("reason", FAILURE_REASONS, ids=lambda reason: reason.name)
def test_a_summary_is_a_clause_and_a_remedy_is_one_sentence_in_ascii(reason: FailureReason) -> None:
    summary, remedy = reason.summary, reason.remedy

    assert re.fullmatch(r"[ -~]*[^ .]", summary)
    assert re.fullmatch(r"[A-Z][ -~]*\.", remedy)
    assert "{" not in (summary + remedy).format(architecture="ARM64", os="LINUX", platform="linux/arm64")


@pytest.mark.parametrize(("status", "reason", "remedy"), PENDING)
def test_a_task_that_hangs_is_named_with_its_status_and_since_when(
    status: str, reason: str, remedy: str
) -> None:
    created_at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    task = PendingTask(task_id="t1", status=status, created_at=created_at, seconds=840)

    diagnosis = diagnose(Evidence(pending=(task,)))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.reason == reason
    assert diagnosis.root_cause.what == f"task t1 has been {status} since 09:00 UTC, for 840 s"
    assert remedy in diagnosis.root_cause.remedy


def test_a_task_that_runs_is_no_sign_of_a_failure() -> None:
    task = PendingTask(task_id="t1", status="RUNNING", created_at=datetime.now(UTC), seconds=1)

    assert diagnose(Evidence(pending=(task,))).root_cause is None


KNOWN_TEXTS = [*(text for _, _, text in TEXTS), *(text for text, _ in NOISE)]
PATTERNS = list(dict.fromkeys(p for reason in FAILURE_REASONS for p in reason.patterns))
ALTERNATIVES = [(p, each, rest) for p in PATTERNS for each, rest in without_each_alternative(p)]


@cache
def found_in(pattern: str) -> frozenset[int]:
    """Return which of the known texts hold a pattern."""
    return frozenset(at for at, text in enumerate(KNOWN_TEXTS) if re.search(pattern, text, re.IGNORECASE))


@cache
def answers(replaced: str, replacement: str) -> dict[int, str]:
    """Return the reason of every known text that has one, with a pattern replaced wherever it stands."""
    reasons: dict[int, str] = {}
    for reason in FAILURE_REASONS:
        if reason.patterns:
            patterns = [replacement if p == replaced else p for p in reason.patterns]
            for at in frozenset.intersection(*map(found_in, patterns)):
                reasons.setdefault(at, reason.name)
    return reasons


@pytest.mark.parametrize(("pattern", "alternative", "rest"), ALTERNATIVES)
def test_each_alternative_of_a_pattern_is_needed_for_a_text(
    pattern: str, alternative: str, rest: str
) -> None:
    assert alternative
    assert answers(pattern, rest) != answers("", "")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", [("a", "(?!)")]),
        ("a|b", [("a", "b"), ("b", "a")]),
        ("a|b|c", [("a", "b|c"), ("b", "a|c"), ("c", "a|b")]),
        (r"x(a|b)y", [("a", "x(b)y"), ("b", "x(a)y")]),
        (r"(?:a|b\|c)", [("a", r"(?:b\|c)"), (r"b\|c", "(?:a)")]),
        ("[|(]a", [("[|(]a", "(?!)")]),
    ],
)
def test_alternatives_are_dropped_one_at_a_time(pattern: str, expected: list[tuple[str, str]]) -> None:
    assert list(without_each_alternative(pattern)) == expected
