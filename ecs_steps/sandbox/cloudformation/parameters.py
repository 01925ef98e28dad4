"""A stack's parameters: what was given, what is the default, and what CloudFormation refuses."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ecs_steps.sandbox.cloudformation.intrinsics import as_text
from ecs_steps.sandbox.cloudformation.template import Template, invalid


def bind_parameters(template: Template, given: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the text of every parameter that a template declares.

    Raises:
        ServiceError: A value is missing or not allowed, or the template declares no such parameter.
    """
    named = {item["ParameterKey"]: item.get("ParameterValue", "") for item in given}
    if unknown := [name for name in named if name not in template.parameters]:
        raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {}
    missing = []
    for name, declared in template.parameters.items():
        value = named.get(name)
        if value is None and "Default" in declared:
            value = as_text(declared["Default"])
        if value is None:
            missing.append(name)
        else:
            _check(name, value, declared)
            values[name] = value
    if missing:
        raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
    return values


def _check(name: str, value: str, declared: Mapping[str, Any]) -> None:
    kind = declared.get("Type")
    if kind is None:
        raise invalid(f"Template format error: Every Parameters object must contain a Type member ({name}).")
    if kind == "Number" and not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value):
        raise invalid(f"Parameter '{name}' must be a number.")
