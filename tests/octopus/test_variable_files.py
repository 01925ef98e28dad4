import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.variable_files import parse_scope, parse_variables
from ecs_steps.octopus.variables import Variables


def exported(*variables: object) -> str:
    return json.dumps({"Id": "variableset-Projects-7", "Variables": variables})


def scoped(value: str, **scope: list[str]) -> dict[str, object]:
    return {"Name": "Color", "Value": value, "Scope": scope}


def fixed(name: str, value: str) -> dict[str, object]:
    return {"Name": name, "Value": value, "Scope": {}}


def reasons(variables: Variables) -> dict[str, str]:
    return {missing.name: missing.reason for missing in variables.missing.values()}


def test_a_file_may_be_a_flat_object() -> None:
    variables = parse_variables('{"Color": "red", "Count": 2, "Ids": ["a"]}', source="v.json")

    assert dict(variables) == {"Color": "red", "Count": "2", "Ids": '["a"]'}


def test_a_file_may_be_an_octopus_variable_set() -> None:
    text = exported(fixed("Color", "red"), {"Name": "Size", "Value": "XL", "Type": "String"})

    variables = parse_variables(text, source="v.json")

    assert dict(variables) == {"Color": "red", "Size": "XL"}


SENSITIVE = (
    "is sensitive, and Octopus exports no value of it: write the value into the file, or run the step in "
    "Octopus, which has it"
)


@pytest.mark.parametrize("kind", [{"IsSensitive": True}, {"Type": "Sensitive"}])
def test_a_sensitive_variable_has_no_value_in_an_export(kind: dict[str, object]) -> None:
    for value in (None, "", {"HasValue": True, "NewValue": None}):
        text = exported({"Name": "Password", "Value": value, "Scope": None, **kind})

        assert reasons(parse_variables(text, source="v.json")) == {"Password": SENSITIVE}


def test_a_sensitive_variable_whose_value_was_written_into_the_export_has_it() -> None:
    text = exported({"Name": "Password", "Value": "x", "Scope": None, "IsSensitive": True})

    assert dict(parse_variables(text, source="v.json")) == {"Password": "x"}


