"""AWS::ECS::TaskDefinition."""

from collections.abc import Callable
from typing import Any

Made = Callable[..., Any]
Template = dict[str, Any]


def test_a_refusal_of_ecs_is_worded_as_by_its_handler(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Task"]["Properties"]["Cpu"] = "257"

    stack_id = maker.create(template)
    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    (reason,) = [reason for details, reason in maker.story("Task", stack_id) if details == "CREATE_FAILED"]
    assert reason.startswith(
        'Resource handler returned message: "Invalid request provided: Create TaskDefinition: '
    )
    assert "(Service: AmazonECS; Status Code: 400; Error Code: ClientException; Request ID: " in reason
    assert reason.endswith("HandlerErrorCode: InvalidRequest)")


def test_a_family_without_a_name_gets_one(deployer: Made, template: Template) -> None:
    maker = deployer()
    del template["Resources"]["Task"]["Properties"]["Family"]

    maker.deploy(template)

    assert ":task-definition/web-stack-Task-" in maker.physical_id("Task")


def test_other_tags_alone_make_no_new_revision(deployer: Made, template: Template) -> None:
    maker = deployer()
    properties = template["Resources"]["Task"]["Properties"]
    properties["Tags"] = [{"Key": "team", "Value": "shop"}]
    maker.deploy(template)
    before = maker.physical_id("Task")
    properties["Tags"] = [{"Key": "owner", "Value": "shop"}]

    maker.update(template)
    maker.settle()

    seen = maker.aws.clients.ecs.describe_task_definition(taskDefinition=before, include=["TAGS"])
    assert maker.physical_id("Task") == before
    assert seen["tags"] == [{"key": "owner", "value": "shop"}]


def test_a_revision_deregistered_meanwhile_is_no_hindrance(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template)
    maker.settle()
    maker.aws.clients.ecs.deregister_task_definition(taskDefinition=maker.physical_id("Task"))

    maker.client.delete_stack(StackName="web-stack")

    assert maker.settle(stack_id) == "DELETE_COMPLETE"
