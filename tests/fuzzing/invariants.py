"""Invariants of every step for any dictionary."""

import json
from collections.abc import Callable, Mapping
from functools import partial

import attrs

from ecs_steps import DeployEcsServiceStep, InvalidInputsError, UpdateEcsServiceStep
from ecs_steps.errors import MAX_LINE_LENGTH, MAX_LISTED_PROBLEMS, Problem
from ecs_steps.reporting.text import ascii_lines
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.steps.deploy_ecs_service.template import stack_parameters
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.task_definition.revision import next_request
from fuzzing.valid_dictionaries import ASSUMED_ROLE, KEYS, MARKER, TOKEN

Step = DeployEcsServiceStep | UpdateEcsServiceStep

STEPS: Mapping[str, Callable[[Mapping[str, object]], Step]] = {
    "deploy": DeployEcsServiceStep,
    "export": partial(DeployEcsServiceStep, for_export=True),
    "update": UpdateEcsServiceStep,
}

KNOWN = tuple(
    {
        field.metadata["variable"].name
        for inputs in (DeployInputs, UpdateInputs)
        for field in attrs.fields(inputs)
        if "variable" in field.metadata
    }
    | {*KEYS, *TOKEN, *ASSUMED_ROLE}
    | {"Octopus.Action.Amazon.", "Octopus.OpenIdConnect.Jwt", "Octopus.Action.AwsAccount."}
)
MAX_TEXT_LENGTH = (MAX_LISTED_PROBLEMS + 2) * (2 * MAX_LINE_LENGTH + 10)
TASK_DEFINITION = {"family": "orders", "containerDefinitions": [{"name": "web", "image": "acme/orders:1"}]}


def check_invariants(kind: str, variables: Mapping[str, object]) -> bool:
    """Check the invariants of a step made from a dictionary; return whether the dictionary is valid."""
    try:
        step = STEPS[kind](variables)
        document = _build(step, kind)
    except InvalidInputsError as error:
        _check_length(error)
        _check_problems(error.problems, variables)
        return False
    assert document.encode()
    assert MARKER not in repr(step.inputs)
    _check_problems(step.warnings, variables)
    return True


def _build(step: Step, kind: str) -> str:
    """Return the document for AWS or Octopus as text."""
    match step:
        case UpdateEcsServiceStep():
            return json.dumps(next_request(TASK_DEFINITION, step.inputs.revision_changes)[0], allow_nan=False)
        case DeployEcsServiceStep() if kind == "export":
            return step.export()
        case DeployEcsServiceStep():
            template = step.template()
            assert all(isinstance(value, str) for value in stack_parameters(template).values())
            return json.dumps(template.to_dict(), allow_nan=False)


def _check_length(error: InvalidInputsError) -> None:
    assert error.problems
    assert len(str(error)) <= MAX_TEXT_LENGTH
    assert len(ascii_lines(str(error))) <= MAX_LISTED_PROBLEMS + 2


def _check_problems(problems: tuple[Problem, ...], variables: Mapping[str, object]) -> None:
    names = [*KNOWN, *(Problem(path=name, message="").path.removesuffix("...") for name in variables)]
    prefixes = tuple(name.casefold() for name in names)
    for problem in problems:
        assert str(problem).isprintable()
        assert MARKER not in str(problem)
        assert max(len(problem.path), len(problem.message)) <= MAX_LINE_LENGTH
        assert problem.path.casefold().startswith(prefixes), problem
