"""A CloudFormation template as people may see it."""

from typing import Any

from ecs_steps.reporting.text import MASK


def mask_template(template: dict[str, Any]) -> dict[str, Any]:
    """Return a template with the values of environment variables and log options masked.

    Octopus masks a sensitive value in its log; in an artifact it does not.
    """
    return {
        **template,
        "Resources": {name: _masked(resource) for name, resource in template["Resources"].items()},
    }


def _masked(resource: dict[str, Any]) -> dict[str, Any]:
    definitions = resource["Properties"].get("ContainerDefinitions")
    if definitions is None:
        return resource
    masked = [_masked_container(definition) for definition in definitions]
    return resource | {"Properties": resource["Properties"] | {"ContainerDefinitions": masked}}


def _masked_container(definition: dict[str, Any]) -> dict[str, Any]:
    masked = dict(definition)
    if "Environment" in definition:
        masked["Environment"] = [entry | {"Value": MASK} for entry in definition["Environment"]]
    if "LogConfiguration" in definition:
        logs = definition["LogConfiguration"]
        options = {
            # A reference to a parameter holds no value.
            name: MASK if isinstance(value, str) else value
            for name, value in logs.get("Options", {}).items()
        }
        masked["LogConfiguration"] = logs | {"Options": options}
    return masked
