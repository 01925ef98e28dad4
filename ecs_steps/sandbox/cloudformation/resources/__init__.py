"""The types of resources that a stack can hold."""

from collections.abc import Mapping

from ecs_steps.sandbox.cloudformation.resources.log_group import LogGroup
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account, ResourceType
from ecs_steps.sandbox.cloudformation.resources.role import Role
from ecs_steps.sandbox.cloudformation.resources.service import Service
from ecs_steps.sandbox.cloudformation.resources.task_definition import TaskDefinition
from ecs_steps.sandbox.cloudformation.resources.wait_handle import WaitHandle


def resource_types(account: Account) -> Mapping[str, ResourceType]:
    """Return every type that the sandbox knows, by its name."""
    return {
        "AWS::CloudFormation::WaitConditionHandle": WaitHandle(account),
        "AWS::ECS::Service": Service(account),
        "AWS::ECS::TaskDefinition": TaskDefinition(account),
        "AWS::IAM::Role": Role(account),
        "AWS::Logs::LogGroup": LogGroup(account),
    }
