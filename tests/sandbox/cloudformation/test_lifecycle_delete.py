"""Deleting a stack."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_steps.sandbox import Scenario
from ecs_steps.sandbox.scenario import ResourceFailurePlan

Made = Callable[..., Any]
Template = dict[str, Any]

KEPT_ONCE = ResourceFailurePlan(
    resource="AWS::Logs::LogGroup",
    on="delete",
    reason="Rate exceeded",
    handler_error_code="Throttling",
    times=1,
)


def test_a_deleted_stack_is_known_by_its_id_alone(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template)
    maker.settle()

    maker.client.delete_stack(StackName="web-stack", ClientRequestToken="deletion")
    status = maker.settle(stack_id)

    assert status == "DELETE_COMPLETE"
    assert maker.stack(stack_id)["DeletionTime"] == maker.events(stack_id)[-1]["Timestamp"]
    with pytest.raises(ClientError, match="Stack with id web-stack does not exist"):
        maker.stack("web-stack")
    with pytest.raises(ClientError, match=r"Stack \[web-stack\] does not exist"):
        maker.events("web-stack")
    assert maker.client.describe_stacks()["Stacks"] == []


def test_resources_go_before_what_they_need(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template)
    maker.settle()

    maker.client.delete_stack(StackName="web-stack", ClientRequestToken="deletion")
    maker.settle(stack_id)

    deleted = [
        event["LogicalResourceId"]
        for event in maker.events(stack_id, operation="deletion")
        if event["ResourceStatus"] == "DELETE_COMPLETE"
    ]
    assert [name for name in deleted if name != "Logs"] == ["Service", "Task", "Role", "web-stack"]


def test_a_name_can_be_used_again_and_the_old_events_stay_apart(deployer: Made, template: Template) -> None:
    maker = deployer()
    first = maker.create(template)
    maker.settle()
    maker.client.delete_stack(StackName="web-stack")
    maker.settle(first)

    second = maker.create(template, operation="second")
    maker.settle()

    assert second != first
    assert {event["ClientRequestToken"] for event in maker.events("web-stack")} == {"second"}
    assert maker.stack(first)["StackStatus"] == "DELETE_COMPLETE"


def test_a_delete_that_fails_can_be_tried_again(deployer: Made, template: Template) -> None:
    maker = deployer(Scenario(resources=(KEPT_ONCE,)))
    stack_id = maker.create(template)
    maker.settle()

    maker.client.delete_stack(StackName="web-stack")
    failed = maker.settle()
    reason = maker.stack()["StackStatusReason"]
    maker.client.delete_stack(StackName="web-stack")
    at_last = maker.settle(stack_id)

    assert (failed, at_last) == ("DELETE_FAILED", "DELETE_COMPLETE")
    assert reason == "The following resource(s) failed to delete: [Logs]. "


def test_after_a_failed_delete_a_resource_can_be_retained(deployer: Made, template: Template) -> None:
    maker = deployer(Scenario(resources=(KEPT_ONCE,)))
    stack_id = maker.create(template)
    maker.settle()
    maker.client.delete_stack(StackName="web-stack")
    maker.settle()

    maker.client.delete_stack(StackName="web-stack", RetainResources=["Logs"])
    maker.settle(stack_id)

    assert maker.story("Logs", stack_id)[-1] == ("DELETE_SKIPPED", "")
    assert len(maker.logs.describe_log_groups()["logGroups"]) == 1


def test_resources_can_only_be_retained_after_a_failed_delete(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)

    with pytest.raises(ClientError, match="only when the stack is in the DELETE_FAILED state"):
        maker.client.delete_stack(StackName="web-stack", RetainResources=["Logs"])


def test_a_protected_stack_is_not_deleted(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template, EnableTerminationProtection=True)
    maker.settle()

    with pytest.raises(ClientError) as caught:
        maker.client.delete_stack(StackName="web-stack")
    maker.client.update_termination_protection(StackName="web-stack", EnableTerminationProtection=False)
    maker.client.delete_stack(StackName="web-stack")

    assert caught.value.response["Error"]["Message"] == (
        "Stack [web-stack] cannot be deleted while TerminationProtection is enabled"
    )
    assert maker.settle(stack_id) == "DELETE_COMPLETE"


def test_a_stack_that_is_being_created_can_be_deleted(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template)
    maker.aws.clock.sleep(30)

    maker.client.delete_stack(StackName="web-stack", ClientRequestToken="deletion")
    status = maker.settle(stack_id)

    assert status == "DELETE_COMPLETE"
    assert maker.story("Service", stack_id, operation="deletion") == [
        ("CREATE_FAILED", "Resource creation cancelled"),
        ("DELETE_IN_PROGRESS", ""),
        ("DELETE_COMPLETE", ""),
    ]


def test_what_is_not_there_is_deleted_already(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template)
    maker.settle()
    maker.client.delete_stack(StackName="web-stack", ClientRequestToken="deletion")

    maker.client.delete_stack(StackName="web-stack")
    maker.client.delete_stack(StackName="unknown")

    assert maker.settle(stack_id) == "DELETE_COMPLETE"
    assert len(maker.story("web-stack", stack_id, operation="deletion")) == 2
