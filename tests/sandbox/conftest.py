"""A stack to try things on, and a client that deploys it."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from attrs import frozen

from ecs_steps.sandbox import Sandbox, Scenario

NAME = "web-stack"


@frozen
class Deployer:
    """Makes stacks and waits for them; what it calls an operation is its client request token."""

    aws: Sandbox

    @property
    def client(self) -> Any:  # noqa: ANN401  the untyped client: the tests send what its types do not allow
        return self.aws.clients.cloudformation

    @property
    def logs(self) -> Any:  # noqa: ANN401  the same
        return self.aws.session.client("logs")

    def create(self, template: Any, *, operation: str = "creation", **options: Any) -> str:  # noqa: ANN401
        request = {"Capabilities": ["CAPABILITY_NAMED_IAM"]} | options
        reply = self.client.create_stack(
            StackName=NAME, TemplateBody=_text(template), ClientRequestToken=operation, **request
        )
        return str(reply["StackId"])

    def update(self, template: Any, *, operation: str = "update", **options: Any) -> str:  # noqa: ANN401
        request = {"Capabilities": ["CAPABILITY_NAMED_IAM"]} | options
        reply = self.client.update_stack(
            StackName=NAME, TemplateBody=_text(template), ClientRequestToken=operation, **request
        )
        return str(reply["StackId"])

    def settle(self, name: str = NAME) -> str:
        """Wait until nothing is in progress; return the status."""
        status = self.stack(name)["StackStatus"]
        while status.endswith("_IN_PROGRESS"):
            self.aws.clock.sleep(5)
            status = self.stack(name)["StackStatus"]
        return str(status)

    def deploy(self, template: Any, **options: Any) -> str:  # noqa: ANN401
        """Create a stack and wait; return the status."""
        return self.settle(self.create(template, **options))

    def stack(self, name: str = NAME) -> dict[str, Any]:
        return dict(self.client.describe_stacks(StackName=name)["Stacks"][0])

    def events(self, name: str = NAME, *, operation: str = "") -> list[dict[str, Any]]:
        """Return the events, oldest first; those of one operation where it is named."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=name)
        events = [event for page in pages for event in page["StackEvents"]]
        return [event for event in reversed(events) if operation in {"", event.get("ClientRequestToken")}]

    def story(self, logical_id: str, name: str = NAME, *, operation: str = "") -> list[tuple[str, str]]:
        """Return what was said of one resource: status and reason."""
        return [
            (event["ResourceStatus"], event.get("ResourceStatusReason", ""))
            for event in self.events(name, operation=operation)
            if event["LogicalResourceId"] == logical_id
        ]

    def physical_id(self, logical_id: str) -> str:
        reply = self.client.describe_stack_resources(StackName=NAME, LogicalResourceId=logical_id)
        return str(reply["StackResources"][0]["PhysicalResourceId"])


@pytest.fixture
def deployer_in() -> type[Deployer]:
    """Return what makes a deployer in a given sandbox."""
    return Deployer


@pytest.fixture
def deployer() -> Iterator[Callable[..., Deployer]]:
    """Return a function that makes a deployer in a sandbox with a cluster `web`."""
    with ExitStack() as open_sandboxes:

        def made(scenario: str | Scenario = "healthy", **options: Any) -> Deployer:  # noqa: ANN401
            aws = open_sandboxes.enter_context(Sandbox(scenario, **options))
            aws.add_cluster("web")
            return Deployer(aws)

        yield made


@pytest.fixture
def template() -> dict[str, Any]:
    """Return a template with one resource of each of the four types."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "ClusterName": {"Type": "String", "Default": "web"},
            "DesiredCount": {"Type": "Number", "Default": 2},
            "Image": {"Type": "String", "Default": "nginx:1"},
        },
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "Path": "/",
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                                "Action": "sts:AssumeRole",
                            }
                        ],
                    },
                    "ManagedPolicyArns": [
                        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
                    ],
                },
            },
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/ecs/web"}},
            "Task": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "Family": "web",
                    "Cpu": "256",
                    "Memory": "512",
                    "NetworkMode": "awsvpc",
                    "RequiresCompatibilities": ["FARGATE"],
                    "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "ContainerDefinitions": [
                        {"Name": "web", "Image": {"Ref": "Image"}, "PortMappings": [{"ContainerPort": "80"}]}
                    ],
                },
            },
            "Service": {
                "Type": "AWS::ECS::Service",
                "DependsOn": ["Task"],
                "Properties": {
                    "Cluster": {"Ref": "ClusterName"},
                    "TaskDefinition": {"Ref": "Task"},
                    "DesiredCount": {"Ref": "DesiredCount"},
                    "LaunchType": "FARGATE",
                    "NetworkConfiguration": {
                        "AwsvpcConfiguration": {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"]}
                    },
                },
            },
        },
        "Outputs": {"ServiceName": {"Value": {"Fn::GetAtt": ["Service", "Name"]}}},
    }


def _text(template: Any) -> str:  # noqa: ANN401
    return template if isinstance(template, str) else json.dumps(template)
