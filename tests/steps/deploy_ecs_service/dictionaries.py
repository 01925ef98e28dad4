"""Dictionaries for *Deploy Amazon ECS Service*: a small valid one, and what makes others of it."""

import json
from collections.abc import Mapping
from typing import Any

from ecs_steps.errors import InvalidInputsError
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.steps.deploy_ecs_service.step import DeployEcsServiceStep

ECS = "Octopus.Action.Aws.Ecs"
DEPLOY = f"{ECS}.Deploy"
CONTAINERS = f"{DEPLOY}.Containers"
REGISTRY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-GhIjKl"

Container = dict[str, object]


def minimal() -> dict[str, str]:
    """Return the smallest dictionary that can be deployed."""
    return {
        "Octopus.Environment.Id": "Environments-104",
        "Octopus.Action.Package[web].Image": "index.docker.io/octopetshop/web:1.4.0",
        f"{ECS}.ClusterName": "samples-target-containers-development",
        f"{DEPLOY}.ServiceTaskName": "octopetshop-web",
        f"{DEPLOY}.Cpu": "256",
        f"{DEPLOY}.Memory": "512",
        f"{DEPLOY}.SecurityGroupIds": '["sg-0c3d4e5f607182930"]',
        f"{DEPLOY}.SubnetIds": '["subnet-0a1b2c3d4e5f60718"]',
        CONTAINERS: json.dumps([container()]),
    }


def container(name: str = "web", /, **members: object) -> Container:
    """Return a container of that name, its image the package reference of the same name."""
    return {"containerName": name, "containerImageReference": {"referenceId": name}} | members


def dictionary(
    *containers: Container,
    others: Mapping[str, object] | None = None,
    **deploy: Any,  # noqa: ANN401  as JSON
) -> dict[str, str]:
    """Return the minimal dictionary with other containers and variables.

    `deploy` are the step's own variables by the end of their name, `others` any by their full name. What is
    no text is sent as JSON; None leaves a variable out.
    """
    named = {f"{DEPLOY}.{name}": value for name, value in deploy.items()} | dict(others or {})
    variables: dict[str, object] = minimal() | named
    for spec in containers:
        variables.setdefault(f"Octopus.Action.Package[{spec.get('containerName')}].Image", "acme/sidecar:0.9")
    if containers:
        variables[CONTAINERS] = containers
    return {name: _text(value) for name, value in variables.items() if value is not None}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def inputs_of(variables: Mapping[str, object]) -> DeployInputs:
    """Return the inputs that a valid dictionary gives."""
    return DeployEcsServiceStep(variables).inputs


def warnings(variables: Mapping[str, object], *, for_export: bool = False) -> list[str]:
    """Return what is suspicious about a valid dictionary."""
    return [str(warning) for warning in DeployEcsServiceStep(variables, for_export=for_export).warnings]


def problems(variables: Mapping[str, object], *, for_export: bool = False) -> list[str]:
    """Return what is wrong with a dictionary, a line each."""
    try:
        DeployEcsServiceStep(variables, for_export=for_export)
    except InvalidInputsError as error:
        return [str(problem) for problem in error.problems]
    return []


def everything(value: str = "x") -> dict[str, object]:
    """Return a valid dictionary that uses all there is, with `value` in all that may be a secret."""
    image = {"referenceId": "web", "imageName": "acme/web", "feedId": "Feeds-1"}
    secret = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{value}-AbCdEf"
    target_group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0f1e2d3c4b5a6978"
    web = {
        "containerName": "web",
        "containerImageReference": image,
        "repositoryAuthentication": {"type": "SecretsManager", "secretName": REGISTRY},
        "memoryLimitSoft": "128",
        "memoryLimitHard": "256",
        "cpus": "128",
        "gpus": "0",
        "essential": "True",
        "containerPortMappings": [{"containerPort": "8080", "protocol": "Tcp"}],
        "entryPoint": "sh,-c",
        "command": "serve --port 8080",
        "workingDirectory": "/app",
        "user": "1000",
        "startTimeout": "30",
        "stopTimeout": "60",
        "environmentFiles": ["arn:aws:s3:::settings/web.env"],
        "environmentVariables": [
            {"type": "Plain", "key": "GREETING", "value": f"{value} and more"},
            {"type": "Secret", "key": "PASSWORD", "value": secret},
        ],
        "networkSettings": {
            "disableNetworking": "False",
            "dnsServers": ["10.0.0.2"],
            "dnsSearchDomains": ["shop.local"],
            "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.9"}],
        },
        "containerStorage": {
            "readOnlyRootFileSystem": "True",
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readonly": "False"}],
            "volumeFrom": [{"sourceContainer": "router", "readonly": "True"}],
        },
        "containerLogging": {
            "type": "Manual",
            "logDriver": "AwsFirelens",
            "logOptions": [
                {"type": "Plain", "key": "Name", "value": f"{value} plain"},
                {"type": "Secret", "key": "apikey", "value": f"/{value}/key"},
            ],
        },
        "dockerLabels": [{"key": "team", "value": "shop"}],
        "healthCheck": {
            "command": ["CMD-SHELL", "curl -f http://localhost:8080"],
            "interval": "30",
            "retries": "3",
            "startPeriod": "10",
            "timeout": "5",
        },
        "dependencies": [{"containerName": "router", "condition": "Start"}],
        "ulimits": [{"limitName": "nofile", "hardLimit": "2048", "softLimit": "1024"}],
    }
    router = {
        "containerName": "router",
        "containerImageReference": {"imageName": "public.ecr.aws/aws-observability/aws-for-fluent-bit:3"},
        "essential": "False",
        "containerLogging": {"type": "Auto"},
        "firelensConfiguration": {
            "type": "Enabled",
            "firelensType": "Fluentbit",
            "enableEcsLogMetadata": "True",
            "customConfigSource": {"type": "File", "filePath": "/fluent.conf"},
        },
    }
    return minimal() | {
        "Octopus.Deployment.Tenant.Id": "Tenants-7",
        "Octopus.Action.Aws.Region": "eu-west-1",
        f"{DEPLOY}.CFStackName": "web-shop",
        f"{DEPLOY}.Cpu": "512",
        f"{DEPLOY}.Memory": "1024",
        f"{DEPLOY}.RuntimeArchitecturePlatform": "ARM64",
        f"{DEPLOY}.DesiredCount": "2",
        f"{DEPLOY}.MinimumHealthPercent": "50",
        f"{DEPLOY}.MaximumHealthPercent": "150",
        f"{DEPLOY}.AutoAssignPublicIp": "True",
        f"{DEPLOY}.EnableEcsManagedTags": "True",
        f"{DEPLOY}.TaskRole": "arn:aws:iam::123456789012:role/web",
        f"{DEPLOY}.SubnetIds": ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"],
        f"{DEPLOY}.RetainTaskDefinitions": "True",
        f"{DEPLOY}.LoadBalancerMappings": [
            {"containerName": "web", "containerPort": "8080", "targetGroupArn": target_group}
        ],
        f"{DEPLOY}.Volumes": [
            {
                "type": "Efs",
                "name": "data",
                "fileSystemId": "fs-0d4e5f60718293a4b",
                "accessPointId": "fsap-0e5f60718293a4b5c",
                "rootDirectory": "/",
                "encryptionInTransit": "True",
                "efsIamAuthorization": "True",
            },
            {"type": "Bind", "name": "scratch"},
        ],
        f"{ECS}.Tags": [{"key": "team", "value": "shop"}],
        f"{ECS}.WaitOption": {"type": "WaitWithTimeout", "timeoutMinutes": "30"},
        CONTAINERS: [web, router],
    }
