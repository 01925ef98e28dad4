"""What the fuzzing of *Continue Amazon ECS Deployment* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecs_steps import ContinueEcsDeploymentStep

ECS = "Octopus.Action.Aws.Ecs"
EXAMPLE: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "continue.json").read_text())

OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE,)


def everything(marker: str) -> dict[str, Any]:
    """Return a valid dictionary with every variable, and `marker` in all that may be a secret."""
    return EXAMPLE | {
        f"{ECS}.Deployment.ServiceDeploymentArn": "arn:aws:ecs:eu-west-1:123456789012:service-deployment/"
        "shop/storefront/GSnypPLtuA1j97cqq6q4h",
        f"{ECS}.Continue.HookId": "ecs-pause-dc195dd7-27a1-48c3-8b80-7d83f6a1a738",
        f"{ECS}.Deployment.TaskSetId": "ecs-svc/1234567890123456789",
        f"{ECS}.TaskSets.ProductionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
        "listener-rule/app/shop/1/2/3",
        f"{ECS}.Continue.TrafficPercent": "100",
        f"{ECS}.Continue.BakeMinutes": "10",
        f"{ECS}.Verify.Url": f"https://shop.example.com/checkout/health?token={marker}",
        f"{ECS}.TestTraffic.Header": f"X-Canary: {marker}",
        f"{ECS}.TestTraffic.Query": "",
        f"{ECS}.Verify.Status": "204",
        f"{ECS}.Verify.Text": "ready",
        f"{ECS}.Verify.Tries": "3",
        f"{ECS}.Verify.IntervalSeconds": "5",
        f"{ECS}.FailFast.StoppedTasks": "5",
        f"{ECS}.ContainerLogs": "True",
    }


def document(step: ContinueEcsDeploymentStep) -> str:
    """Return the policy, which names what the step works on."""
    return json.dumps(step.iam_policy(), allow_nan=False)
