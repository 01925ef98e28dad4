"""Whatever fails in a call to AWS, a step ends well or says why not, and names all that it leaves behind."""

import pytest

from faults import matrix
from faults.fault_patterns import FAULT_PATTERNS
from faults.journeys import Journey
from faults.matrix import JOURNEYS, Row
from faults.matrix_cases import case_without_faults, run_case, violations
from known_calls import known_actions


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "row" in metafunc.fixturenames:
        is_rewritten = metafunc.config.getoption("--update-goldens")
        rows = list(matrix.rows() if is_rewritten else matrix.read())
        metafunc.parametrize("row", rows, ids=map(str, rows))


def test_the_journeys_make_every_call_that_the_library_knows() -> None:
    made = {call.operation for journey in JOURNEYS for call in case_without_faults(journey).run.calls}

    assert made == {action.rpartition(":")[2] for action in known_actions(with_preflight=False)}


def test_the_matrix_has_a_row_for_every_call_of_the_journeys(update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    if update_goldens:
        pytest.skip("it is being written")

    assert list(matrix.read()) == list(matrix.rows())


def test_the_matrix_is_as_large_as_it_says(update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    if update_goldens:
        pytest.skip("it is being written")

    assert matrix.FILE.read_text() == matrix.rendered(matrix.read())


@pytest.mark.parametrize("journey", JOURNEYS, ids=str)
def test_a_journey_without_faults_violates_no_invariant(journey: Journey) -> None:
    assert list(violations(case_without_faults(journey))) == []


def test_a_fault_in_a_call_is_no_crash_no_hang_and_no_loss(row: Row, update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    journey = matrix.journey_named(row.step, row.journey)

    cases = [run_case(journey, each.fault_of(row.operation, row.first)) for each in FAULT_PATTERNS]

    assert [(str(case.fault), found) for case in cases for found in violations(case)] == []
    outcomes = [case.outcome for case in cases]
    if update_goldens:
        matrix.store(row, outcomes, list(matrix.rows()))
    stored = matrix.read()[row]
    assert dict(zip(FAULT_PATTERNS, outcomes, strict=True)) == dict(zip(FAULT_PATTERNS, stored, strict=True))
