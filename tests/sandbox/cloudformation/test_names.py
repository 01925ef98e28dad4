"""What a template means in one stack."""

from collections.abc import Callable
from typing import Any

import pytest

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


def test_an_output_that_is_new_is_an_update(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    template["Outputs"]["Cluster"] = {"Value": {"Ref": "ClusterName"}}

    maker.update(template)

    assert maker.settle() == "UPDATE_COMPLETE"
    assert len(maker.stack()["Outputs"]) == 2


@pytest.mark.parametrize(
    ("family", "tags", "reason"),
    [
        (
            {"Fn::Sub": [9]},
            [],
            "Template error: Fn::Sub cannot be evaluated with ",
        ),
        (
            "web",
            [{"Key": "team"}],
            "Model validation failed (#/Tags/0: required keys [Key, Value] not found)",
        ),
    ],
)
def test_what_only_shows_when_a_resource_is_due_fails_that_resource(
    deployer: Made, template: Template, family: object, tags: object, reason: str
) -> None:
    maker = deployer()
    template["Resources"]["Task"]["Properties"] |= {"Family": family, "Tags": tags}

    stack_id = maker.create(template)
    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    assert maker.story("Task", stack_id)[1][0] == "CREATE_FAILED"
    assert maker.story("Task", stack_id)[1][1].startswith(reason)


def test_another_partition_has_its_own_arns(deployer: Made, template: Template) -> None:
    maker = deployer(region="cn-north-1")
    policy = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] = [{"Fn::Sub": policy}]

    status = maker.deploy(template)

    assert status == "CREATE_COMPLETE"
    assert maker.stack()["StackId"].startswith("arn:aws-cn:cloudformation:cn-north-1:")
    assert maker.physical_id("Service").startswith("arn:aws-cn:ecs:cn-north-1:")
    task = maker.aws.clients.ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert task["executionRoleArn"].startswith("arn:aws-cn:iam::123456789012:role/")
