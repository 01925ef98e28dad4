"""What the fuzzing of *Register Amazon ECS Task Definition* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from botocore.validate import ParamValidator

from ecs_steps import RegisterEcsTaskDefinitionStep
from ecs_steps.aws.document_model import ecs_model
from ecs_steps.aws.task_definitions import request_shape
from ecs_steps.task_definition.document_rules import check_document
from ecs_steps.task_definition.revision import next_request

REGISTER = "Octopus.Action.Aws.Ecs.TaskDefinition"
EXAMPLE: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "register.json").read_text())
TASK_DEFINITION = {"family": "orders", "containerDefinitions": [{"name": "web", "image": "acme/orders:1"}]}


def _document(marker: str) -> dict[str, Any]:
    return {
        "family": "orders",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-12345678"}}],
        "containerDefinitions": [
            {
                "name": "web",
                "image": "acme/orders:1",
                "essential": "true",
                "portMappings": [{"containerPort": "80", "protocol": "tcp"}],
                "environment": [{"name": "GREETING", "value": f"{marker} and more"}],
                "secrets": [{"name": "PASSWORD", "valueFrom": f"/{marker}/password"}],
                "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
                "healthCheck": {"command": ["CMD", "true"], "interval": 30},
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/orders"}},
                "dependsOn": [{"containerName": "log-router", "condition": "START"}],
            },
            {"name": "log-router", "image": "acme/router:1", "essential": False},
        ],
        "tags": [{"key": "team", "value": "shop"}],
    }


OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE, EXAMPLE | {f"{REGISTER}.Template": "orders:7"})


def everything(marker: str) -> dict[str, Any]:
    """Return a valid dictionary with a document, and `marker` in all that may be a secret."""
    items = [{"type": "Plain", "key": "TOKEN", "value": f"{marker} and more"}]
    return EXAMPLE | {
        "Octopus.Action.Aws.Ecs.ResolveDigests": "False",
        # A document leaves no place for a template.
        f"{REGISTER}.Template": "",
        f"{REGISTER}.Document": _document(marker),
        f"{REGISTER}.ContainerUpdates": [
            {
                "containerName": "web",
                "packageReference": "web",
                "environmentVariables": {"action": "Append", "items": items},
                "environmentFiles": {"action": "Replace", "items": ["arn:aws:s3:::settings/web.env"]},
            }
        ],
    }


def document(step: RegisterEcsTaskDefinitionStep) -> str:
    """Return the next revision as the request to register it, which botocore would send."""
    given = step.inputs.document
    template = check_document(given).request if given else TASK_DEFINITION
    request, _ = next_request({**template, "tags": []}, step.inputs.revision_changes())
    report = ParamValidator().validate(dict(request), request_shape(ecs_model())).generate_report()
    assert not given or report == ""
    return json.dumps(request, allow_nan=False)
