"""A CloudFormation template as people may see it."""

from copy import deepcopy
from typing import Any

from ecs_steps.reporting.text import MASK


def mask_template(template: dict[str, Any]) -> dict[str, Any]:
    """Return a template with the values of environment variables and log options masked.

    Octopus masks a sensitive value in its log; in an artifact it does not.
    """
    masked = deepcopy(template)
    for resource in masked["Resources"].values():
        for definition in resource["Properties"].get("ContainerDefinitions", ()):
            for entry in definition.get("Environment", ()):
                entry["Value"] = MASK
            options = definition.get("LogConfiguration", {}).get("Options", {})
            # A reference to a parameter holds no value.
            options |= {name: MASK for name, value in options.items() if isinstance(value, str)}
    return masked
