"""The parameters of a step template, and the variables that they set.

A parameter is named after the last part of its variable: `EcsDeploy.Cpu` is
`Octopus.Action.Aws.Ecs.Deploy.Cpu`. Two kinds of value are easier to give than their JSON: the wait option is
a choice and a number of minutes, and tags are ``key=value`` lines.
"""

import json
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import attrs
from attrs import evolve, frozen

from ecs_steps.errors import Problem
from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.reader import Variable
from ecs_steps.octopus.inputs.shared_inputs import TagInput, WaitOption
from ecs_steps.octopus.variables import Variables

# Everything else is set by Octopus itself.
PROMPTED_PREFIX = "Octopus.Action."
TIMEOUT = "WaitTimeoutMinutes"
TIMEOUT_LABEL = "Minutes to Wait"
SMALL_WORDS = ("a", "an", "and", "at", "before", "for", "if", "in", "of", "on", "or", "the", "to")
_REFERENCE = re.compile(r"#\{\s*([\w.]+)\s*(?:\|[^{}]*)?\}")


@frozen(kw_only=True)
class Parameter:
    """The parameter for the variable of one input."""

    name: str
    field: "attrs.Attribute[Any]"

    @property
    def variable(self) -> Variable:
        source: Variable = self.field.metadata["variable"]
        return source

    @property
    def label(self) -> str:
        """The variable's label in Title Case, as the community library has them."""
        words = self.variable.label.split(" ")
        return " ".join(
            word if i and word in SMALL_WORDS else word[0].upper() + word[1:] for i, word in enumerate(words)
        )

    @property
    def is_wait_option(self) -> bool:
        return self.field.type is WaitOption

    @property
    def is_package(self) -> bool:
        """Whether a person chooses a package; a release then decides its version, and `images` holds it."""
        return self.variable.control == "Package"

    @property
    def is_tags(self) -> bool:
        return bool(self.field.type == tuple[TagInput, ...])


def parameters(inputs: type[attrs.AttrsInstance], prefix: str) -> tuple[Parameter, ...]:
    """Return a parameter for each input that a step template prompts for, in the order of the inputs."""
    declared = ((field, field.metadata.get("variable")) for field in attrs.fields(inputs))
    return tuple(
        Parameter(name=f"{prefix}.{source.name.rpartition('.')[2]}", field=field)
        for field, source in declared
        if source and source.control and source.name.startswith(PROMPTED_PREFIX)
    )


def without_blanks(given: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the variables less those that are nothing but a reference to a blank parameter.

    Octopus does not send a parameter that is left blank: whatever refers to it arrives as it was written,
    ``#{EcsDeploy.Region}``.
    """
    sent = frozenset(name.casefold() for name in given)
    return {name: value for name, value in given.items() if not is_blank_reference(value, prefix, sent)}


def is_blank_reference(value: str, prefix: str, sent: AbstractSet[str] = frozenset()) -> bool:
    """Return whether a value is nothing but a reference to a parameter that was not `sent`."""
    reference = _REFERENCE.fullmatch(value.strip())
    name = reference[1].casefold() if reference else ""
    return name.startswith(f"{prefix.casefold()}.") and name not in sent


def as_in_form(
    problems: Iterable[Problem], inputs: type[attrs.AttrsInstance], prefix: str
) -> tuple[Problem, ...]:
    """Return the problems with the label and the parameter of the step's form in place of the variable.

    ``Name (EcsDeploy.ServiceTaskName): is required``
    """
    return tuple(_as_in_form(problem, parameters(inputs, prefix), prefix) for problem in problems)


def _as_in_form(problem: Problem, form: Iterable[Parameter], prefix: str) -> Problem:
    for parameter in form:
        names = f"{re.escape(parameter.variable.name)}|{re.escape(parameter.name)}"
        if found := re.fullmatch(rf"(?:{names})((?:[.\[].*)?)", problem.path):
            if parameter.is_wait_option and found[1] == ".timeoutMinutes":
                return evolve(problem, path=f"{TIMEOUT_LABEL} ({prefix}.{TIMEOUT})")
            return evolve(problem, path=f"{parameter.label} ({parameter.name}){found[1]}")
    return problem


def step_variables(
    inputs: type[attrs.AttrsInstance], prefix: str, given: Mapping[str, str]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the dictionary with the parameters' values under their variables' names.

    A variable that the dictionary has already is kept where its parameter is empty.
    """
    values = Variables(given)
    problems: list[Problem] = []
    result = dict(values)
    for parameter in parameters(inputs, prefix):
        value = values.get(parameter.name, "").strip()
        if parameter.is_wait_option:
            value = _wait_option(value, values.get(f"{prefix}.{TIMEOUT}", "").strip())
        elif parameter.is_package and value.startswith("{"):
            value = ""  # which package was chosen, as the server keeps it
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
