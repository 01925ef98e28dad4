"""What a dry run leaves of the stack and the change sets that it finds."""

from datetime import timedelta

import pytest

from ecs_steps.aws.cloudformation import (
    StackRequest,
    create_change_set,
    delete_change_set,
    describe_change_set,
    describe_stack,
    new_token,
)
from ecs_steps.aws.stack_status import StackStatus
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.stacks.change_set import plan_deployment

TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/ecs/web"}}},
}
REQUEST = StackRequest(name="shop", template=TEMPLATE, parameters={})
DELETED_STACK = ["CreateChangeSet", "DeleteStack"]
DELETED_CHANGE_SET = ["CreateChangeSet", "DeleteChangeSet"]


def deployment_context(aws: Sandbox) -> DeploymentContext:
    deadline = aws.clock.now() + timedelta(minutes=10)
    return DeploymentContext(aws=aws.clients, clock=aws.clock, report=lambda _: None, deadline=deadline)


def writes(aws: Sandbox) -> list[str]:
    return [call.operation for call in aws.calls if call.operation.startswith(("Create", "Delete"))]


def test_a_stack_that_a_dry_run_brought_into_being_is_deleted() -> None:
    with Sandbox() as aws:
        plan = plan_deployment(REQUEST, deployment_context(aws))

        assert [change.logical_id for change in plan.changes] == ["Logs"]
        assert writes(aws) == DELETED_STACK
        assert describe_stack(aws.clients, "shop") is None


def test_an_empty_stack_of_another_change_set_stays_with_that_change_set() -> None:
    with Sandbox() as aws:
        create_change_set(aws.clients, REQUEST, "of-another-person", is_new=True)

        plan = plan_deployment(REQUEST, deployment_context(aws))

        assert [change.logical_id for change in plan.changes] == ["Logs"]
        assert writes(aws) == ["CreateChangeSet", *DELETED_CHANGE_SET]
        stack = describe_stack(aws.clients, "shop")
        assert stack is not None
        assert stack.status is StackStatus.REVIEW_IN_PROGRESS
        left = aws.clients.cloudformation.describe_change_set(
            StackName="shop", ChangeSetName="of-another-person"
        )
        assert left["Status"] == "CREATE_COMPLETE"


def test_an_empty_stack_that_a_dry_run_left_is_deleted_by_the_next_one() -> None:
    with Sandbox() as aws:
        create_change_set(aws.clients, REQUEST, new_token(), is_new=True)

        plan_deployment(REQUEST, deployment_context(aws))

        assert describe_stack(aws.clients, "shop") is None


def test_an_empty_stack_is_left_to_another_dry_run_until_that_has_ended() -> None:
    other = new_token()
    with Sandbox() as aws:

        def end_other(**_: object) -> None:
            if [call.operation for call in aws.calls].count("ListChangeSets") == 4:
                assert describe_change_set(aws.clients, "shop", other)[0] == "CREATE_COMPLETE"
                delete_change_set(aws.clients, "shop", other)

        aws.session.register("before-call.cloudformation.ListChangeSets", end_other)
        create_change_set(aws.clients, REQUEST, other, is_new=True)
        started_at = aws.clock.now()

        plan_deployment(REQUEST, deployment_context(aws))

        assert aws.clock.now() - started_at < timedelta(minutes=1)
        assert writes(aws) == ["CreateChangeSet", *DELETED_CHANGE_SET, "DeleteChangeSet", "DeleteStack"]
        assert describe_stack(aws.clients, "shop") is None


@pytest.mark.parametrize(("is_theirs", "expected"), [(True, DELETED_CHANGE_SET), (False, DELETED_STACK)])
def test_a_dry_run_that_fails_deletes_no_more_than_it_made(*, is_theirs: bool, expected: list[str]) -> None:
    denied = Fault("DescribeChangeSet", FaultKind.ACCESS_DENIED)
    with Sandbox(Scenario(faults=(denied,))) as aws:
        if is_theirs:
            create_change_set(aws.clients, REQUEST, "of-another-person", is_new=True)

        with pytest.raises(AwsCallError, match="DescribeChangeSet"):
            plan_deployment(REQUEST, deployment_context(aws))

        assert writes(aws)[-2:] == expected
        assert (describe_stack(aws.clients, "shop") is not None) is is_theirs
