"""AWS::Logs::LogGroup."""

from collections.abc import Callable
from typing import Any

Made = Callable[..., Any]
Template = dict[str, Any]


def test_a_group_has_the_retention_of_its_template(deployer: Made, template: Template) -> None:
    maker = deployer()
    properties = template["Resources"]["Logs"]["Properties"]
    maker.deploy(template)
    forever = _group(maker).get("retentionInDays")
    properties["RetentionInDays"] = "30"

    maker.update(template)
    maker.settle()

    assert forever is None
    assert _group(maker)["retentionInDays"] == 30


def test_a_group_that_exists_already_is_reported(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.logs.create_log_group(logGroupName="/ecs/web")

    stack_id = maker.create(template)
    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    (reason,) = [reason for status, reason in maker.story("Logs", stack_id) if status == "CREATE_FAILED"]
    identifier = '{"/properties/LogGroupName":"/ecs/web"}'
    assert f"Resource of type 'AWS::Logs::LogGroup' with identifier '{identifier}' already exists." in reason
    assert _group(maker)["logGroupName"] == "/ecs/web"


def test_a_group_without_a_name_gets_one(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Logs"] = {"Type": "AWS::Logs::LogGroup"}
    template["Outputs"]["Arn"] = {"Value": {"Fn::GetAtt": ["Logs", "Arn"]}}

    maker.deploy(template)

    name = maker.physical_id("Logs")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in maker.stack()["Outputs"]}
    assert name.startswith("web-stack-Logs-")
    assert outputs["Arn"] == f"arn:aws:logs:eu-west-1:123456789012:log-group:{name}:*"


def test_a_property_that_no_group_has_is_refused(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Logs"]["Properties"]["Colour"] = "red"

    stack_id = maker.create(template)
    maker.settle(stack_id)

    assert ("CREATE_FAILED", "Encountered unsupported property Colour") in maker.story("Logs", stack_id)


def test_a_group_deleted_meanwhile_is_no_hindrance(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template)
    maker.settle()
    maker.logs.delete_log_group(logGroupName="/ecs/web")

    maker.client.delete_stack(StackName="web-stack")

    assert maker.settle(stack_id) == "DELETE_COMPLETE"


def _group(maker: Any) -> dict[str, Any]:  # noqa: ANN401  the deployer of conftest
    (group,) = maker.logs.describe_log_groups()["logGroups"]
    return dict(group)
