import ast
from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from ecs_steps.reporting.events import (
    Level,
    Message,
    OutputVariable,
    PhasesTook,
    Progress,
    Reported,
    RolloutChanged,
    ServiceEvent,
    StackChanged,
    StepFinished,
    StillWaiting,
)
from ecs_steps.reporting.text import ascii_lines, elapsed, level_of, message_text

STACK = StackChanged(
    stack_name="cf-ecs-demo",
    logical_id="cf-ecs-demo",
    resource_type="AWS::CloudFormation::Stack",
    status="CREATE_IN_PROGRESS",
)
RESOURCE = StackChanged(
    stack_name="cf-ecs-demo",
    logical_id="TaskDefinitionweb",
    resource_type="AWS::ECS::TaskDefinition",
    status="CREATE_COMPLETE",
)
FINISHED = StepFinished(outcome="SUCCEEDED", service_name="web", task_definition="web:4")
ROLLOUT = RolloutChanged(
    service_name="web",
    deployment_id="ecs-svc/123",
    task_definition="arn:aws:ecs:eu-west-1:123456789012:task-definition/web:4",
    state="IN_PROGRESS",
    desired=2,
    running=1,
    pending=1,
    failed=0,
    is_this_deployment=True,
)


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (Message(Level.INFO, "Hello"), "Hello"),
        (Progress(40, "The stack is up"), "40%: The stack is up"),
        (Progress(40, ""), "40%"),
        (OutputVariable("ServiceName", "web"), "ServiceName = web"),
        (OutputVariable("Token", "hunter2", sensitive=True), "Token = ********"),
        (STACK, "stack cf-ecs-demo: CREATE_IN_PROGRESS"),
        (evolve(STACK, reason="User Initiated"), "stack cf-ecs-demo: CREATE_IN_PROGRESS: User Initiated"),
        (RESOURCE, "TaskDefinitionweb AWS::ECS::TaskDefinition CREATE_COMPLETE"),
        (
            evolve(RESOURCE, status="CREATE_FAILED", reason="Invalid cpu"),
            "TaskDefinitionweb AWS::ECS::TaskDefinition CREATE_FAILED: Invalid cpu",
        ),
        (ROLLOUT, "deployment ecs-svc/123 web:4: 1 of 2 running, 1 pending, 0 failed (IN_PROGRESS)"),
        (
            evolve(ROLLOUT, task_definition="web:3", is_this_deployment=False, state="COMPLETED", running=2),
            "other deployment ecs-svc/123 web:3: 2 of 2 running, 1 pending, 0 failed (COMPLETED)",
        ),
        (ServiceEvent(service_name="web", text="(service web) is steady."), "service: is steady."),
        (StillWaiting(text="stack demo", seconds=95.7), "still waiting for stack demo, for 1:35 by now"),
        (
            evolve(ROLLOUT, traffic_weight=12.5),
            (
                "deployment ecs-svc/123 web:4: "
                "1 of 2 running, 1 pending, 0 failed, 12.5% of the traffic (IN_PROGRESS)"
            ),
        ),
        (
            evolve(ROLLOUT, traffic_weight=100.0),
            "deployment ecs-svc/123 web:4: 1 of 2 running, 1 pending, 0 failed (IN_PROGRESS)",
        ),
        (
            PhasesTook(seconds=430.9, phases=(("stack", 0.4), ("image pull", 129.6), ("draining", 300))),
            "deployed in 7:10: image pull 2:09, draining 5:00",
        ),
        (
            PhasesTook(seconds=300, phases=(("draining", 300),), advice="lower it"),
            "deployed in 5:00: draining 5:00\nlower it",
        ),
        (
            evolve(FINISHED, since=datetime(2026, 1, 5, 9, 0, tzinfo=UTC)),
            "SUCCEEDED: web runs web:4, since 2026-01-05 09:00:00 UTC",
        ),
        (evolve(FINISHED, outcome="UNCHANGED"), "UNCHANGED: nothing changed; web runs web:4"),
        (evolve(FINISHED, outcome="UNCHANGED", task_definition=""), "UNCHANGED: nothing changed"),
        (evolve(FINISHED, outcome="STARTED"), "STARTED: the deployment of web:4 continues in AWS"),
        (
            evolve(FINISHED, outcome="STARTED", task_definition=""),
            "STARTED: the deployment of web continues in AWS",
        ),
        (StepFinished(outcome="SUCCEEDED"), "SUCCEEDED"),
        (evolve(FINISHED, outcome="ROLLED_BACK"), "ROLLED_BACK: web runs web:4 again"),
        (evolve(FINISHED, outcome="ROLLED_BACK", task_definition=""), "ROLLED_BACK"),
    ],
)
def test_a_report_has_a_text(reported: Reported, expected: str) -> None:
    assert message_text(reported) == expected


