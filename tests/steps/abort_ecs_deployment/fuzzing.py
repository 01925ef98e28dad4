"""What the fuzzing of *Abort Amazon ECS Deployment* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecs_steps import AbortEcsDeploymentStep

ECS = "Octopus.Action.Aws.Ecs"
EXAMPLE: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "abort.json").read_text())

OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE,)


def everything(marker: str) -> dict[str, Any]:  # noqa: ARG001  nothing of this step is secret
    """Return a valid dictionary with every variable."""
    return EXAMPLE | {
        f"{ECS}.Deployment.ServiceDeploymentArn": "arn:aws:ecs:eu-west-1:123456789012:service-deployment/"
        "shop/storefront/GSnypPLtuA1j97cqq6q4h",
        f"{ECS}.Deployment.TaskSetId": "ecs-svc/1234567890123456789",
        f"{ECS}.TaskSets.ProductionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
        "listener-rule/app/shop/1/2/3",
        f"{ECS}.FailFast.StoppedTasks": "5",
        f"{ECS}.ContainerLogs": "True",
    }


def document(step: AbortEcsDeploymentStep) -> str:
    """Return the policy, which names what the step works on."""
    return json.dumps(step.iam_policy(), allow_nan=False)
