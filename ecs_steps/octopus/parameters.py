"""The parameters of a step template, and the variables that they stand for.

A parameter is named after the last part of its variable: `EcsDeploy.Cpu` is
`Octopus.Action.Aws.Ecs.Deploy.Cpu`; a few have a name of their own. Two kinds of value are easier to give
than their JSON: the wait option is a choice and a number of minutes, and tags are ``key=value`` lines.
"""

import json
from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen

from ecs_steps.errors import Problem
from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.reader import Variable
from ecs_steps.octopus.inputs.shared_inputs import TagInput, WaitOption
from ecs_steps.octopus.variables import Variables

# Everything else is set by Octopus itself.
PROMPTED_PREFIX = "Octopus.Action."
TIMEOUT = "WaitTimeoutMinutes"


@frozen(kw_only=True)
class Parameter:
    """A parameter that stands for the variable of one input."""

    name: str
    field: "attrs.Attribute[Any]"

    @property
    def variable(self) -> Variable:
        source: Variable = self.field.metadata["variable"]
        return source

    @property
    def is_wait_option(self) -> bool:
        return self.field.type is WaitOption

    @property
    def is_tags(self) -> bool:
        return bool(self.field.type == tuple[TagInput, ...])


def parameters(inputs: type[attrs.AttrsInstance], prefix: str) -> tuple[Parameter, ...]:
    """Return a parameter for each input that a person is asked for, in the order of the inputs."""
    asked = [field for field in attrs.fields(inputs) if "variable" in field.metadata]
    return tuple(
        Parameter(name=f"{prefix}.{field.metadata['variable'].parameter_name}", field=field)
        for field in asked
        if field.metadata["variable"].name.startswith(PROMPTED_PREFIX)
    )


def step_variables(
    inputs: type[attrs.AttrsInstance], prefix: str, given: Mapping[str, str]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the dictionary with the parameters' values under their variables' names.

    A variable that stands in the dictionary already is kept where its parameter is empty.
    """
    values = Variables(given)
    problems: list[Problem] = []
    result = dict(values)
    for parameter in parameters(inputs, prefix):
        value = values.get(parameter.name, "").strip()
        if parameter.is_wait_option:
            value = _wait_option(value, values.get(f"{prefix}.{TIMEOUT}", "").strip())
        elif parameter.is_tags and not value.startswith("["):
            value, wrong = _tags(value)
            problems += [Problem(path=parameter.name, message=message) for message in wrong]
        if value:
            result[parameter.variable.name] = value
    return result, tuple(problems)


def _wait_option(kind: str, minutes: str) -> str:
    return json.dumps({"type": kind, "timeoutMinutes": minutes}) if kind or minutes else ""


def _tags(text: str) -> tuple[str, list[str]]:
    tags, wrong = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        key, equals, value = map(str.strip, line.partition("="))
        if key and equals:
            tags.append({"key": key, "value": value})
        elif line.strip():
            wrong.append(f"line {number}: expected key=value, not {json_text.shown(line.strip())}")
    return json.dumps(tags) if tags else "", wrong
