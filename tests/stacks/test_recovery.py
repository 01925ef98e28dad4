"""Stacks that refuse, that fail twice, and whose events take more than a page."""

from contextlib import nullcontext
from typing import Any

import pytest
from attrs import evolve

from ecs_steps import DeployEcsServiceStep
from ecs_steps.aws.cloudformation import Stack, StackRequest
from ecs_steps.aws.stack_status import StackStatus
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, DeploymentError, StackFailedError
from ecs_steps.reporting.events import Message, Reported
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario, resource_fails
from ecs_steps.sandbox.cloudformation.backend import CloudFormationBackend
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.stacks.deployment import MAX_ATTEMPTS, attach, start_deployment
from ecs_steps.stacks.preflight import check_before_change
from ecs_steps.stacks.watch import watch_operation
from explaining.shop import deploy_variables

NAME = "shop"
LOG_GROUPS = 12
TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {
        f"Logs{number}": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": f"/ecs/web-{number}"},
        }
        for number in range(LOG_GROUPS)
    },
}
REQUEST = StackRequest(name=NAME, template=TEMPLATE, parameters={})
CHANGES = ("CreateStack", "UpdateStack", "DeleteStack", "ContinueUpdateRollback")
BUSY = "Stack:arn:x is in UPDATE_IN_PROGRESS state and can not be updated."


def context_of(aws: Sandbox) -> tuple[DeploymentContext, list[Reported]]:
    reported: list[Reported] = []
    context = DeploymentContext(aws=aws.clients, clock=aws.clock, report=reported.append, deadline=None)
    return context, reported


def changes(aws: Sandbox) -> list[str]:
    return [call.operation for call in aws.calls if call.operation in CHANGES]


def deploy(context: DeploymentContext, request: StackRequest = REQUEST) -> None:
    stack = start_deployment(request, context)
    if stack.operation:
        watch_operation(stack.operation, context)


def refuse(backend: CloudFormationBackend, operation: str, message: str, *, times: int = 1) -> None:
    """Let CloudFormation refuse the next calls of an operation with a ValidationError."""
    original, left = getattr(backend, operation), [times]

    def refusing(request: Any) -> object:  # noqa: ANN401  the backend's own
        if left[0]:
            left[0] -= 1
            raise ServiceError("ValidationError", message)
        return original(request)

    setattr(backend, operation, refusing)


@pytest.mark.parametrize(
    "message",
    [
        "Parameters: [TaskDefinitionName] must have values",
        "Template format error: Unresolved resource dependencies [X] in the Resources block of the template",
        "Stack [shop] cannot be updated while TerminationProtection is on",
    ],
)
def test_an_update_that_is_refused_ends_with_the_reason_at_once(message: str) -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "CREATE_COMPLETE")
        refuse(aws.cloudformation, "update_stack", message, times=99)
        context, _ = context_of(aws)

        with pytest.raises(AwsCallError) as error:
            deploy(context)

        assert message in error.value.why
        assert changes(aws) == ["UpdateStack"]


def test_an_update_that_another_process_was_faster_with_is_made_again() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "CREATE_COMPLETE")
        refuse(aws.cloudformation, "update_stack", BUSY)
        context, _ = context_of(aws)

        deploy(context)

        assert changes(aws) == ["UpdateStack", "UpdateStack"]


def test_a_stack_that_was_deleted_meanwhile_is_created() -> None:
    with Sandbox() as aws:
        context, _ = context_of(aws)
        aws.cloudformation.seed(NAME, "DELETE_IN_PROGRESS", after=5)

        deploy(context)

        assert changes(aws) == ["CreateStack"]


def test_a_stack_that_another_process_keeps_changing_is_given_up() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "CREATE_COMPLETE")
        refuse(aws.cloudformation, "update_stack", BUSY, times=99)
        context, _ = context_of(aws)

        with pytest.raises(StackFailedError, match="another process changed it each of the 6 times"):
            deploy(context)

        assert changes(aws) == ["UpdateStack"] * MAX_ATTEMPTS


def test_not_every_validation_error_means_that_there_is_no_stack() -> None:
    message = "1 validation error detected: Value at 'stackName' failed to satisfy constraint"
    with Sandbox() as aws:
        refuse(aws.cloudformation, "describe_stacks", message, times=99)
        context, _ = context_of(aws)

        with pytest.raises(AwsCallError, match="failed to satisfy constraint"):
            deploy(context)

        assert changes(aws) == []


def with_retention(days: int) -> StackRequest:
    group = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": "/ecs/web", "RetentionInDays": days},
    }
    return evolve(REQUEST, template={**TEMPLATE, "Resources": {"Logs": group}})


def test_a_rollback_that_fails_twice_ends_in_a_deletion_and_a_creation() -> None:
    failures = (
        resource_fails("Logs", "update", "no", times=1),
        resource_fails("Logs", "rollback", "in use", times=2),
    )
    with Sandbox(Scenario.of(*failures)) as aws:
        context, reported = context_of(aws)
        deploy(context, with_retention(1))
        with pytest.raises(StackFailedError, match="UPDATE_ROLLBACK_FAILED"):
            deploy(context, with_retention(3))
        first = len(changes(aws))

        deploy(context, with_retention(3))

        assert changes(aws)[first:] == ["ContinueUpdateRollback", "DeleteStack", "CreateStack"]
        texts = [m.text for m in reported if isinstance(m, Message)]
        assert any(text.startswith("The rollback failed again.") for text in texts)


