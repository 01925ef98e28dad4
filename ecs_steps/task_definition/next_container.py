"""One container of the next revision: its definition with an update applied; pure.

Definitions are in ECS' own words, as RegisterTaskDefinition takes them. What is there already keeps its place
and its other members, so that a difference shows what changed and nothing else.
"""

from collections.abc import Mapping
from typing import Any

from ecs_steps.octopus.inputs.shared_inputs import Secrecy
from ecs_steps.task_definition.container_updates import Action, EnvironmentFiles, EnvironmentVariables

Definition = Mapping[str, Any]


def with_image(definition: Definition, image: str) -> Definition:
    """Return the definition with another image; without one, as it is."""
    return {**definition, "image": image} if image else definition


def with_environment(definition: Definition, variables: EnvironmentVariables | None) -> Definition:
    """Return the definition with its plain and secret variables replaced or added to.

    ECS refuses a plain and a secret variable of one name: the one that is given wins over the one there was.
    """
    if variables is None:
        return definition
    values = {
        kind: {item.key: item.value for item in variables.items if item.type is kind} for kind in Secrecy
    }
    appends = variables.action is Action.APPEND
    given = {item.key for item in variables.items}

    def entries(member: str, kind: Secrecy, value: str) -> list[Definition]:
        new = values[kind]
        old = {
            entry["name"]: entry
            for entry in definition.get(member, [])
            if entry["name"] in new or (appends and entry["name"] not in given)
        }
        return [
            {**old.get(name, {"name": name}), value: new[name]} if name in new else old[name]
            for name in (old | new)
        ]

    return {
        **definition,
        "environment": entries("environment", Secrecy.PLAIN, "value"),
        "secrets": entries("secrets", Secrecy.SECRET, "valueFrom"),
    }


def with_environment_files(definition: Definition, files: EnvironmentFiles | None) -> Definition:
    """Return the definition with its environment files replaced or added to; none is there twice."""
    if files is None:
        return definition
    old = {entry["value"]: entry for entry in definition.get("environmentFiles", [])}
    new = {arn: old.get(arn, {"value": arn, "type": "s3"}) for arn in files.items}
    kept = old | new if files.action is Action.APPEND else new
    return {**definition, "environmentFiles": list(kept.values())}
