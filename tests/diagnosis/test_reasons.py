import re
from collections import Counter
from pathlib import Path

import pytest

from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.reasons import EXIT, FAMILIES, STOPPED, Family
from ecs_steps.diagnosis.report import diagnose

SAID = [
    line.split(" | ", 2) for line in Path(__file__).with_name("reasons.txt").read_text("ascii").splitlines()
]
"""What AWS says: the name of its family, a part of the hint, the text."""

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


@pytest.mark.parametrize(("family", "hint", "said"), SAID)
def test_a_reason_that_ecs_gives_is_named_and_explained(family: str, hint: str, said: str) -> None:
    diagnosis = diagnose(evidence_of("TaskFailedToStart", said))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.family == family
    assert diagnosis.lines()[0].startswith(f"root cause: task t1: {said.rstrip('.')}")
    assert hint in diagnosis.lines()[-1]


@pytest.mark.parametrize(("code", "family", "hint"), EXITED)
def test_an_exit_code_is_named_and_explained(code: int, family: str, hint: str) -> None:
    container = StoppedContainer(name="web", image="acme/web:1", exit_code=code, reason="", health="UNKNOWN")

    diagnosis = diagnose(
        evidence_of("EssentialContainerExited", "Essential container in task exited", container)
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.family == family
    assert diagnosis.lines()[0].startswith(
        f"root cause: container web (image acme/web:1) exited with code {code} in task t1: "
    )
    assert hint in diagnosis.lines()[-1]


@pytest.mark.parametrize(("stop_code", "family", "hint"), STOPPED_WITH)
def test_where_no_text_tells_the_stop_code_does(stop_code: str, family: str, hint: str) -> None:
    diagnosis = diagnose(evidence_of(stop_code, "Words that nobody has seen before"))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.family == family
    assert diagnosis.lines()[0].startswith("root cause: task t1: Words that nobody has seen before: ")
    assert hint in diagnosis.lines()[-1]


@pytest.mark.parametrize(("said", "family"), NOISE)
def test_what_is_normal_in_a_deployment_is_noise(said: str, family: str) -> None:
    diagnosis = diagnose(evidence_of("ServiceSchedulerInitiated", said))

    assert diagnosis.root_cause is None
    assert [cause.family for cause in diagnosis.noise] == [family]


@pytest.mark.parametrize(
    ("last_words", "family"),
    [
        ("exec /usr/local/bin/web: exec format error", "exec-format-error"),
        ("exec /entrypoint.sh: no such file or directory", "command-not-found"),
        ("exec /entrypoint.sh: permission denied", "command-not-permitted"),
    ],
)
def test_a_program_that_could_not_be_executed_says_so_in_the_log(last_words: str, family: str) -> None:
    container = StoppedContainer(
        name="web", image="acme/web:1", exit_code=255, reason="", health="UNKNOWN", log_lines=(last_words,)
    )

    diagnosis = diagnose(evidence_of("EssentialContainerExited", "", container))

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.family == family


def test_every_family_is_tried() -> None:
    tried = {
        *(family for family, _, _ in SAID),
        *(family for table in (EXITED, STOPPED_WITH) for _, family, _ in table),
        *(family for _, family in NOISE),
    }

    assert {family.name for family in FAMILIES} == tried


def test_families_stand_in_the_order_of_their_ranks() -> None:
    assert list(FAMILIES) == sorted(FAMILIES, key=lambda family: family.rank)


def test_no_two_families_share_a_name_or_a_code() -> None:
    seen = Counter(
        key for family in FAMILIES for key in (family.name, *family.exit_codes, *family.stop_codes)
    )

    assert set(seen.values()) == {1}


def test_every_family_but_the_last_resorts_can_be_recognised() -> None:
    dumb = [f for f in FAMILIES if not (f.says or f.exit_codes or f.stop_codes)]

    assert dumb == [EXIT]
    assert STOPPED in FAMILIES


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_meaning_is_a_clause_and_a_hint_is_one_sentence_in_ascii(family: Family) -> None:
    meaning, hint = family.meaning, family.hint

    assert re.fullmatch(r"[ -~]*[^ .]", meaning)
    assert re.fullmatch(r"[A-Z][ -~]*\.", hint)
    assert "{" not in (meaning + hint).format(architecture="ARM64", platform="linux/arm64")