def test_a_rollback_that_is_refused_names_the_refusal() -> None:
    with Sandbox() as aws:
        aws.cloudformation.seed(NAME, "UPDATE_ROLLBACK_FAILED")
        refuse(aws.cloudformation, "continue_update_rollback", "Stack cannot be rolled back", times=99)
        context, _ = context_of(aws)

        with pytest.raises(AwsCallError, match="Stack cannot be rolled back"):
            deploy(context)

        assert "DeleteStack" not in changes(aws)


def paged(*failures: Any) -> Scenario:  # noqa: ANN401  parts of a scenario
    scenario = Scenario.of(*failures)
    return evolve(scenario, stack=evolve(scenario.stack, page=5))


def test_a_root_cause_on_a_later_page_of_events_is_found() -> None:
    fails_first = resource_fails("Logs3", "create", "the first to fail", after=1)
    with Sandbox(paged(fails_first)) as aws:
        context, _ = context_of(aws)

        with pytest.raises(StackFailedError) as error:
            deploy(context)

    assert error.value.why.startswith("Logs3 (AWS::Logs::LogGroup): the first to fail")


def test_a_root_cause_on_a_later_page_is_found_by_who_attaches_to_the_stack() -> None:
    fails_first = resource_fails("Logs3", "create", "the first to fail", after=1)
    with Sandbox(paged(fails_first)) as aws:
        context, _ = context_of(aws)
        stack = start_deployment(REQUEST, context)
        aws.clock.sleep(600)

        attached = attach(stack.stack_id, context)
        assert attached.operation
        with pytest.raises(StackFailedError) as error:
            watch_operation(attached.operation, context)

    assert attached.operation.token == (stack.operation and stack.operation.token)
    assert error.value.why.startswith("Logs3 (AWS::Logs::LogGroup): the first to fail")


def test_where_the_events_may_not_be_read_the_error_says_so_and_not_that_there_is_no_reason() -> None:
    with Sandbox("update-refused") as aws:
        create = DeployEcsServiceStep(deploy_variables())
        assert create.run(aws=aws.clients, report=lambda _: None, clock=aws.clock)
        aws.faults.apply(Fault("DescribeStackEvents", FaultKind.ACCESS_DENIED))
        update = DeployEcsServiceStep(deploy_variables(image="acme/web:2"))

        with pytest.raises(StackFailedError) as error:
            update.run(aws=aws.clients, report=lambda _: None, clock=aws.clock)

    assert error.value.why == "the stack's events, which say why, may not be read"


def test_an_attached_operation_began_when_its_first_event_says() -> None:
    with Sandbox(paged()) as aws:
        context, _ = context_of(aws)
        began = aws.clock.now()
        stack = start_deployment(REQUEST, context)
        aws.clock.sleep(600)

        attached = attach(stack.stack_id, context)

    assert (attached.began_at - began).total_seconds() < 5


CHECKED = StackRequest(
    name=NAME,
    template=TEMPLATE,
    parameters={"TaskDefinitionName": "web1", "Other": "b"},
    log_group="/ecs/web1",
    fixed_parameters=("TaskDefinitionName",),
)


def stack_of(**parameters: str) -> Stack:
    return Stack(
        stack_id="arn:x",
        name=NAME,
        status=StackStatus.CREATE_COMPLETE,
        reason="",
        is_protected=False,
        parameters=parameters,
    )


@pytest.mark.parametrize("parameters", [{}, {"TaskDefinitionName": "web1"}, {"Other": "a"}])
def test_a_stack_of_the_same_service_may_be_updated(parameters: dict[str, str]) -> None:
    with Sandbox() as aws:
        check_before_change(CHECKED, stack_of(**parameters), context_of(aws)[0])


def test_a_stack_of_another_service_is_refused_with_both_names() -> None:
    with Sandbox() as aws, pytest.raises(DeploymentError, match="Stack shop deploys web-1, not web1"):
        check_before_change(CHECKED, stack_of(TaskDefinitionName="web-1"), context_of(aws)[0])


def test_a_stack_whose_name_was_given_may_be_renamed_with_a_warning() -> None:
    request = evolve(CHECKED, may_be_renamed=True)
    with Sandbox() as aws:
        context, reported = context_of(aws)

        check_before_change(request, stack_of(TaskDefinitionName="web-1"), context)

    [warning] = reported
    assert isinstance(warning, Message)
    assert "deployed web-1 until now" in warning.text
    assert "one for web1" in warning.text


@pytest.mark.parametrize(
    ("status", "group", "is_refused"),
    [
        (StackStatus.UPDATE_COMPLETE, "/ecs/web1", False),
        (StackStatus.UPDATE_COMPLETE, "/ecs/another", True),
        (StackStatus.UPDATE_COMPLETE, "", True),
        (StackStatus.ROLLBACK_COMPLETE, "/ecs/web1", True),
    ],
)
def test_a_log_group_that_a_stack_does_not_have_yet_must_not_exist(
    status: StackStatus, group: str, *, is_refused: bool
) -> None:
    parameters = {"TaskDefinitionName": "web1", "LogGroupName": group}
    stack = evolve(stack_of(**{name: value for name, value in parameters.items() if value}), status=status)
    with Sandbox() as aws:
        aws.clients.logs_in("").create_log_group(logGroupName="/ecs/web1")
        refused = (
            pytest.raises(DeploymentError, match="Log group /ecs/web1 exists")
            if is_refused
            else nullcontext()
        )

        with refused:
            check_before_change(CHECKED, stack, context_of(aws)[0])


def test_a_log_group_with_a_longer_name_is_another_one() -> None:
    with Sandbox() as aws:
        aws.clients.logs_in("").create_log_group(logGroupName="/ecs/web1-old")

        check_before_change(CHECKED, None, context_of(aws)[0])
