"""Valid dictionaries of both steps with every variable; hostile values are set in them."""

import json
from importlib.resources import files
from typing import Any

from steps.deploy_ecs_service.dictionaries import DEPLOY, everything
from steps.deploy_ecs_service.features import FEATURES

MARKER = "hunter2"
"""Stands wherever a secret may stand, and must not be shown."""

ROLE = "arn:aws:iam::123456789012:role/deployer"
KEYS = {
    "Octopus.Action.AwsAccount.Variable": "Shop",
    "Shop.AccessKey": f"AKIA{MARKER}",
    "Shop.SecretKey": f"{MARKER}/key",
}
TOKEN = {
    "Octopus.Action.AwsAccount.Variable": "Shop",
    "Shop.RoleArn": ROLE,
    "Shop.OpenIdConnect.Jwt": f"ey{MARKER}",
    "Shop.SessionDuration": "3600",
}
ASSUMED_ROLE = {
    "Octopus.Action.Aws.AssumeRole": "True",
    "Octopus.Action.Aws.AssumedRoleArn": ROLE,
    "Octopus.Action.Aws.AssumedRoleSession": "Octopus",
    "Octopus.Action.Aws.AssumeRoleSessionDurationSeconds": "900",
    "Octopus.Action.Aws.AssumeRoleExternalId": f"{MARKER}-id",
}

# The variables that hostile expressions name.
HOSTILE_VARIABLES = {
    "Number": "8080",
    "Long": "a" * 10_000,
    "Loop": "#{Pool}",
    "Pool": "#{Loop}",
    "Surrogate": "\ud800",
    "Deep": '{"a": {"a": {"a": [1]}}}',
    "Bomb0": "lol " * 10,
} | {f"Bomb{level + 1}": f"#{{Bomb{level}}}" * 10 for level in range(9)}

Documents = dict[str, Any]


def example(name: str) -> Documents:
    """Return one of the examples that come with the library."""
    read: Documents = json.loads((files("ecs_steps.sandbox") / "examples" / f"{name}.json").read_text())
    return read


def _update() -> Documents:
    ecs = "Octopus.Action.Aws.Ecs"
    items = [
        {"type": "Plain", "key": "GREETING", "value": f"{MARKER} and more"},
        {"type": "Secret", "key": "PASSWORD", "value": f"/{MARKER}/password"},
    ]
    return example("update") | {
        f"{ecs}.Update.TemplateTaskDefinitionName": "orders:7",
        f"{ecs}.Update.ForceNewDeployment": "True",
        f"{ecs}.Update.ContainerUpdates": [
            {
                "containerName": "web",
                "packageReference": "web",
                "environmentVariables": {"action": "Append", "items": items},
                "environmentFiles": {"action": "Replace", "items": ["arn:aws:s3:::settings/web.env"]},
            }
        ],
    }


def _deploy() -> Documents:
    return everything(MARKER) | {
        f"{DEPLOY}.TaskExecutionRole": "arn:aws:iam::123456789012:role/web-execution",
        f"{DEPLOY}.TemplateBucket": "templates",
        f"{DEPLOY}.OnFailure": "Leave",
        "Octopus.Action.Aws.Ecs.FailFast.StoppedTasks": "5",
        "Octopus.Action.Aws.Ecs.ContainerLogs": "True",
        "Octopus.Project.Name": "Shop",
    }


_DEPLOY = _deploy() | KEYS | ASSUMED_ROLE | HOSTILE_VARIABLES

EVERYTHING: dict[str, Documents] = {
    "deploy": _DEPLOY,
    "export": _DEPLOY,
    "update": _update() | TOKEN | ASSUMED_ROLE | HOSTILE_VARIABLES,
}

OTHERS: list[tuple[str, Documents]] = [
    ("deploy", example("deploy") | TOKEN | HOSTILE_VARIABLES),
    ("update", example("update") | KEYS | HOSTILE_VARIABLES),
    *(("deploy", dict(variables) | KEYS | HOSTILE_VARIABLES) for variables in FEATURES.values()),
]