@pytest.mark.parametrize(
    ("variables", "color"),
    [
        pytest.param([scoped("red"), scoped("blue", Environment=["Environments-1"])], "blue", id="fits"),
        pytest.param([scoped("blue", Environment=["Environments-1"]), scoped("red")], "blue", id="any order"),
        pytest.param([scoped("red"), scoped("blue", Environment=["Environments-2"])], "red", id="no fit"),
        pytest.param([scoped("blue", Environment=["Environments-2"])], None, id="nothing fits"),
        pytest.param([scoped("red"), scoped("blue", Role=["web"])], None, id="not known"),
        pytest.param(
            [
                scoped("red", Machine=["Machines-1"]),
                scoped("blue", Channel=["Channels-1"], TenantTag=["a/b"]),
            ],
            "red",
            id="not known, and less specific than one that fits",
        ),
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


SCOPE_VALUES = {
    "Environments": [
        {"Id": "Environments-1", "Name": "Dev"},
        {"Id": "Environments-2", "Name": "Prod"},
    ],
    "Roles": [{"Id": "web", "Name": "web"}],
    "Machines": [],
    "Processes": [{"Id": "Runbooks-1", "Name": "Restart", "ProcessType": "Runbook"}],
}


def chosen(values: list[dict[str, object]], *options: str) -> Variables:
    """Return the variables of an export for a scope."""
    text = json.dumps({"Variables": values, "ScopeValues": SCOPE_VALUES})
    return parse_variables(text, source="v.json", scope=parse_scope(options))


EXPECTED = (
    "expected KIND=NAME, such as Environment=Dev; KIND is one of Environment, Role, Tenant, TenantTag, "
    "Channel, Machine, Action, ProcessOwner"
)
DEV, PROD = scoped("dev", Environment=["Environments-1"]), scoped("prod", Environment=["Environments-2"])


@pytest.mark.parametrize("option", ["Environment=Dev", "environment = dev", "Environment=Environments-1"])
def test_a_scope_chooses_by_name_or_id(option: str) -> None:
    assert chosen([DEV, PROD, scoped("any")], option)["Color"] == "dev"


def test_a_scope_wins_over_the_exports_own_environment() -> None:
    own = fixed("Octopus.Environment.Name", "Prod")

    assert chosen([DEV, PROD, own])["Color"] == "prod"
    assert chosen([DEV, PROD, own], "Environment=Dev")["Color"] == "dev"


def test_without_a_scope_the_candidates_are_named() -> None:
    both = scoped("both", Environment=["Environments-1"], Role=["web"])

    assert reasons(chosen([DEV, PROD, both])) == {
        "Color": "has a value for Environment=Dev, Environment=Prod, Environment=Dev with Role=web: "
        "choose with --scope Environment=Dev"
    }


def test_a_scope_that_no_value_has_is_named_with_those_that_there_are() -> None:
    assert reasons(chosen([PROD], "Environment=Dev")) == {
        "Color": "has no value for this scope, but for Environment=Prod"
    }


def test_a_deployment_without_a_role_has_the_values_of_none() -> None:
    values = [scoped("any"), scoped("web", Role=["web"])]

    assert reasons(chosen(values)) == {"Color": "has a value for Role=web: choose with --scope Role=web"}
    assert chosen(values, "Role=")["Color"] == "any"
    assert chosen(values, "Role=web")["Color"] == "web"


def test_the_value_of_a_runbook_is_chosen_by_its_name() -> None:
    values = [scoped("any"), scoped("runbook", ProcessOwner=["Runbooks-1"])]

    assert reasons(chosen(values)) == {
        "Color": "has a value for ProcessOwner=Restart: choose with --scope ProcessOwner=Restart"
    }
    assert chosen(values, "ProcessOwner=")["Color"] == "any"
    assert chosen(values, "ProcessOwner=Restart")["Color"] == "runbook"


def test_values_that_fit_equally_are_not_guessed() -> None:
    values = [scoped("a", Machine=["Machines-1"]), scoped("b", Machine=["Machines-1", "Machines-2"])]

    assert reasons(chosen(values, "Machine=Machines-1")) == {
        "Color": "has several values that fit equally: for Machine=machines-1, Machine=machines-1|machines-2"
    }


SPECIFIC_FIRST = [
    "Action",
    "Machine",
    "Role",
    "Tenant",
    "TenantTag",
    "Environment",
    "Channel",
    "ProcessOwner",
]


@pytest.mark.parametrize(("narrow", "wide"), list(pairwise(SPECIFIC_FIRST)))
def test_kinds_of_scope_have_octopus_order(narrow: str, wide: str) -> None:
    values = [scoped("wide", **{wide: ["web"]}), scoped("narrow", **{narrow: ["web"]})]
    text = json.dumps({"Variables": values})

    variables = parse_variables(text, source="v.json", scope={narrow: ["web"], wide: ["web"]})

    assert variables["Color"] == "narrow"


def test_a_second_kind_of_scope_is_more_specific_than_one() -> None:
    both = scoped("both", Environment=["Environments-1"], Role=["web"])

    assert chosen([scoped("web", Role=["web"]), both], "Role=web", "Environment=Dev")["Color"] == "both"


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        (
            "Environment=Test",
            'v.json: --scope: "Test" is no Environment of this export; it has Dev, Prod',
        ),
        (
            "Stage=Dev",
            f'--scope: {EXPECTED}, not "Stage=Dev"',
        ),
        (
            "Dev",
            f'--scope: {EXPECTED}, not "Dev"',
        ),
    ],
)
def test_a_scope_that_does_not_exist_is_an_error(option: str, problem: str) -> None:
    with pytest.raises(InvalidInputsError) as raised:
        chosen([DEV], option)

    assert [str(each) for each in raised.value.problems] == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "v.json: cannot be read as JSON: it is empty"),
        ('{"a": "b",\n "c"}', "v.json: cannot be read as JSON: a colon is missing at line 2, column 5"),
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
