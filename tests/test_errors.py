import pytest

from ecs_steps.errors import LONGEST, MOST_TOLD, InvalidInputsError, Problem


@pytest.mark.parametrize("text", ["a\nb", "\0", "\ud800", "\u202e", "\N{GRINNING FACE}\n", "\ufdd0"])
def test_a_problem_is_one_printable_line_whatever_it_holds(text: str) -> None:
    problem = Problem(path=text, message=text)

    assert str(problem).isprintable()
    assert str(problem).encode()


@pytest.mark.parametrize("character", ["x", "\0", "\U0010ffff"])
def test_a_problem_is_not_longer_than_a_person_reads(character: str) -> None:
    problem = Problem(path=character * 10_000_000, message=character * 10_000_000)

    assert len(problem.path) == len(problem.message) == LONGEST
    assert problem.message.endswith("...")


def test_a_problem_as_long_as_allowed_is_told_whole() -> None:
    assert Problem(path="A", message="x" * LONGEST).message == "x" * LONGEST


@pytest.mark.parametrize(
    ("count", "last"), [(MOST_TOLD, f"  A: {MOST_TOLD - 1}"), (MOST_TOLD + 7, "  ... and 7 more")]
)
def test_of_very_many_problems_the_first_are_told(count: int, last: str) -> None:
    error = InvalidInputsError(problems=tuple(Problem(path="A", message=f"{n}") for n in range(count)))

    first, *lines = str(error).split("\n")

    assert first == f"The inputs are not valid ({count} problems):"
    assert lines[:MOST_TOLD] == [f"  A: {n}" for n in range(MOST_TOLD)]
    assert lines[-1] == last
