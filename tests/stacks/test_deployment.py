"""Which moves a deployment makes, for every status that its stack can be in at the start."""

from datetime import timedelta

import pytest

from ecs_steps.aws.cloudformation import StackRequest, cancel_update, describe_stack
from ecs_steps.aws.stack_status import StackStatus
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, EcsStepsError, StackFailedError, TimedOutError
from ecs_steps.reporting.events import Level, Message, Reported
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.scenario import ResourceFailurePlan
from ecs_steps.stacks.deployment import start_deployment
from ecs_steps.stacks.watch import watch_operation

NAME = "shop"
TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/ecs/web"}}},
}
REQUEST = StackRequest(name=NAME, template=TEMPLATE, parameters={})
CHANGES = (
    "CreateStack",
    "UpdateStack",
    "DeleteStack",
    "ContinueUpdateRollback",
    "CancelUpdateStack",
)


def deployment_context(
    aws: Sandbox, *, minutes: float = 60, may_wait: bool = True
) -> tuple[DeploymentContext, list[Reported]]:
    reports: list[Reported] = []
    deadline = aws.clock.now() + timedelta(minutes=minutes)
    context = DeploymentContext(
        aws=aws.clients, clock=aws.clock, report=reports.append, deadline=deadline, may_wait=may_wait
    )
    return context, reports


def changes(aws: Sandbox) -> list[str]:
    return [call.operation for call in aws.calls if call.operation in CHANGES]


def deploy(context: DeploymentContext, request: StackRequest = REQUEST) -> None:
    stack = start_deployment(request, context)
    if stack.operation:
        watch_operation(stack.operation, context)


UPDATED = ["UpdateStack"]
RECREATED = ["DeleteStack", "CreateStack"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("CREATE_COMPLETE", UPDATED),
        ("UPDATE_COMPLETE", UPDATED),
        ("UPDATE_FAILED", UPDATED),
        ("UPDATE_ROLLBACK_COMPLETE", UPDATED),
        ("IMPORT_COMPLETE", UPDATED),
        ("IMPORT_ROLLBACK_COMPLETE", UPDATED),
        ("CREATE_FAILED", RECREATED),
        ("ROLLBACK_COMPLETE", RECREATED),
        ("ROLLBACK_FAILED", RECREATED),
        ("DELETE_FAILED", RECREATED),
        ("REVIEW_IN_PROGRESS", RECREATED),
        ("DELETE_COMPLETE", ["CreateStack"]),
        ("UPDATE_ROLLBACK_FAILED", ["ContinueUpdateRollback", "UpdateStack"]),
        ("CREATE_IN_PROGRESS", UPDATED),
        ("UPDATE_IN_PROGRESS", UPDATED),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", UPDATED),
        ("UPDATE_ROLLBACK_IN_PROGRESS", UPDATED),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", UPDATED),
        ("IMPORT_IN_PROGRESS", UPDATED),
        ("IMPORT_ROLLBACK_IN_PROGRESS", UPDATED),
        ("ROLLBACK_IN_PROGRESS", RECREATED),
        ("DELETE_IN_PROGRESS", ["CreateStack"]),
    ],
)
def test_a_stack_in_this_status_is_deployed_by_these_moves(status: str, expected: list[str]) -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, status)
        context, _ = deployment_context(aws)

        deploy(context)

        assert changes(aws) == expected
        resources = aws.clients.cloudformation.describe_stack_resources(StackName=NAME)["StackResources"]
        assert [resource["PhysicalResourceId"] for resource in resources] == ["/ecs/web"]


def test_the_table_above_knows_every_status_but_the_one_that_only_a_person_can_repair() -> None:
    [marks] = [
        mark
        for mark in test_a_stack_in_this_status_is_deployed_by_these_moves.pytestmark  # type: ignore[attr-defined]
        if mark.name == "parametrize"
    ]

    assert {status for status, _ in marks.args[1]} == set(StackStatus) - {"IMPORT_ROLLBACK_FAILED"}


@pytest.mark.parametrize(("reason", "shown"), [("", ""), ("Logs is in use", " (Logs is in use)")])
def test_a_failed_rollback_of_an_import_is_left_to_a_person(reason: str, shown: str) -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "IMPORT_ROLLBACK_FAILED").reason = reason
        context, _ = deployment_context(aws)

        with pytest.raises(StackFailedError) as error:
            deploy(context)

        assert error.value.why == f"it is IMPORT_ROLLBACK_FAILED, and only a person can repair that{shown}"
        assert changes(aws) == []


