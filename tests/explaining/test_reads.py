"""Reads never fail a deployment: the verdict is the same whatever happens to the calls that read it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

import pytest
from attrs import evolve

from ecs_steps import AwsCallError, DeploymentError, Outcome, RolledBackError, TimedOutError
from ecs_steps.sandbox import SCENARIOS, Fault, FaultKind, Sandbox
from explaining.runs import STEPS, Run, Step, run

PASSING = (
    FaultKind.THROTTLED,
    FaultKind.INTERNAL_ERROR,
    FaultKind.CONNECTION_RESET,
    FaultKind.TRUNCATED_BODY,
)
FOR_A_WHILE = range(3, 9)

OF_THE_VERDICT = [
    ("update", "ListServiceDeployments"),
    ("update", "DescribeServiceDeployments"),
    ("update", "DescribeServices"),
    ("deploy", "DescribeStackEvents"),
    ("deploy", "DescribeStacks"),
    ("deploy", "DescribeServices"),
    ("deploy", "DescribeStackResources"),
]
"""The reads without which there is no verdict, or a later one."""

OF_THE_CAUSE = {
    "ListTasks": "ecs:ListTasks",
    "DescribeTasks": "ecs:DescribeTasks",
    "DescribeTargetHealth": "elasticloadbalancing:DescribeTargetHealth",
    "GetLogEvents": "logs:GetLogEvents",
}
"""The reads that only explain a failure, and the action that each needs."""


def with_faults(scenario: str, step: Step, *faults: Fault, minutes: int = 30, **changes: str) -> Run:
    with Sandbox(evolve(SCENARIOS[scenario], faults=faults)) as aws:
        return run(step, aws, minutes=minutes, **changes)


@cache
def undisturbed(scenario: str, step: Step) -> Run:
    return with_faults(scenario, step)


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize(("step", "operation"), OF_THE_VERDICT)
def test_a_healthy_deployment_ends_green_through_failed_reads(
    step: Step, operation: str, kind: FaultKind
) -> None:
    # Which reads there are, and how many, differs: the first ones fail where there are few.
    few = operation in ("ListServiceDeployments", "DescribeStackResources")
    ended = with_faults("healthy", step, Fault(operation, kind, range(6) if few else FOR_A_WHILE))

    assert ended.result
    assert ended.result.outcome is Outcome.SUCCEEDED
    assert [call for call in ended.calls if call.operation == operation and call.outcome]


@pytest.mark.parametrize("kind", [FaultKind.THROTTLED, FaultKind.TRUNCATED_BODY])
@pytest.mark.parametrize(("step", "operation"), OF_THE_VERDICT[:6])
def test_a_failing_deployment_ends_with_the_same_verdict_through_failed_reads(
    step: Step, operation: str, kind: FaultKind
) -> None:
    ended = with_faults("crash", step, Fault(operation, kind, FOR_A_WHILE))

    there = undisturbed("crash", step)
    assert there.error
    assert ended.error
    assert type(ended.error) is type(there.error)
    assert ended.error.what == there.error.what
    assert ended.tasks.root_cause
    assert ended.tasks.root_cause.reason == "exit-1"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("operation", OF_THE_CAUSE)
def test_a_denied_read_for_the_cause_is_one_warning_that_names_the_permission(
    operation: str, step: Step
) -> None:
    ended = with_faults("breaker", step, Fault(operation, FaultKind.ACCESS_DENIED))

    there = undisturbed("breaker", step)
    [warning] = [text for text in ended.warnings if "will be explained without" in text]
    assert there.error
    assert ended.error
    assert type(ended.error) is type(there.error)
    assert operation in warning
    assert f"Allow {OF_THE_CAUSE[operation]} on " in warning


def test_a_denied_read_for_the_cause_is_one_warning_though_a_rollback_reads_as_well() -> None:
    denied = Fault("ListTasks", FaultKind.ACCESS_DENIED)
    with Sandbox(evolve(SCENARIOS["crash"], faults=(denied,))) as aws:
        ended = run("update", aws, update_on_failure="Rollback")

    assert isinstance(ended.error, RolledBackError)
    assert len([text for text in ended.warnings if "ListTasks" in text]) == 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", [FaultKind.THROTTLED, FaultKind.TRUNCATED_BODY])
@pytest.mark.parametrize("operation", ["ListTasks", "GetLogEvents"])
def test_a_read_for_the_cause_that_fails_without_end_hides_no_verdict(
    operation: str, kind: FaultKind, step: Step
) -> None:
    ended = with_faults("breaker", step, Fault(operation, kind))

    there = undisturbed("breaker", step)
    assert there.error
    assert ended.error
    assert type(ended.error) is type(there.error)
    assert len([text for text in ended.warnings if "will be explained without" in text]) == 1


def test_a_denied_log_leaves_the_root_cause_and_says_where_the_log_is() -> None:
    ended = with_faults("crash", "update", Fault("GetLogEvents", FaultKind.ACCESS_DENIED))

    assert "exited with code 1" in ended.lines[0]
    assert ended.lines[1].startswith("log of container web is in log stream /ecs/orders:ecs/web/")
    assert ended.operations.count("GetLogEvents") <= 6


def test_the_warning_of_a_denied_log_names_the_log_stream() -> None:
    ended = with_faults("crash", "update", Fault("GetLogEvents", FaultKind.ACCESS_DENIED))

    [warning] = [text for text in ended.warnings if "GetLogEvents" in text]
    assert "logs:GetLogEvents on arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/orders" in warning


def test_stack_events_that_are_denied_leave_the_stacks_status() -> None:
    ended = with_faults("healthy", "deploy", Fault("DescribeStackEvents", FaultKind.ACCESS_DENIED))

    assert ended.result
    assert [text for text in ended.warnings if "cloudformation:DescribeStackEvents" in text]


def test_a_denied_record_of_the_deployment_leaves_the_service() -> None:
    ended = with_faults("healthy", "update", Fault("DescribeServiceDeployments", FaultKind.ACCESS_DENIED))

    assert ended.result
    assert ended.operations.count("DescribeServiceDeployments") == 1


WATCH_READS: Mapping[Step, Sequence[str]] = {
    "update": ["DescribeServiceDeployments"],
    "deploy": ["DescribeStackEvents", "DescribeStacks"],
}
"""What shows a deployment's progress: a stack's status replaces events that cannot be read."""


@pytest.mark.parametrize("step", STEPS)
def test_ten_failed_reads_in_a_row_are_one_warning(step: Step) -> None:
    # botocore tries each read three times.
    faults = [Fault(name, FaultKind.INTERNAL_ERROR, range(2, 2 + 3 * 14)) for name in WATCH_READS[step]]
    ended = with_faults("slow-start", step, *faults)

    [warning] = [text for text in ended.warnings if "could not be read" in text]
    assert "10 times in a row" in warning
    assert ended.result


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", PASSING)
def test_reads_that_fail_without_end_keep_the_one_deadline(step: Step, kind: FaultKind) -> None:
    faults = [Fault(name, kind, range(4, 10_000)) for name in WATCH_READS[step]]
    ended = with_faults("crash", step, *faults, minutes=3, stopped_tasks="0")

    assert isinstance(ended.error, TimedOutError)
    assert ended.ended - ended.begun <= timedelta(minutes=3, seconds=10)


@pytest.mark.parametrize("step", STEPS)
def test_a_wait_in_which_nothing_could_be_read_ends_at_its_deadline_too(step: Step) -> None:
    operation = "DescribeStackEvents" if step == "deploy" else "ListServiceDeployments"
    # The first read of each is the one before anything is changed.
    later = [
        Fault(name, FaultKind.THROTTLED, range(1, 10_000)) for name in ("DescribeServices", "DescribeStacks")
    ]
    ended = with_faults("healthy", step, Fault(operation, FaultKind.THROTTLED), *later, minutes=3)

    assert isinstance(ended.error, (AwsCallError, DeploymentError))
    assert ended.ended - ended.begun <= timedelta(minutes=3, seconds=10)


@pytest.mark.parametrize(
    ("kind", "seconds", "warnings"), [(FaultKind.THROTTLED, 60, 0), (FaultKind.ACCESS_DENIED, 5, 1)]
)
def test_where_stack_events_cannot_be_read_the_stacks_status_decides(
    kind: FaultKind, seconds: int, warnings: int
) -> None:
    ended, there = (
        with_faults("healthy", "deploy", Fault("DescribeStackEvents", kind)),
        undisturbed("healthy", "deploy"),
    )

    assert ended.result
    # Events that are throttled may come yet, and the status is read once a minute meanwhile.
    assert (ended.ended - ended.begun) - (there.ended - there.begun) <= timedelta(seconds=seconds)
    assert len([text for text in ended.warnings if "only the stack's status is watched" in text]) == warnings


@pytest.mark.parametrize("kind", [FaultKind.THROTTLED, FaultKind.ACCESS_DENIED])
def test_where_stack_events_cannot_be_read_the_services_tasks_still_show_the_cause(kind: FaultKind) -> None:
    ended = with_faults("crash", "deploy", Fault("DescribeStackEvents", kind), minutes=30)

    assert isinstance(ended.error, DeploymentError)
    assert not isinstance(ended.error, TimedOutError)
    assert ended.tasks.root_cause
    assert ended.tasks.root_cause.reason == "exit-1"
