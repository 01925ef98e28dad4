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