def test_a_stack_that_is_not_there_is_created() -> None:
    with Sandbox() as aws:
        context, _ = deployment_context(aws)

        deploy(context)

        assert changes(aws) == ["CreateStack"]


def test_a_stack_that_is_as_requested_is_unchanged() -> None:
    with Sandbox() as aws:
        context, _ = deployment_context(aws)
        deploy(context)

        again = start_deployment(REQUEST, context)

        assert again.unchanged


@pytest.mark.parametrize("status", [s for s in StackStatus if s.in_progress])
def test_who_does_not_wait_is_reported_the_state_of_a_busy_stack(status: StackStatus) -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, status)
        context, _ = deployment_context(aws, may_wait=False)

        with pytest.raises(StackFailedError, match=f"it is {status}, and the wait option says not to wait"):
            start_deployment(REQUEST, context)


def test_a_busy_stack_that_does_not_come_to_rest_in_time_is_left_unchanged() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "UPDATE_IN_PROGRESS", after=3600)
        context, _ = deployment_context(aws, minutes=5)
        begun = aws.clock.now()

        with pytest.raises(TimedOutError, match="it was still UPDATE_IN_PROGRESS"):
            deploy(context)

        assert changes(aws) == []
        assert aws.clock.now() - begun <= timedelta(minutes=5, seconds=1)


def test_termination_protection_is_named_instead_of_tried() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "ROLLBACK_COMPLETE")
        aws.clients.cloudformation.update_termination_protection(
            StackName=NAME, EnableTerminationProtection=True
        )
        context, _ = deployment_context(aws)

        with pytest.raises(StackFailedError, match="its termination protection is on"):
            deploy(context)

        assert changes(aws) == []


def test_the_log_says_what_is_deleted_before_it_is() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "ROLLBACK_COMPLETE")
        context, reports = deployment_context(aws)

        deploy(context)

        warnings = [
            item.text for item in reports if isinstance(item, Message) and item.level is Level.WARNING
        ]
        why = "Stack shop is ROLLBACK_COMPLETE, which CloudFormation cannot update"
        assert warnings == [f"{why}; it is deleted and created again"]


def test_a_throttled_call_never_deletes_a_stack() -> None:
    throttled = Scenario(faults=(Fault("UpdateStack", FaultKind.THROTTLED),))
    with Sandbox(throttled) as aws:
        aws.cloudformation.seed(NAME, "CREATE_COMPLETE")
        context, _ = deployment_context(aws)

        with pytest.raises(AwsCallError, match="UpdateStack was throttled"):
            deploy(context)

        assert "DeleteStack" not in changes(aws)


def test_a_create_whose_reply_is_lost_is_the_same_create_when_it_is_made_again() -> None:
    lost = Scenario(faults=(Fault("CreateStack", FaultKind.CONNECTION_RESET, at=range(1)),))
    with Sandbox(lost) as aws:
        context, _ = deployment_context(aws)

        deploy(context)

        assert len(aws.cloudformation.stacks) == 1


