"""What the fuzzing of *Deploy Amazon ECS Service* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecs_steps import DeployEcsServiceStep
from ecs_steps.steps.deploy_ecs_service.template import stack_parameters
from steps.deploy_ecs_service import dictionaries
from steps.deploy_ecs_service.dictionaries import DEPLOY, ECS
from steps.deploy_ecs_service.features import FEATURES
from steps.strategy_fuzzing import STRATEGY

EXAMPLE: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "deploy.json").read_text())

OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE, *FEATURES.values())


def everything(marker: str) -> dict[str, Any]:
    """Return a valid dictionary with every variable, and `marker` in all that may be a secret."""
    return (
        dictionaries.everything(marker)
        | STRATEGY
        | {
            "Octopus.Action.Aws.Ecs.ResolveDigests": "False",
            "Octopus.Action.Aws.Ecs.Deploy.Image": "",
            "Octopus.Action.Aws.Ecs.Deploy.Port": "",
            "Octopus.Action.Aws.Ecs.Deploy.Environment": "",
            "Octopus.Action.Aws.Ecs.Deploy.Secrets": "",
            f"{DEPLOY}.TaskExecutionRole": "arn:aws:iam::123456789012:role/web-execution",
            f"{DEPLOY}.TemplateBucket": "templates",
            f"{DEPLOY}.OnFailure": "Leave",
            f"{DEPLOY}.DeploymentType": "Rolling",
            f"{ECS}.TestTraffic.Header": "",
            f"{ECS}.TestTraffic.Query": "",
            f"{ECS}.TaskSets.ProductionListenerRule": "",
            f"{DEPLOY}.LogGroupName": "/shop/web",
            f"{DEPLOY}.LogRetentionDays": "30",
            f"{ECS}.FailFast.StoppedTasks": "5",
            f"{ECS}.ContainerLogs": "True",
            "Octopus.Project.Name": "Shop",
        }
    )


def document(step: DeployEcsServiceStep) -> str:
    """Return the template as JSON."""
    template = step.template()
    assert all(isinstance(value, str) for value in stack_parameters(template).values())
    return json.dumps(template.to_dict(), allow_nan=False)