@pytest.mark.parametrize("level", Level)
def test_a_message_has_the_level_it_came_with(level: Level) -> None:
    assert level_of(Message(level, "unable to fail")) is level


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("CREATE_IN_PROGRESS", "Resource creation Initiated", Level.INFO),
        ("UPDATE_COMPLETE", "", Level.INFO),
        ("DELETE_SKIPPED", "", Level.INFO),
        ("CREATE_FAILED", "Invalid cpu", Level.ERROR),
        ("CREATE_FAILED", "Resource creation cancelled", Level.WARNING),
        ("UPDATE_FAILED", "Resource update cancelled.", Level.WARNING),
        ("ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [A].", Level.WARNING),
        ("UPDATE_ROLLBACK_COMPLETE", "", Level.WARNING),
        ("UPDATE_ROLLBACK_FAILED", "", Level.ERROR),
        ("DELETE_FAILED", "", Level.ERROR),
    ],
)
def test_the_level_of_a_stack_change_follows_its_status(status: str, reason: str, expected: Level) -> None:
    assert level_of(evolve(RESOURCE, status=status, reason=reason)) is expected


@pytest.mark.parametrize(
    ("state", "failed", "expected"),
    [
        ("IN_PROGRESS", 0, Level.INFO),
        ("IN_PROGRESS", 1, Level.WARNING),
        ("COMPLETED", 0, Level.INFO),
        ("SUCCESSFUL", 0, Level.INFO),
        ("FAILED", 3, Level.ERROR),
        ("ROLLBACK_IN_PROGRESS", 0, Level.WARNING),
        ("ROLLBACK_FAILED", 0, Level.ERROR),
        ("STOPPED", 0, Level.WARNING),
        ("STOP_REQUESTED", 0, Level.WARNING),
    ],
)
def test_the_level_of_a_rollout_follows_its_state(state: str, failed: int, expected: Level) -> None:
    assert level_of(evolve(ROLLOUT, state=state, failed=failed)) is expected


def test_a_failure_of_another_deployment_is_no_alarm() -> None:
    other = evolve(ROLLOUT, state="FAILED", failed=3, is_this_deployment=False)

    assert level_of(other) is Level.INFO


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(service web) has started 1 tasks: (task 0a1b).", Level.INFO),
        ("(service failed-jobs) has reached a steady state.", Level.INFO),
        ("(service failed) has reached a steady state.", Level.INFO),
        ("(service web) was unable to place a task because no instance met its needs.", Level.WARNING),
        ("(service web) (task 0a1b) failed container health checks.", Level.WARNING),
        ("(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start.", Level.WARNING),
        ("(service web) (port 80) is unhealthy in (target-group tg) due to a timeout.", Level.WARNING),
        ("(service web) rolling back to deployment ecs-svc/0.", Level.WARNING),
    ],
)
def test_trouble_of_a_service_is_a_warning(text: str, expected: Level) -> None:
    assert level_of(ServiceEvent(service_name="web", text=text)) is expected


def test_waiting_has_octopus_level_of_its_own_and_the_rest_is_info() -> None:
    assert level_of(StillWaiting(text="stack demo", seconds=30)) is Level.WAIT
    assert level_of(Progress(50, "half")) is Level.INFO
    assert level_of(OutputVariable("a", "b")) is Level.INFO


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, " 0:00"), (12.9, " 0:12"), (60, " 1:00"), (754, "12:34"), (7384, "123:04")],
)
def test_time_is_shown_in_minutes_and_seconds(seconds: float, expected: str) -> None:
    assert elapsed(seconds) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("one", ["one"]),
        ("one\ntwo\r\nthree\n", ["one", "two", "three"]),
        ("one\n\n  two  \n\n", ["one", "", "  two"]),
        ("C:\\temp {\"a\": '\\n'}", ["C:\\temp {\"a\": '\\n'}"]),
        ("caf\xe9 \u4e2d \U0001f600", [r"caf\xe9 \u4e2d \U0001f600"]),
        ("a\tb\rc\x00d\x1b[31m\x7f.", [r"a\tb\rc\x00d\x1b[31m\x7f."]),
        ("a\x85b\u2028c\x0bd\x0ce\x1cf", [r"a\x85b\u2028c\x0bd\x0ce\x1cf"]),
        ("\udc80 \ud83d", [r"\udc80 \ud83d"]),
        ("##octopus[stdout-error]", [r"\x23#octopus[stdout-error]"]),
        ("so ###OCTOPUS[x]", [r"so #\x23#OCTOPUS[x]"]),
        ("##octo", [r"\x23#octo"]),
        ("a #\nb ##", [r"a \x23", r"b #\x23"]),
        ("## Heading, issue #12, #o", ["## Heading, issue #12, #o"]),
    ],
)
def test_text_becomes_lines_of_plain_ascii(text: str, expected: list[str]) -> None:
    assert ascii_lines(text) == expected


@given(st.text(st.characters()) | st.text("#octpus[]\n\r\x85\u2028 "))
@example("\ud83d\ude00")
def test_each_line_is_printable_and_none_is_a_service_message(text: str) -> None:
    lines = ascii_lines(text)

    assert lines
    assert all(line.isascii() and (line.isprintable() or not line) for line in lines)
    assert "##octopus" not in "".join(lines).lower()
    assert not any(line.endswith("#") for line in lines)


@given(st.text(st.characters(exclude_characters="\\'\n#", exclude_categories=["Zs", "Cc"])))
def test_escaped_text_can_be_read_back(text: str) -> None:
    [line] = ascii_lines(text)

    assert ast.literal_eval(f"'{line}'") == text
