"""What CloudFormation does for a stack, as its resource types declare it, is allowed where it is needed."""

from collections.abc import Iterator

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from ecs_steps import DeployEcsServiceStep
from permissions.policies import example
from permissions.test_reference import details
from steps.deploy_ecs_service.features import FEATURES

NOT_CAUSED = {
    "iam:DeleteRolePermissionsBoundary": "the template sets no PermissionsBoundary",
    "iam:PutRolePermissionsBoundary": "the template sets no PermissionsBoundary",
    "iam:UpdateAssumeRolePolicy": "the document is always the same",
    "iam:UpdateRole": "the template sets no MaxSessionDuration",
    "iam:UpdateRoleDescription": "the template sets no Description",
    "logs:AssociateKmsKey": "the template sets no KmsKeyId",
    "logs:DisassociateKmsKey": "the template sets no KmsKeyId",
    "logs:CreateLogDelivery": "the template sets no DataProtectionPolicy",
    "firehose:TagDeliveryStream": "the template sets no DataProtectionPolicy",
    "logs:PutDataProtectionPolicy": "the template sets no DataProtectionPolicy",
    "logs:DeleteDataProtectionPolicy": "the template sets no DataProtectionPolicy",
    "logs:PutIndexPolicy": "the template sets no FieldIndexPolicies",
    "logs:DeleteIndexPolicy": "the template sets no FieldIndexPolicies",
    "logs:PutResourcePolicy": "the template sets no ResourcePolicyDocument",
    "logs:DeleteResourcePolicy": "the template sets no ResourcePolicyDocument",
    "logs:PutLogGroupDeletionProtection": "the template sets no DeletionProtectionEnabled",
    "logs:PutBearerTokenAuthentication": "the template sets no BearerTokenAuthenticationEnabled",
    "s3:REST.PUT.OBJECT": "no action of IAM",
}
"""What a resource type declares and this template does not cause: only changes, no reads."""

DICTIONARIES = FEATURES | {"example": example("deploy")}


def declared(kind: str) -> set[str]:
    """Return what the handlers of a resource type may call to create, change and delete it."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
    handlers = ("create", "update", "delete")
    return {action for handler in handlers for action in schema["handlers"][handler]["permissions"]}


def needed(step: DeployEcsServiceStep) -> Iterator[str]:
    for resource in step.template().to_dict()["Resources"].values():
        yield from declared(resource["Type"]) - NOT_CAUSED.keys()


def allowed(step: DeployEcsServiceStep) -> set[str]:
    return {action for each in step.iam_policy()["Statement"] for action in each["Action"]}


def of_task_sets(step: DeployEcsServiceStep) -> tuple[str, ...]:
    if not step.inputs.has_task_sets:
        return ()
    calls = ("CreateTaskSet", "DeleteTaskSet", "UpdateServicePrimaryTaskSet")
    return ("elasticloadbalancing:", *(f"ecs:{call}" for call in calls))


@pytest.mark.parametrize("name", DICTIONARIES)
def test_what_the_resources_of_the_template_need_is_allowed(name: str) -> None:
    step = DeployEcsServiceStep(DICTIONARIES[name])

    assert set(needed(step)) <= allowed(step)


@pytest.mark.parametrize("name", DICTIONARIES)
def test_nothing_else_is_allowed_for_the_stack(name: str) -> None:
    step = DeployEcsServiceStep(DICTIONARIES[name])

    # What the step itself calls, besides what the stack's resources need.
    own = ("cloudformation:", "s3:", "ecs:DescribeClusters", "application-autoscaling:", *of_task_sets(step))
    beyond = {action for action in allowed(step) if not action.startswith(own)}
    assert beyond - set(needed(step)) == set()


def test_each_action_that_is_not_caused_is_declared_and_is_no_read() -> None:
    kinds = ("AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::Logs::LogGroup", "AWS::IAM::Role")

    assert NOT_CAUSED.keys() <= set().union(*map(declared, kinds))
    levels = {action: details(action)["accessLevel"] for action in NOT_CAUSED if "REST" not in action}
    assert [action for action, level in levels.items() if level in ("Read", "List")] == []
