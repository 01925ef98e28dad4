"""AWS::IAM::Role."""

from collections.abc import Callable
from typing import Any

Made = Callable[..., Any]
Template = dict[str, Any]

READ_SECRET = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
}
ECR_READ = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"


def test_a_role_has_its_policies_and_loses_those_it_no_longer_has(deployer: Made, template: Template) -> None:
    maker = deployer()
    properties = template["Resources"]["Role"]["Properties"]
    properties["Policies"] = [{"PolicyName": "secrets", "PolicyDocument": READ_SECRET}]
    maker.deploy(template)
    before = _policies(maker)
    properties["Policies"] = [{"PolicyName": "others", "PolicyDocument": READ_SECRET}]
    properties["ManagedPolicyArns"] = [ECR_READ]

    maker.update(template)
    status = maker.settle()

    assert status == "UPDATE_COMPLETE"
    assert before == (["AmazonECSTaskExecutionRolePolicy"], ["secrets"])
    assert _policies(maker) == (["AmazonEC2ContainerRegistryReadOnly"], ["others"])


def test_a_role_is_deleted_with_its_policies(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Role"]["Properties"]["Policies"] = [
        {"PolicyName": "secrets", "PolicyDocument": READ_SECRET}
    ]
    stack_id = maker.create(template)
    maker.settle()

    maker.client.delete_stack(StackName="web-stack")
    maker.settle(stack_id)

    assert maker.aws.session.client("iam").list_roles()["Roles"] == []


def test_another_path_is_another_role(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    before = maker.physical_id("Role")
    template["Resources"]["Role"]["Properties"]["Path"] = "/ecs/"

    maker.update(template)
    maker.settle()

    roles = maker.aws.session.client("iam").list_roles()["Roles"]
    assert [role["Path"] for role in roles] == ["/ecs/"]
    assert maker.physical_id("Role") != before


def test_a_name_that_is_taken_is_reported(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.aws.session.client("iam").create_role(RoleName="execution", AssumeRolePolicyDocument="{}")
    template["Resources"]["Role"]["Properties"]["RoleName"] = "execution"

    stack_id = maker.create(template)
    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    (reason,) = [reason for status, reason in maker.story("Role", stack_id) if status == "CREATE_FAILED"]
    assert "Resource of type 'AWS::IAM::Role' with identifier 'execution' already exists." in reason
    assert reason.endswith("HandlerErrorCode: AlreadyExists)")
    assert len(maker.aws.session.client("iam").list_roles()["Roles"]) == 1


def test_a_generated_name_fits_into_64_characters(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["TaskExecutionRole" + "X" * 60] = template["Resources"]["Role"]

    maker.deploy(template)

    name = maker.physical_id("TaskExecutionRole" + "X" * 60)
    assert len(name) == 64
    assert name.startswith("web-stack-TaskExecutionRoleXXX")


def _policies(maker: Any) -> tuple[list[str], list[str]]:  # noqa: ANN401  the deployer of conftest
    iam, name = maker.aws.session.client("iam"), maker.physical_id("Role")
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return [policy["PolicyName"] for policy in attached], iam.list_role_policies(RoleName=name)["PolicyNames"]
