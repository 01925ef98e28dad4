from datetime import UTC, datetime, timedelta
from itertools import islice, permutations

import pytest

from ecs_steps.aws.stack_events import StackEvent
from ecs_steps.stacks.events import diagnose_stack, points_at_tasks, stack_failures

STACK = "AWS::CloudFormation::Stack"
SERVICE = "AWS::ECS::Service"
ROLE = "AWS::IAM::Role"
BEGUN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def event(second: int, logical_id: str, status: str, reason: str = "", kind: str = SERVICE) -> StackEvent:
    return StackEvent(
        event_id=f"{second}-{logical_id}-{status}",
        at=BEGUN + timedelta(seconds=second),
        logical_id=logical_id,
        physical_id=logical_id,
        resource_type=kind,
        status=status,
        reason=reason,
        is_of_stack=kind == STACK,
    )


FAILED_CREATE = [
    event(0, "shop", "CREATE_IN_PROGRESS", "User Initiated", STACK),
    event(1, "Role", "CREATE_IN_PROGRESS", kind=ROLE),
    event(1, "Service", "CREATE_IN_PROGRESS"),
    event(
        3,
        "Service",
        "CREATE_FAILED",
        'Resource handler returned message: "Invalid request provided: the name "web" is taken" '
        "(RequestToken: 0f1e-22, HandlerErrorCode: AlreadyExists)",
    ),
    event(4, "Role", "CREATE_FAILED", "Resource creation cancelled", ROLE),
    event(5, "shop", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Service].", STACK),
    event(6, "Role", "DELETE_FAILED", "Cannot delete entity, must detach all policies first.", ROLE),
    event(7, "shop", "ROLLBACK_FAILED", "The following resource(s) failed to delete: [Role].", STACK),
]


def test_the_first_failure_before_the_rollback_is_the_cause_without_its_wrapper() -> None:
    first = stack_failures(FAILED_CREATE).first

    assert first is not None
    assert first.logical_id == "Service"
    assert first.reason == 'Invalid request provided: the name "web" is taken'


def test_what_was_cancelled_with_it_is_no_failure_of_its_own() -> None:
    assert stack_failures(FAILED_CREATE).others == ()


def test_a_failure_of_a_rollback_that_is_continued_is_the_cause() -> None:
    events = [
        event(0, "shop", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated", STACK),
        event(2, "Service", "UPDATE_FAILED", "Rate exceeded"),
        event(
            3,
            "shop",
            "UPDATE_ROLLBACK_FAILED",
            "The following resource(s) failed to update: [Service].",
            STACK,
        ),
    ]

    failures = stack_failures(events)

    assert str(failures.first) == f"Service ({SERVICE}): Rate exceeded"
    assert failures.in_rollback == ()


def test_failures_of_the_rollback_are_kept_apart() -> None:
    [failure] = stack_failures(FAILED_CREATE).in_rollback

    assert failure.reason == "Cannot delete entity, must detach all policies first."


def test_the_order_in_which_pages_come_does_not_matter() -> None:
    expected = diagnose_stack(FAILED_CREATE)

    orders = islice(permutations(FAILED_CREATE), None, None, 11)

    assert all(diagnose_stack(order) == expected for order in orders)


def test_a_second_resource_that_failed_by_itself_is_named_after_the_first() -> None:
    events = [
        event(1, "B", "CREATE_FAILED", "no such subnet"),
        event(2, "A", "CREATE_FAILED", "no such group"),
    ]

    diagnosis = diagnose_stack(events)

    assert diagnosis.lines() == [
        "root cause: B (AWS::ECS::Service): no such subnet",
        "also failed: A (AWS::ECS::Service): no such group",
    ]


def test_a_refused_parameter_is_the_stacks_own_reason() -> None:
    events = [event(0, "shop", "ROLLBACK_IN_PROGRESS", "Parameter validation failed: no role x", STACK)]

    first = stack_failures(events).first

    assert first is not None
    assert first.reason == "Parameter validation failed: no role x"


def test_a_breakers_text_points_at_the_tasks() -> None:
    reason = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered.'."

    first = stack_failures([event(1, "Service", "CREATE_FAILED", reason)]).first

    assert first is not None
    assert points_at_tasks(first)


def test_without_failures_there_is_no_cause() -> None:
    assert (
        diagnose_stack([event(0, "shop", "CREATE_IN_PROGRESS", "User Initiated", STACK)]).root_cause is None
    )


def test_a_failure_without_a_reason_still_has_a_sentence() -> None:
    diagnosis = diagnose_stack([event(1, "Service", "CREATE_FAILED")])

    assert diagnosis.lines() == ["root cause: Service (AWS::ECS::Service): CloudFormation gave no reason"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("web already exists", "service-exists"),
        ("no such subnet", "stack-resource"),
        ("User: x is not authorized to perform: ecs:CreateService on resource: y", "access-denied"),
    ],
)
def test_a_cause_has_the_name_of_its_reason(text: str, name: str) -> None:
    cause = diagnose_stack([event(1, "Service", "CREATE_FAILED", text)]).root_cause

    assert cause
    assert cause.reason == name
