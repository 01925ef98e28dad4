"""One service of a shop, made by ordinary calls, and replies that are rewritten before a step reads them."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from ecs_steps import DeployEcsServiceStep, EcsStepsError, Result, UpdateEcsServiceStep
from ecs_steps.clock import Clock
from ecs_steps.reporting.events import Reported
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.service_error import ServiceError

ECS = "Octopus.Action.Aws.Ecs."
UPDATE, DEPLOY = f"{ECS}Update.", f"{ECS}Deploy."
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/app/0f1e2d3c4b5a6978"
LOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/ecs/app",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "ecs",
    },
}
DEFINITION: Mapping[str, Any] = {
    "family": "app",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "index.docker.io/acme/web:1",
            "portMappings": [{"containerPort": 8080}],
            "logConfiguration": LOGS,
        }
    ],
}
SERVICE: Mapping[str, Any] = {
    "cluster": "shop",
    "serviceName": "app",
    "taskDefinition": "app",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}},
}
BALANCED: Mapping[str, Any] = {
    **SERVICE,
    "loadBalancers": [{"targetGroupArn": TARGET_GROUP, "containerName": "web", "containerPort": 8080}],
}


@frozen(kw_only=True)
class Ended:
    """How a step ended, what it reported, the calls that it made and the seconds that it took."""

    result: Result | None
    error: EcsStepsError | None
    reported: list[Reported] = field(factory=list)
    operations: list[str] = field(factory=list)
    seconds: float


def on_ec2() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the task definition and the service for the EC2 launch type in bridge mode."""
    definition, service = copy.deepcopy(dict(DEFINITION)), copy.deepcopy(dict(SERVICE))
    definition |= {"networkMode": "bridge", "requiresCompatibilities": ["EC2"]}
    service["launchType"] = "EC2"
    del service["networkConfiguration"]
    return definition, service


def make_service(
    aws: Sandbox, definition: Mapping[str, Any] = DEFINITION, service: Mapping[str, Any] = SERVICE
) -> None:
    """Register, create, and wait until it serves."""
    aws.clients.ecs.register_task_definition(**definition)
    aws.clients.ecs.create_service(**service)
    aws.clock.sleep(300)


def update_variables(*, minutes: int = 30, more: Mapping[str, object] | None = None) -> dict[str, object]:
    return {
        "Octopus.Action.Package[web].Image": "index.docker.io/acme/web:2",
        "Octopus.Action.Aws.Region": "eu-west-1",
        f"{ECS}ClusterName": "shop",
        f"{UPDATE}ServiceName": "app",
        f"{UPDATE}TargetTaskDefinitionName": "app",
        f"{UPDATE}ContainerUpdates": [{"containerName": "web", "packageReference": "web"}],
        f"{ECS}WaitOption": {"type": "WaitWithTimeout", "timeoutMinutes": str(minutes)},
        **(more or {}),
    }


def deploy_variables(
    name: str = "app",
    image: str = "index.docker.io/acme/web:1",
    *,
    minutes: int = 30,
    more: Mapping[str, object] | None = None,
) -> dict[str, object]:
    return {
        "Octopus.Environment.Id": "Environments-1",
        "Octopus.Action.Package[web].Image": image,
        f"{ECS}ClusterName": "shop",
        f"{DEPLOY}ServiceTaskName": name,
        f"{DEPLOY}Cpu": "256",
        f"{DEPLOY}Memory": "512",
        f"{DEPLOY}SecurityGroupIds": "sg-12345678",
        f"{DEPLOY}SubnetIds": "subnet-12345678",
        f"{DEPLOY}TaskExecutionRole": "arn:aws:iam::123456789012:role/execution",
        f"{DEPLOY}Containers": [{"containerName": "web", "containerImageReference": {"referenceId": "web"}}],
        f"{ECS}WaitOption": {"type": "WaitWithTimeout", "timeoutMinutes": str(minutes)},
        **(more or {}),
    }


def run(
    step: DeployEcsServiceStep | UpdateEcsServiceStep, aws: Sandbox, *, clock: Clock | None = None
) -> Ended:
    """Run a step to whatever end."""
    reported: list[Reported] = []
    first, began = len(aws.calls), aws.clock.now()
    result, error = None, None
    try:
        result = step.run(aws=aws.clients, report=reported.append, clock=clock or aws.clock)
    except EcsStepsError as raised:
        error = raised
    return Ended(
        result=result,
        error=error,
        reported=reported,
        operations=[call.operation for call in aws.calls[first:]],
        seconds=(aws.clock.now() - began).total_seconds(),
    )


def rewrite(aws: Sandbox, operation: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Let `change` rewrite every reply of ECS to an operation before the step reads it."""
    events = aws.clients.ecs.meta.events
    events.register(f"after-call.ecs.{operation}", lambda parsed, **_: change(parsed))


def refuse(aws: Sandbox, operation: str, code: str, message: str, *, times: int = 1) -> None:
    """Let ECS refuse the next calls of an operation (of the sandbox's backend, in snake case)."""
    original, left = getattr(aws.ecs, operation), [times]

    def refusing(request: object) -> object:
        if left[0]:
            left[0] -= 1
            raise ServiceError(code, message)
        return original(request)

    setattr(aws.ecs, operation, refusing)


def services_of(parsed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the services in a reply."""
    return [*parsed.get("services", []), *([parsed["service"]] if "service" in parsed else [])]
