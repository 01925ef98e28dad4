from pathlib import Path

import pytest

import ecs_steps
from ecs_steps.errors import MAX_LINE_LENGTH, MAX_LISTED_PROBLEMS, InvalidInputsError, Problem


@pytest.mark.parametrize("text", ["a\nb", "\0", "\ud800", "\u202e", "\N{GRINNING FACE}\n", "\ufdd0"])
def test_a_problem_is_one_printable_line_whatever_it_holds(text: str) -> None:
    problem = Problem(path=text, message=text)

    assert str(problem).isprintable()
    assert str(problem).encode()


@pytest.mark.parametrize("character", ["x", "\0", "\U0010ffff"])
def test_a_problem_is_not_longer_than_a_person_reads(character: str) -> None:
    problem = Problem(path=character * 10_000_000, message=character * 10_000_000)

    assert len(problem.path) == len(problem.message) == MAX_LINE_LENGTH
    assert problem.message.endswith("...")


def test_a_problem_as_long_as_allowed_is_reported_whole() -> None:
    assert Problem(path="A", message="x" * MAX_LINE_LENGTH).message == "x" * MAX_LINE_LENGTH


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (MAX_LISTED_PROBLEMS, f"  A: {MAX_LISTED_PROBLEMS - 1}"),
        (MAX_LISTED_PROBLEMS + 7, "  ... and 7 more"),
    ],
)
def test_of_very_many_problems_the_first_are_reported(count: int, last: str) -> None:
    error = InvalidInputsError(problems=tuple(Problem(path="A", message=f"{n}") for n in range(count)))

    first, *lines = str(error).split("\n")

    assert first == f"The inputs are not valid ({count} problems):"
    assert lines[:MAX_LISTED_PROBLEMS] == [f"  A: {n}" for n in range(MAX_LISTED_PROBLEMS)]
    assert lines[-1] == last


@pytest.mark.parametrize("package", ["aws", "stacks", "rollouts", "diagnosis"])
def test_a_package_that_is_of_use_without_octopus_names_none_of_its_variables(package: str) -> None:
    texts = [path.read_text("utf-8") for path in Path(ecs_steps.__path__[0], package).rglob("*.py")]

    assert texts
    assert not [text for text in texts if "Octopus.Action" in text]
