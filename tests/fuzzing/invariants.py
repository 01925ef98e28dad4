"""Invariants of every step for any dictionary."""

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen

from ecs_steps import InvalidInputsError
from ecs_steps.errors import MAX_LINE_LENGTH, MAX_LISTED_PROBLEMS, Problem
from ecs_steps.reporting.text import ascii_lines
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from fuzzing.valid_dictionaries import ASSUMED_ROLE, EVERYTHING, KEYS, MARKER, TOKEN
from step_rooms import declared_for


@frozen
class Kind:
    """A step, to be run or to be exported."""

    row: StepRow
    for_export: bool

    def read(self, variables: Mapping[str, object]) -> Any:  # noqa: ANN401  of some class of steps
        """Make the step from variables."""
        return self.row.read(variables, **({"for_export": True} if self.for_export else {}))

    def document(self, step: Any) -> str:  # noqa: ANN401  of some class of steps
        """Return the document for AWS or Octopus as text."""
        text: str = step.export() if self.for_export else declared_for(self.row, "fuzzing").document(step)
        return text


KINDS: Mapping[str, Kind] = {
    name: Kind(STEPS.named(name.rpartition(" ")[2]), name.startswith("export")) for name in EVERYTHING
}

KNOWN = tuple(
    {
        field.metadata["variable"].name
        for row in STEPS
        for field in attrs.fields(row.inputs_class())
        if "variable" in field.metadata
    }
    | {*KEYS, *TOKEN, *ASSUMED_ROLE}
    | {"Octopus.Action.Amazon.", "Octopus.OpenIdConnect.Jwt", "Octopus.Action.AwsAccount."}
    | {"Octopus.Environment.Name"}
)
MAX_TEXT_LENGTH = (MAX_LISTED_PROBLEMS + 2) * (2 * MAX_LINE_LENGTH + 10)


def check_invariants(kind: str, variables: Mapping[str, object]) -> bool:
    """Check the invariants of a step made from a dictionary; return whether the dictionary is valid."""
    try:
        step = KINDS[kind].read(variables)
        document = KINDS[kind].document(step)
    except InvalidInputsError as error:
        _check_length(error)
        _check_problems(error.problems, variables)
        return False
    assert document.encode()
    assert MARKER not in repr(step.inputs)
    _check_problems(step.warnings, variables)
    return True


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
