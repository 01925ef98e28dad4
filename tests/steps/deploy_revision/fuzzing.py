"""What the fuzzing of *Deploy Amazon ECS Revision* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecs_steps import DeployEcsRevisionStep
from steps.strategy_fuzzing import STRATEGY

ECS = "Octopus.Action.Aws.Ecs"
EXAMPLE: dict[str, Any] = json.loads(
    (files("ecs_steps.sandbox") / "examples" / "deploy-revision.json").read_text()
)

OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE,)


def everything(marker: str) -> dict[str, Any]:
    """Return a valid dictionary with every variable, and `marker` in all that may be a secret."""
    return (
        EXAMPLE
        | STRATEGY
        | {
            "Octopus.Action.Aws.Ecs.Revision.WhenPaused": "Fail",
            f"{ECS}.TestTraffic.Header": f"X-Canary: {marker}",
            f"{ECS}.TestTraffic.Query": "",
            f"{ECS}.TaskSets.ProductionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
            "listener-rule/app/shop/1/2/3",
            f"{ECS}.Revision.TaskDefinition": "orders:1",
            f"{ECS}.Revision.ForceNewDeployment": "True",
            f"{ECS}.Revision.OnFailure": "Leave",
            f"{ECS}.FailFast.StoppedTasks": "5",
            f"{ECS}.ContainerLogs": "True",
        }
    )


def document(step: DeployEcsRevisionStep) -> str:
    """Return the revision as DescribeTaskDefinition names it."""
    assert step.inputs.revision
    return step.inputs.revision.reference
