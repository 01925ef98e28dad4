import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.variables import Variables, parse_variables


def exported(*variables: object) -> str:
    return json.dumps({"Id": "variableset-Projects-7", "Variables": variables})


def scoped(value: str, **scope: list[str]) -> dict[str, object]:
    return {"Name": "Color", "Value": value, "Scope": scope}


def fixed(name: str, value: str) -> dict[str, object]:
    return {"Name": name, "Value": value, "Scope": {}}


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


def test_a_file_may_be_a_flat_object() -> None:
    variables = parse_variables('{"Color": "red", "Count": 2, "Ids": ["a"]}', source="v.json")

    assert dict(variables) == {"Color": "red", "Count": "2", "Ids": '["a"]'}


def test_a_file_may_be_an_octopus_variable_set() -> None:
    text = exported(fixed("Color", "red"), {"Name": "Size", "Value": "XL", "Type": "String"})

    variables = parse_variables(text, source="v.json")

    assert dict(variables) == {"Color": "red", "Size": "XL"}


def test_a_sensitive_variable_is_exported_without_its_value() -> None:
    text = exported({"Name": "Password", "Value": None, "IsSensitive": True, "Scope": None})

    assert parse_variables(text, source="v.json")["Password"] == ""


@pytest.mark.parametrize(
    ("variables", "color"),
    [
        pytest.param([scoped("red"), scoped("blue", Environment=["Environments-1"])], "blue", id="fits"),
        pytest.param([scoped("blue", Environment=["Environments-1"]), scoped("red")], "blue", id="any order"),
        pytest.param([scoped("red"), scoped("blue", Environment=["Environments-2"])], "red", id="no fit"),
        pytest.param([scoped("blue", Environment=["Environments-2"])], None, id="nothing fits"),
        pytest.param([scoped("red"), scoped("blue", Role=["web"])], "red", id="cannot be judged"),
        pytest.param([scoped("red", Environment=[])], "red", id="an empty scope is none"),
        pytest.param(
            [
                scoped("blue", Environment=["Environments-1"]),
                scoped("red", Environment=["Environments-1"], Tenant=["Tenants-1"]),
            ],
            "red",
            id="the narrower scope",
        ),
        pytest.param(
            [scoped("red"), {"Name": "COLOR", "Value": "blue", "Scope": {"Channel": ["Channels-1"]}}],
            "blue",
            id="names in any case",
        ),
        pytest.param([scoped("red", Machine=["Machines-9", "Machines-1"])], "red", id="one of several"),
        pytest.param([scoped("red"), scoped("blue", Action=["Actions-1"])], "blue", id="an action"),
    ],
)
def test_of_several_values_the_one_whose_scope_fits_best_counts(
    variables: list[object], color: str | None
) -> None:
    context = [
        fixed("Octopus.Environment.Id", "Environments-1"),
        fixed("Octopus.Deployment.Tenant.Id", "Tenants-1"),
        fixed("octopus.release.channel.id", "Channels-1"),
        fixed("Octopus.Machine.Id", "Machines-1"),
        fixed("Octopus.Action.Id", "Actions-1"),
    ]

    found = parse_variables(exported(*variables, *context), source="v.json")

    assert found.get("Color") == color


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "v.json: cannot be read as JSON: Expecting value at line 1, column 1"),
        ('{"a": "b",\n "c"}', "v.json: cannot be read as JSON: Expecting ':' delimiter at line 2, column 5"),
        ("[" * 100_000, "v.json: cannot be read as JSON: it is nested more than 64 deep"),
        (
            '{"a":' + "[" * 100 + "]" * 100 + "}",
            "v.json: cannot be read as JSON: it is nested more than 64 deep",
        ),
        ('{"A": 1, "a": 2}', 'v.json: cannot be read as JSON: an object holds the member "a" twice'),
        ('{"a": NaN}', "v.json: cannot be read as JSON: NaN is no JSON"),
        ("[]", "v.json: expected an object of variables by name"),
        ('"hunter2"', "v.json: expected an object of variables by name"),
        ("7", "v.json: expected an object of variables by name"),
        ("null", "v.json: expected an object of variables by name"),
        ('{"Variables": [{"Name": "a"}, 1]}', "v.json: Variables[1]: expected {Name, Value, Scope}"),
        ('{"Variables": [{"Value": "a"}]}', "v.json: Variables[0]: expected {Name, Value, Scope}"),
        ('{"Variables": [{"Name": 5}]}', "v.json: Variables[0]: expected {Name, Value, Scope}"),
        (
            '{"Variables": [{"Name": "a", "Value": "", "Scope": ["x"]}]}',
            "v.json: Variables[0]: expected {Name, Value, Scope}",
        ),
    ],
)
def test_a_damaged_file_is_one_clear_problem(text: str, problem: str) -> None:
    with pytest.raises(InvalidInputsError) as raised:
        parse_variables(text, source="v.json")

    assert str(raised.value) == f"The variables cannot be read (1 problem):\n  {problem}"


@given(
    st.text()
    | st.recursive(
        st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ).map(json.dumps)
)
def test_any_file_gives_variables_or_a_problem(text: str) -> None:
    try:
        values = list(parse_variables(text, source="v.json").values())
    except InvalidInputsError:
        values = []

    assert all(isinstance(value, str) for value in values)
