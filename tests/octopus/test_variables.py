import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.variables import MissingValue, Variables


def test_names_are_found_in_any_case_and_keep_their_spelling() -> None:
    variables = Variables({"Octopus.Project.Name": "Shop"})

    assert variables["octopus.PROJECT.name"] == "Shop"
    assert "OCTOPUS.project.NAME" in variables
    assert list(variables) == ["Octopus.Project.Name"]
    assert dict(variables) == {"Octopus.Project.Name": "Shop"}


def test_a_name_in_two_spellings_is_one_variable_and_the_last_one_counts() -> None:
    variables = Variables({"Color": "red", "COLOR": "blue"})

    assert len(variables) == 1
    assert variables["color"] == "blue"


def test_absent_names_are_not_found() -> None:
    variables = Variables({"Color": "red"})

    assert "Colour" not in variables
    assert variables.get("Colour") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        ("", ""),
        (None, ""),
        (True, "True"),
        (False, "False"),
        (80, "80"),
        (0.5, "0.5"),
        (["a", {"b": None}], '["a", {"b": null}]'),
        ({"a": True}, '{"a": true}'),
    ],
)
def test_values_that_are_no_text_become_text(value: object, text: str) -> None:
    assert Variables({"Name": value})["Name"] == text


def loop() -> list[object]:
    itself: list[object] = []
    itself.append(itself)
    return itself


def deep(levels: int) -> list[object]:
    context: list[object] = []
    for _ in range(levels):
        context = [context]
    return context


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (deep(100_000), "list"),
        (loop(), "list"),
        (10**5000, "int"),
        ({"a": {("b",): 1}}, "dict"),
        ({1}, "set"),
        (b"bytes", "bytes"),
    ],
    ids=["deep", "loop", "digits", "member", "set", "bytes"],
)
def test_values_that_json_could_not_write_are_named_without_being_shown(value: object, kind: str) -> None:
    with pytest.raises(InvalidInputsError) as raised:
        Variables({"A": value, "Fine": "x", "B": value})

    message = f"expected text, or what can be written as JSON; this {kind} cannot"
    assert [str(problem) for problem in raised.value.problems] == [f"A: {message}", f"B: {message}"]


def test_no_value_is_shown() -> None:
    variables = Variables({"Password": "hunter2", "User": "me"})

    assert repr(variables) == "<2 Octopus variables>"


@given(st.dictionaries(st.text(), st.text()))
def test_every_dictionary_of_text_is_a_dictionary_of_variables(dictionary: dict[str, str]) -> None:
    variables = Variables(dictionary)

    assert all(name in variables for name in dictionary)
    assert set(variables.values()) <= set(dictionary.values())
    assert Variables(variables) == variables


@pytest.mark.parametrize(
    "text",
    [
        "#{Password}",
        "a #{ password | ToUpper } b",
        "#{if Password}yes#{/if}",
        '#{unless PASSWORD == ""}yes#{/unless}',
        "#{each part in Password}#{part}#{/each}",
        "#{Settings[#{Password}].Url}",
        "#{Connection}",
    ],
)
def test_an_expression_that_uses_a_variable_without_a_value_finds_it(text: str) -> None:
    missing = MissingValue("Password", "is sensitive")
    variables = Variables({"Connection": "user:#{Login}", "Login": "#{Password}"}, [missing])

    assert variables.missing_in(text) == missing
    assert str(missing) == "Password is sensitive"


@pytest.mark.parametrize("text", ["Password", "#{DB Password}", "#{Password.Length}", "#{Loop}", ""])
def test_a_text_that_uses_no_such_variable_finds_none(text: str) -> None:
    variables = Variables({"Loop": "#{Loop}"}, [MissingValue("Password", "is sensitive")])

    assert variables.missing_in(text) is None


def test_a_copy_keeps_what_has_no_value() -> None:
    variables = Variables({"Color": "red"}, [MissingValue("Password", "is sensitive")])

    assert "Password" not in variables
    assert list(Variables(variables).missing) == ["password"]
