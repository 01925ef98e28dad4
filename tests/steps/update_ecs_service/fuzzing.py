"""What the fuzzing of *Update Amazon ECS Service* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecs_steps import UpdateEcsServiceStep
from ecs_steps.task_definition.revision import next_request
from steps.strategy_fuzzing import STRATEGY

ECS = "Octopus.Action.Aws.Ecs"
EXAMPLE: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "update.json").read_text())
TASK_DEFINITION = {"family": "orders", "containerDefinitions": [{"name": "web", "image": "acme/orders:1"}]}

OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE,)


def everything(marker: str) -> dict[str, Any]:
    """Return a valid dictionary with every variable, and `marker` in all that may be a secret."""
    items = [
        {"type": "Plain", "key": "GREETING", "value": f"{marker} and more"},
        {"type": "Secret", "key": "PASSWORD", "value": f"/{marker}/password"},
    ]
    return (
        EXAMPLE
        | STRATEGY
        | {
            "Octopus.Action.Aws.Ecs.ResolveDigests": "False",
            "Octopus.Action.Aws.Ecs.Update.WhenPaused": "Fail",
            "Octopus.Action.Aws.Ecs.TestTraffic.Query": "",
            f"{ECS}.Update.TemplateTaskDefinitionName": "orders:7",
            f"{ECS}.Update.ForceNewDeployment": "True",
            f"{ECS}.Update.OnFailure": "Leave",
            f"{ECS}.TestTraffic.Header": f"X-Canary: {marker}",
            f"{ECS}.TaskSets.ProductionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
            "listener-rule/app/shop/1/2/3",
            f"{ECS}.FailFast.StoppedTasks": "5",
            f"{ECS}.ContainerLogs": "True",
            f"{ECS}.Update.ContainerUpdates": [
                {
                    "containerName": "web",
                    "packageReference": "web",
                    "environmentVariables": {"action": "Append", "items": items},
                    "environmentFiles": {"action": "Replace", "items": ["arn:aws:s3:::settings/web.env"]},
                }
            ],
        }
    )


def document(step: UpdateEcsServiceStep) -> str:
    """Return the next revision as the request to register it."""
    return json.dumps(next_request(TASK_DEFINITION, step.inputs.revision_changes)[0], allow_nan=False)
