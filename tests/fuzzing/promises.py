"""What both steps promise of any dictionary, and the command line of any file."""

import json
from collections.abc import Callable, Mapping
from functools import partial

import attrs

from ecs_steps import DeployEcsServiceStep, InvalidInputsError, UpdateEcsServiceStep
from ecs_steps.errors import LONGEST, MOST_TOLD, Problem
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
LONGEST_TEXT = (MOST_TOLD + 2) * (2 * LONGEST + 10)
TASK_DEFINITION = {"family": "orders", "containerDefinitions": [{"name": "web", "image": "acme/orders:1"}]}


def keeps_its_promises(kind: str, variables: Mapping[str, object]) -> bool:
    """Insist on what is promised of a step made from a dictionary; tell whether the dictionary was valid."""
    try:
        step = STEPS[kind](variables)
        made = _made(step, kind)
    except InvalidInputsError as error:
        _is_bounded(error)
        _are_fit_to_be_told(error.problems, variables)
        return False
    assert made.encode()
    assert MARKER not in repr(step.inputs)
    _are_fit_to_be_told(step.warnings, variables)
    return True


def _made(step: Step, kind: str) -> str:
    """Return what AWS or Octopus would be given, as text."""
    match step:
        case UpdateEcsServiceStep():
            return json.dumps(next_request(TASK_DEFINITION, step.inputs.revision_changes)[0], allow_nan=False)
        case DeployEcsServiceStep() if kind == "export":
            return step.export()
        case DeployEcsServiceStep():
            template = step.template()
            assert all(isinstance(value, str) for value in stack_parameters(template).values())
            return json.dumps(template.to_dict(), allow_nan=False)


def _is_bounded(error: InvalidInputsError) -> None:
    assert error.problems
    assert len(str(error)) <= LONGEST_TEXT
    assert len(ascii_lines(str(error))) <= MOST_TOLD + 2


def _are_fit_to_be_told(problems: tuple[Problem, ...], variables: Mapping[str, object]) -> None:
    names = [*KNOWN, *(Problem(path=name, message="").path.removesuffix("...") for name in variables)]
    begins = tuple(name.casefold() for name in names)
    for problem in problems:
        assert str(problem).isprintable()
        assert MARKER not in str(problem)
        assert max(len(problem.path), len(problem.message)) <= LONGEST
        assert problem.path.casefold().startswith(begins), problem