@pytest.mark.parametrize(
    "kind", [FaultKind.CONNECTION_RESET, FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_an_operation_whose_replies_are_all_lost_is_found_by_its_token(
    is_first: bool,  # noqa: FBT001  a parameter of the test
    kind: FaultKind,
) -> None:
    with Sandbox() as aws:
        context, _ = deployment_context(aws)
        if not is_first:
            deploy(context)
        aws.faults.apply(Fault("CreateStack", kind), Fault("UpdateStack", kind))

        changed = {**TEMPLATE, "Outputs": {"Name": {"Value": "web"}}}
        deployed = start_deployment(StackRequest(name=NAME, template=changed, parameters={}), context)

        [stack] = aws.cloudformation.stacks
        assert deployed.operation
        assert (deployed.stack_id, deployed.operation.token) == (stack.id, stack.operation.token)


def test_another_ones_stack_is_not_taken_for_the_one_whose_reply_was_lost() -> None:
    unreachable = Scenario(faults=(Fault("CreateStack", FaultKind.CONNECTION_REFUSED),))
    with Sandbox(unreachable) as aws:
        context, _ = deployment_context(aws)

        def make_one() -> None:
            aws.cloudformation.seed(NAME, "CREATE_COMPLETE")

        aws.timeline.after(30, make_one)

        with pytest.raises(AwsCallError, match="CreateStack did not reach AWS"):
            deploy(context)


def test_an_update_that_came_to_its_end_was_not_cancelled() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "UPDATE_COMPLETE")
        stack = describe_stack(aws.clients, NAME)
        assert stack

        with pytest.raises(AwsCallError, match="CancelUpdateStack was refused"):
            cancel_update(aws.clients, stack, "token")


def test_a_large_template_goes_compact_then_through_the_bucket() -> None:
    large = {**TEMPLATE, "Description": "x" * 1000, "Metadata": {"note": "y" * 60_000}}
    with Sandbox() as aws:
        context, _ = deployment_context(aws)
        aws.clients.s3.create_bucket(
            Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )

        with pytest.raises(StackFailedError, match=r"61,\d+ bytes as compact JSON, and 51,200 are allowed"):
            deploy(context, StackRequest(name=NAME, template=large, parameters={}))
        deploy(
            context,
            StackRequest(name=NAME, template=large, parameters={}, template_bucket="templates"),
        )

        assert changes(aws) == ["CreateStack"]


def test_a_template_over_a_mebibyte_is_too_large_for_any_way() -> None:
    huge = {**TEMPLATE, "Metadata": {"note": "y" * 1_100_000}}
    with Sandbox() as aws:
        context, _ = deployment_context(aws)

        with pytest.raises(StackFailedError, match="too large for CloudFormation"):
            deploy(
                context,
                StackRequest(name=NAME, template=huge, parameters={}, template_bucket="templates"),
            )

        assert aws.calls == [] or changes(aws) == []


def test_the_root_cause_is_that_of_this_operation_and_not_of_an_earlier_one() -> None:
    failure_plan = ResourceFailurePlan(
        resource="Logs",
        on="create",
        reason="Resource limit exceeded.",
        handler_error_code="ServiceLimitExceeded",
    )
    with Sandbox(Scenario(resources=(failure_plan,))) as aws:
        context, _ = deployment_context(aws)

        with pytest.raises(StackFailedError) as first:
            deploy(context)
        aws.cloudformation.apply(
            Scenario().stack,
            (ResourceFailurePlan(resource="Logs", on="create", reason="/ecs/web already exists", times=1),),
        )
        with pytest.raises(StackFailedError) as second:
            deploy(context)

    assert first.value.why == "Logs (AWS::Logs::LogGroup): Resource limit exceeded."
    assert second.value.why == "Logs (AWS::Logs::LogGroup): /ecs/web already exists"
    assert second.value.diagnosis is not None
    first_line, next_step = second.value.diagnosis.lines()
    assert first_line == "root cause: Logs (AWS::Logs::LogGroup): /ecs/web already exists"
    assert next_step.startswith("next: The log group belongs to another stack")


def test_denied_events_leave_the_verdict_to_the_status_and_are_named_once() -> None:
    denied = Scenario(faults=(Fault("DescribeStackEvents", FaultKind.ACCESS_DENIED),))
    with Sandbox(denied) as aws:
        context, reports = deployment_context(aws)

        deploy(context)

        [warning] = [
            item.text for item in reports if isinstance(item, Message) and item.level is Level.WARNING
        ]
        assert "cloudformation:DescribeStackEvents" in warning


def test_a_timeout_says_what_state_was_seen_last_and_what_continues() -> None:
    failure_plan = ResourceFailurePlan(resource="Logs", on="create", reason="too slow", after=7200)
    with Sandbox(Scenario(resources=(failure_plan,))) as aws:
        context, _ = deployment_context(aws, minutes=10)

        with pytest.raises(TimedOutError) as error:
            deploy(context)

        assert "it was CREATE_IN_PROGRESS when the time to wait was over" in str(error.value)
        assert "CloudFormation continues with it" in str(error.value)


def test_one_deadline_covers_recovery_and_deployment() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "UPDATE_ROLLBACK_IN_PROGRESS", after=200)
        context, _ = deployment_context(aws, minutes=6)
        begun = aws.clock.now()

        with pytest.raises(EcsStepsError):
            deploy(context)

        assert aws.clock.now() - begun <= timedelta(minutes=6, seconds=1)
