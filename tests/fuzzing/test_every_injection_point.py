"""One hostile value at a time in a valid dictionary: every injection point, every value."""

from collections.abc import Iterator

import pytest

from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from fuzzing.hostile_values import RAW, VALUES
from fuzzing.injection_points import relevant_points, with_raw_json, with_value
from fuzzing.invariants import KINDS, check_invariants
from fuzzing.valid_dictionaries import EVERYTHING


def values_of(kind: str) -> Iterator[str]:
    """Yield the names of the values: an export differs from a deployment only in expressions."""
    some = ["no value", "each of nothing", "into json"]
    yield from (f"expression: {name}" for name in some) if KINDS[kind].for_export else VALUES


CASES = [(kind, value) for kind in KINDS for value in values_of(kind)]
RAW_CASES = [(kind, raw) for kind, each in KINDS.items() if not each.for_export for raw in RAW]


@pytest.mark.parametrize("kind", KINDS)
def test_without_anything_hostile_the_dictionary_is_valid(kind: str) -> None:
    assert check_invariants(kind, EVERYTHING[kind])
    assert KINDS[kind].read(EVERYTHING[kind]).warnings == ()


@pytest.mark.parametrize(("kind", "value"), CASES)
def test_a_hostile_value_at_any_point_gives_inputs_or_the_problems(kind: str, value: str) -> None:
    variables = EVERYTHING[kind]

    for point in relevant_points(variables):
        with with_value(variables, point, VALUES[value]):
            check_invariants(kind, variables)


@pytest.mark.parametrize(("kind", "raw"), RAW_CASES)
def test_hostile_json_at_any_point_gives_inputs_or_the_problems(kind: str, raw: str) -> None:
    variables = EVERYTHING[kind]

    for point in relevant_points(variables):
        check_invariants(kind, with_raw_json(variables, point, RAW[raw]))


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_every_variable_of_a_step_is_fuzzed(row: StepRow) -> None:
    assert row.variable_names().keys() <= {name.casefold() for name in EVERYTHING[row.name]}


def test_there_are_many_cases() -> None:
    count = sum(len(relevant_points(EVERYTHING[kind])) for kind, _ in [*CASES, *RAW_CASES])

    print(f"{count} cases of one hostile value")  # noqa: T201  shown with -s
    assert count > 15_000
