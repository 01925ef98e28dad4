"""Creating a stack."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from ecs_steps.sandbox import Scenario
from ecs_steps.sandbox.scenario import ResourceFailurePlan, StackPlan

Made = Callable[..., Any]
Template = dict[str, Any]

DENIED = ResourceFailurePlan(
    resource="AWS::IAM::Role", on="create", reason="Not authorized", handler_error_code="AccessDenied"
)


def test_each_resource_tells_how_it_comes_into_being(deployer: Made, template: Template) -> None:
    maker = deployer()

    status = maker.deploy(template)

    assert status == "CREATE_COMPLETE"
    for logical_id in ("Role", "Logs", "Task", "Service"):
        assert maker.story(logical_id) == [
            ("CREATE_IN_PROGRESS", ""),
            ("CREATE_IN_PROGRESS", "Resource creation Initiated"),
            ("CREATE_COMPLETE", ""),
        ]
    assert maker.story("web-stack") == [("CREATE_IN_PROGRESS", "User Initiated"), ("CREATE_COMPLETE", "")]


def test_the_first_event_of_a_resource_has_no_physical_id_yet(deployer: Made, template: Template) -> None:
    maker = deployer()

    maker.deploy(template)

    ids = [event["PhysicalResourceId"] for event in maker.events() if event["LogicalResourceId"] == "Task"]
    arn = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1"
    assert ids == ["", arn, arn]


def test_an_event_carries_everything_that_cloudformation_tells(deployer: Made, template: Template) -> None:
    maker = deployer()

    stack_id = maker.create(template)
    maker.settle()

    event = next(event for event in maker.events() if event["LogicalResourceId"] == "Logs")
    assert event.pop("EventId")
    assert event.pop("OperationId")
    assert event.pop("Timestamp").tzinfo is not None
    assert event == {
        "StackId": stack_id,
        "StackName": "web-stack",
        "LogicalResourceId": "Logs",
        "PhysicalResourceId": "",
        "ResourceType": "AWS::Logs::LogGroup",
        "ResourceStatus": "CREATE_IN_PROGRESS",
        "ResourceProperties": '{"LogGroupName":"/ecs/web"}',
        "ClientRequestToken": "creation",
    }


def test_what_needs_another_waits_for_it_and_the_rest_does_not(deployer: Made, template: Template) -> None:
    maker = deployer()

    maker.deploy(template)

    when = {
        (event["LogicalResourceId"], event["ResourceStatus"]): event["Timestamp"]
        for event in reversed(maker.events())
    }
    assert when["Logs", "CREATE_IN_PROGRESS"] == when["Role", "CREATE_IN_PROGRESS"]
    assert when["Task", "CREATE_IN_PROGRESS"] >= when["Role", "CREATE_COMPLETE"]
    assert when["Service", "CREATE_IN_PROGRESS"] >= when["Task", "CREATE_COMPLETE"]


def test_a_service_is_complete_when_its_deployment_is(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.create(template)

    while maker.story("Service")[-1:] != [("CREATE_COMPLETE", "")]:
        maker.aws.clock.sleep(1)

    service = _service(maker)
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    assert service["runningCount"] == 2


def test_the_resources_can_be_seen_through_their_own_services(deployer: Made, template: Template) -> None:
    maker = deployer()

    maker.deploy(template, Tags=[{"Key": "team", "Value": "shop"}])

    role = maker.physical_id("Role")
    iam = maker.aws.session.client("iam")
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AmazonECSTaskExecutionRolePolicy"]
    assert iam.list_role_tags(RoleName=role)["Tags"] == [{"Key": "team", "Value": "shop"}]
    logs = maker.logs
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/ecs/web")["logGroups"]
    assert logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"] == {"team": "shop"}
    task = maker.aws.clients.ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
    assert task["taskDefinition"]["executionRoleArn"] == f"arn:aws:iam::123456789012:role/{role}"
    assert task["tags"] == [{"key": "team", "value": "shop"}]
    assert _service(maker)["tags"] == [{"key": "team", "value": "shop"}]


def test_a_resources_own_tag_goes_before_the_stacks(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Task"]["Properties"]["Tags"] = [{"Key": "team", "Value": "own"}]

    maker.deploy(template, Tags=[{"Key": "team", "Value": "stack"}])

    reply = maker.aws.clients.ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
    assert reply["tags"] == [{"key": "team", "value": "own"}]


def test_a_resource_without_a_name_gets_one_from_the_stack(deployer: Made, template: Template) -> None:
    maker = deployer()

    maker.deploy(template)

    assert maker.stack()["Outputs"][0]["OutputValue"].startswith("web-stack-Service-")
    assert maker.physical_id("Service").startswith(
        "arn:aws:ecs:eu-west-1:123456789012:service/web/web-stack-Service-"
    )


def test_a_failure_cancels_what_is_in_progress_and_rolls_everything_back(
    deployer: Made, template: Template
) -> None:
    maker = deployer(Scenario(resources=(DENIED,)))

    stack_id = maker.create(template)
    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    (failed,) = [reason for status, reason in maker.story("Role", stack_id) if status == "CREATE_FAILED"]
    assert failed.startswith('Resource handler returned message: "Not authorized" (RequestToken: ')
    assert failed.endswith(", HandlerErrorCode: AccessDenied)")
    assert ("CREATE_FAILED", "Resource creation cancelled") in maker.story("Logs", stack_id)
    assert maker.story("web-stack", stack_id) == [
        ("CREATE_IN_PROGRESS", "User Initiated"),
        (
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [Role, Logs]. Rollback requested by user.",
        ),
        ("ROLLBACK_COMPLETE", ""),
    ]
    assert {event["ClientRequestToken"] for event in maker.events(stack_id)} == {"creation"}
    assert maker.logs.describe_log_groups()["logGroups"] == []


def test_a_rollback_deletes_in_the_opposite_order(deployer: Made, template: Template) -> None:
    maker = deployer("breaker-rollback")

    stack_id = maker.create(template)
    maker.settle(stack_id)

    deleted = [
        event["LogicalResourceId"]
        for event in maker.events(stack_id)
        if event["ResourceStatus"] == "DELETE_COMPLETE"
    ]
    assert [name for name in deleted if name != "Logs"] == ["Service", "Task", "Role"]
    assert _service_status(maker) == "INACTIVE"


@pytest.mark.parametrize(
    ("option", "status"),
    [
        ({"DisableRollback": True}, "CREATE_FAILED"),
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED"),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE"),
        ({"OnFailure": "ROLLBACK"}, "ROLLBACK_COMPLETE"),
    ],
)
def test_what_follows_a_failure_can_be_chosen(
    deployer: Made, template: Template, option: dict[str, Any], status: str
) -> None:
    maker = deployer(Scenario(resources=(DENIED,)))

    stack_id = maker.create(template, **option)

    assert maker.settle(stack_id) == status


def test_a_rollback_that_cannot_delete_fails(deployer: Made, template: Template) -> None:
    maker = deployer("delete-fails")

    stack_id = maker.create(template)

    assert maker.settle(stack_id) == "ROLLBACK_FAILED"
    assert maker.stack()["StackStatusReason"] == "The following resource(s) failed to delete: [Logs]. "
    maker.client.delete_stack(StackName="web-stack")
    assert maker.settle(stack_id) == "DELETE_COMPLETE"


def test_a_retained_resource_outlives_the_rollback(deployer: Made, template: Template) -> None:
    maker = deployer("service-name-taken")
    template["Resources"]["Logs"]["DeletionPolicy"] = "Retain"
    template["Resources"]["Role"]["DeletionPolicy"] = "RetainExceptOnCreate"

    stack_id = maker.create(template)
    maker.settle(stack_id)

    assert maker.story("Logs", stack_id)[-1] == ("DELETE_SKIPPED", "")
    assert maker.story("Role", stack_id)[-1] == ("DELETE_COMPLETE", "")
    assert len(maker.logs.describe_log_groups()["logGroups"]) == 1


def test_a_service_that_ecs_gives_up_fails_the_stack(deployer: Made, template: Template) -> None:
    maker = deployer("breaker")

    stack_id = maker.create(template)
    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    (reason,) = [reason for status, reason in maker.story("Service", stack_id) if status == "CREATE_FAILED"]
    assert "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'." in reason


def test_without_a_circuit_breaker_cloudformation_waits_for_hours(deployer: Made, template: Template) -> None:
    maker = deployer("crash")

    stack_id = maker.create(template)
    maker.aws.clock.sleep(3 * 60 * 60)
    after_three_hours = maker.stack(stack_id)["StackStatus"]
    status = maker.settle(stack_id)

    assert after_three_hours == "CREATE_IN_PROGRESS"
    assert status == "ROLLBACK_COMPLETE"
    (reason,) = [reason for status, reason in maker.story("Service", stack_id) if status == "CREATE_FAILED"]
    assert reason.startswith('Resource handler returned message: "Exceeded attempts to wait" (RequestToken: ')
    assert reason.endswith("HandlerErrorCode: NotStabilized)")


def test_events_come_in_pages_newest_first(deployer: Made, template: Template) -> None:
    maker = deployer(Scenario(stack=StackPlan(page=5)))
    maker.deploy(template)

    pages = list(maker.client.get_paginator("describe_stack_events").paginate(StackName="web-stack"))

    sizes = [len(page["StackEvents"]) for page in pages]
    assert sizes == [5, 5, 4]
    times = [event["Timestamp"] for page in pages for event in page["StackEvents"]]
    assert all(newer >= older for newer, older in pairwise(times))
    assert len({event["EventId"] for page in pages for event in page["StackEvents"]}) == 14


def test_the_same_token_again_is_the_same_creation(deployer: Made, template: Template) -> None:
    maker = deployer()

    first = maker.create(template)
    second = maker.create(template)

    assert second == first
    assert maker.settle() == "CREATE_COMPLETE"
    assert len(maker.story("web-stack")) == 2


def _service(maker: Any) -> dict[str, Any]:  # noqa: ANN401
    reply = maker.aws.clients.ecs.describe_services(
        cluster="web", services=[maker.physical_id("Service")], include=["TAGS"]
    )
    return dict(reply["services"][0])


def _service_status(maker: Any) -> str:  # noqa: ANN401
    (arn,) = {
        event["PhysicalResourceId"]
        for event in maker.events()
        if event["ResourceType"] == "AWS::ECS::Service" and event["PhysicalResourceId"]
    }
    services = maker.aws.clients.ecs.describe_services(cluster="web", services=[arn])["services"]
    return str(services[0]["status"])
