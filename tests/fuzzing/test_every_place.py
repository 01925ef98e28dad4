"""One hostile value in each place of a valid dictionary: every place, every value."""

from collections.abc import Iterator

import pytest

from fuzzing.hostile_values import RAW, VALUES
from fuzzing.places import places_that_count, with_raw_json, with_value
from fuzzing.promises import STEPS, keeps_its_promises
from fuzzing.valid_dictionaries import EVERYTHING


def values_of(kind: str) -> Iterator[str]:
    """Yield what is put in: an export differs from a deployment in what becomes of expressions alone."""
    some = ["no value", "each of nothing", "into json"]
    yield from (f"expression: {name}" for name in some) if kind == "export" else VALUES


CASES = [(kind, value) for kind in STEPS for value in values_of(kind)]
RAW_CASES = [(kind, raw) for kind in ("deploy", "update") for raw in RAW]


@pytest.mark.parametrize("kind", STEPS)
def test_without_anything_hostile_the_dictionary_is_valid(kind: str) -> None:
    assert keeps_its_promises(kind, EVERYTHING[kind])
    assert STEPS[kind](EVERYTHING[kind]).warnings == ()


@pytest.mark.parametrize(("kind", "value"), CASES)
def test_a_hostile_value_in_any_place_gives_inputs_or_the_problems(kind: str, value: str) -> None:
    variables = EVERYTHING[kind]

    for place in places_that_count(variables):
        with with_value(variables, place, VALUES[value]):
            keeps_its_promises(kind, variables)


@pytest.mark.parametrize(("kind", "raw"), RAW_CASES)
def test_hostile_json_in_any_place_gives_inputs_or_the_problems(kind: str, raw: str) -> None:
    variables = EVERYTHING[kind]

    for place in places_that_count(variables):
        keeps_its_promises(kind, with_raw_json(variables, place, RAW[raw]))


def test_there_are_many_cases() -> None:
    count = sum(len(places_that_count(EVERYTHING[kind])) for kind, _ in [*CASES, *RAW_CASES])

    print(f"{count} cases of one hostile value")  # noqa: T201  for who runs it with -s
    assert count > 15_000
