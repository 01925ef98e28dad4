"""What a template means in one stack."""

from collections.abc import Callable
from typing import Any

Made = Callable[..., Any]
Template = dict[str, Any]


def test_pseudo_parameters_tell_where_a_stack_is(deployer: Made, template: Template) -> None:
    maker = deployer(region="eu-central-1")
    names = ("AccountId", "Partition", "Region", "StackName", "URLSuffix")
    template["Outputs"] = {name: {"Value": {"Ref": f"AWS::{name}"}} for name in names}

    maker.deploy(template)

    outputs = {output["OutputKey"]: output["OutputValue"] for output in maker.stack()["Outputs"]}
    assert outputs == {
        "AccountId": "123456789012",
        "Partition": "aws",
        "Region": "eu-central-1",
        "StackName": "web-stack",
        "URLSuffix": "amazonaws.com",
    }


def test_a_resource_whose_condition_does_not_hold_is_not_there(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Conditions"] = {"Logging": {"Fn::Equals": [{"Ref": "Image"}, "nginx:2"]}}
    template["Resources"]["Logs"]["Condition"] = "Logging"
    template["Outputs"]["LogGroup"] = {"Value": {"Ref": "Logs"}, "Condition": "Logging"}

    maker.deploy(template)
    without = set(maker.aws.cloudformation.stacks[0].resources)
    maker.update(template, Parameters=[{"ParameterKey": "Image", "ParameterValue": "nginx:2"}])
    maker.settle()

    assert without == {"Role", "Task", "Service"}
    outputs = {output["OutputKey"]: output["OutputValue"] for output in maker.stack()["Outputs"]}
    assert outputs["LogGroup"] == "/ecs/web"


def test_an_output_has_its_description_and_its_export(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Outputs"] = {
        "Task": {
            "Value": {"Fn::GetAtt": ["Task", "TaskDefinitionArn"]},
            "Description": "The revision",
            "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-task"}},
        }
    }

    maker.deploy(template)

    assert maker.stack()["Outputs"] == [
        {
            "OutputKey": "Task",
            "OutputValue": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
            "Description": "The revision",
            "ExportName": "web-stack-task",
        }
    ]


def test_an_output_that_is_new_is_an_update(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    template["Outputs"]["Cluster"] = {"Value": {"Ref": "ClusterName"}}

    maker.update(template)

    assert maker.settle() == "UPDATE_COMPLETE"
    assert len(maker.stack()["Outputs"]) == 2
