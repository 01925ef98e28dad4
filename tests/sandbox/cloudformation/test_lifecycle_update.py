"""Updating a stack, and going back."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Callable[..., Any]
Template = dict[str, Any]

NEW_IMAGE = [{"ParameterKey": "Image", "ParameterValue": "nginx:2"}]
REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


def test_a_new_image_is_a_new_revision_and_the_old_one_is_deregistered(
    deployer: Made, template: Template
) -> None:
    maker = deployer()
    maker.deploy(template)

    maker.update(template, Parameters=NEW_IMAGE)
    status = maker.settle()

    assert status == "UPDATE_COMPLETE"
    assert maker.story("Task", operation="update") == [
        ("UPDATE_IN_PROGRESS", REPLACING),
        ("UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("UPDATE_COMPLETE", ""),
        ("DELETE_IN_PROGRESS", ""),
        ("DELETE_COMPLETE", ""),
    ]
    assert maker.story("Service", operation="update") == [("UPDATE_IN_PROGRESS", ""), ("UPDATE_COMPLETE", "")]
    assert maker.story("web-stack", operation="update") == [
        ("UPDATE_IN_PROGRESS", "User Initiated"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("UPDATE_COMPLETE", ""),
    ]
    assert _revisions(maker) == {1: "INACTIVE", 2: "ACTIVE"}
    assert _served(maker) == 2


def test_an_unchanged_resource_has_no_events(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)

    maker.update(template, Parameters=NEW_IMAGE)
    maker.settle()

    assert maker.story("Role", operation="update") == []
    assert maker.story("Logs", operation="update") == []


def test_a_retained_revision_is_not_deregistered(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Task"]["UpdateReplacePolicy"] = "Retain"
    maker.deploy(template)

    maker.update(template, Parameters=NEW_IMAGE)
    maker.settle()

    assert maker.story("Task", operation="update")[-1] == ("DELETE_SKIPPED", "")
    assert _revisions(maker) == {1: "ACTIVE", 2: "ACTIVE"}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"Parameters": [{"ParameterKey": "Image", "ParameterValue": "nginx:1"}]},
        {"Tags": [{"Key": "team", "Value": "shop"}]},
    ],
)
def test_where_nothing_changes_there_is_nothing_to_do(
    deployer: Made, template: Template, options: dict[str, Any]
) -> None:
    maker = deployer()
    maker.deploy(template, Tags=[{"Key": "team", "Value": "shop"}])
    template["Description"] = "Other words for the same"

    with pytest.raises(ClientError) as caught:
        maker.update(template, **options)

    assert caught.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": "No updates are to be performed.",
    }
    assert maker.stack()["StackStatus"] == "CREATE_COMPLETE"


def test_the_same_value_by_another_way_is_no_change(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    (container,) = template["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    container["Image"] = {"Fn::Sub": ["${name}:1", {"name": "nginx"}]}

    with pytest.raises(ClientError, match=r"No updates are to be performed\."):
        maker.update(template)


def test_other_stack_tags_are_an_update_in_place(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template, Tags=[{"Key": "team", "Value": "shop"}, {"Key": "old", "Value": "x"}])

    maker.update(template, Tags=[{"Key": "team", "Value": "store"}])
    status = maker.settle()

    assert status == "UPDATE_COMPLETE"
    expected = [{"key": "team", "value": "store"}]
    ecs = maker.aws.clients.ecs
    assert ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])["tags"] == expected
    assert _service(maker)["tags"] == expected
    iam = maker.aws.session.client("iam")
    role_tags = iam.list_role_tags(RoleName=maker.physical_id("Role"))["Tags"]
    assert role_tags == [{"Key": "team", "Value": "store"}]
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/web"
    assert maker.logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "store"}
    assert _revisions(maker) == {1: "ACTIVE"}


def test_a_desired_count_is_an_update_in_place(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    before = _service(maker)["deployments"][0]["id"]

    maker.update(template, Parameters=[{"ParameterKey": "DesiredCount", "ParameterValue": "3"}])
    maker.settle()

    service = _service(maker)
    assert (service["desiredCount"], service["runningCount"]) == (3, 3)
    assert service["deployments"][0]["id"] == before


def test_another_launch_type_makes_a_new_service(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    before = maker.physical_id("Service")
    template["Resources"]["Service"]["Properties"]["LaunchType"] = "EC2"

    maker.update(template)
    status = maker.settle()

    assert status == "UPDATE_COMPLETE"
    assert maker.physical_id("Service") != before
    old = maker.aws.clients.ecs.describe_services(cluster="web", services=[before])["services"]
    assert [service["status"] for service in old] == ["INACTIVE"]


def test_a_service_with_a_name_of_its_own_cannot_be_replaced(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Service"]["Properties"]["ServiceName"] = "web"
    maker.deploy(template)
    template["Resources"]["Service"]["Properties"]["LaunchType"] = "EC2"

    maker.update(template)
    status = maker.settle()

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = [reason for status, reason in maker.story("Service") if status == "UPDATE_FAILED"]
    assert reason == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename web and update the stack again."
    )


def test_a_resource_that_is_no_longer_declared_is_deleted_at_the_end(
    deployer: Made, template: Template
) -> None:
    maker = deployer()
    maker.deploy(template)
    del template["Resources"]["Logs"]

    maker.update(template)
    maker.settle()

    assert maker.story("Logs", operation="update") == [("DELETE_IN_PROGRESS", ""), ("DELETE_COMPLETE", "")]
    assert maker.logs.describe_log_groups()["logGroups"] == []


def test_a_resource_that_is_new_is_created(deployer: Made, template: Template) -> None:
    maker = deployer()
    logs = template["Resources"].pop("Logs")
    maker.deploy(template)
    template["Resources"]["Logs"] = logs

    maker.update(template)
    maker.settle()

    assert maker.story("Logs", operation="update")[-1] == ("CREATE_COMPLETE", "")


def test_the_same_token_again_is_the_same_update(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)

    first = maker.update(template, Parameters=NEW_IMAGE)
    maker.settle()
    second = maker.update(template, Parameters=NEW_IMAGE)

    assert second == first
    assert _revisions(maker) == {1: "INACTIVE", 2: "ACTIVE"}


def test_the_token_of_one_operation_is_not_for_another(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)

    with pytest.raises(ClientError) as caught:
        maker.update(template, operation="creation", Parameters=NEW_IMAGE)

    assert caught.value.response["Error"]["Code"] == "TokenAlreadyExistsException"


def test_the_template_of_a_stack_can_be_read(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)

    assert maker.client.get_template(StackName="web-stack")["TemplateBody"] == template


def _service(maker: Any) -> dict[str, Any]:  # noqa: ANN401
    reply = maker.aws.clients.ecs.describe_services(
        cluster="web", services=[maker.physical_id("Service")], include=["TAGS"]
    )
    return dict(reply["services"][0])


def _served(maker: Any) -> int:  # noqa: ANN401
    """Return the revision that the service runs."""
    return int(_service(maker)["taskDefinition"].rpartition(":")[2])


def _revisions(maker: Any) -> dict[int, str]:  # noqa: ANN401
    """Return the status of every revision of the family."""
    ecs = maker.aws.clients.ecs
    found: dict[int, str] = {}
    for status in ("ACTIVE", "INACTIVE"):
        arns = ecs.list_task_definitions(familyPrefix="web", status=status)["taskDefinitionArns"]
        found |= {int(arn.rpartition(":")[2]): status for arn in arns}
    return dict(sorted(found.items()))
