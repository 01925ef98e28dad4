import json

import attrs
import pytest

from ecs_steps.errors import Problem
from ecs_steps.octopus.parameters import as_in_form, parameters, step_variables, without_blanks
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs

BOTH = pytest.mark.parametrize("inputs", [row.inputs_class() for row in STEPS])
# A stack name is made of them; a person has nothing to say.
SET_BY_OCTOPUS = {"Octopus.Environment.Id", "Octopus.Deployment.Tenant.Id"}
ECS = "Octopus.Action.Aws.Ecs"


@BOTH
def test_every_input_has_a_parameter_of_its_own(inputs: type[attrs.AttrsInstance]) -> None:
    prompted = {
        field.metadata["variable"].name
        for field in attrs.fields(inputs)
        if "variable" in field.metadata and field.metadata["variable"].control
    }

    made = parameters(inputs, "Ecs")

    assert {parameter.variable.name for parameter in made} == prompted - SET_BY_OCTOPUS
    assert len({parameter.name.casefold() for parameter in made}) == len(made)


@BOTH
def test_every_parameter_reaches_its_variable(inputs: type[attrs.AttrsInstance]) -> None:
    given = {parameter.name: f"[{number}]" for number, parameter in enumerate(parameters(inputs, "Ecs"))}

    variables, problems = step_variables(inputs, "Ecs", given)

    plain = [parameter for parameter in parameters(inputs, "Ecs") if not parameter.is_wait_option]
    assert {
        parameter.variable.name: given[parameter.name] for parameter in plain
    }.items() <= variables.items()
    assert problems == ()


def test_names_are_without_regard_to_case() -> None:
    variables, _ = step_variables(DeployInputs, "EcsDeploy", {"ecsdeploy.CPU": "256"})

    assert variables[f"{ECS}.Deploy.Cpu"] == "256"


@pytest.mark.parametrize(
    ("parameter", "variable"),
    [("Region", "Octopus.Action.Aws.Region"), ("WaitOption", f"{ECS}.WaitOption"), ("Tags", f"{ECS}.Tags")],
)
def test_an_empty_parameter_leaves_a_variable_that_is_there_already(parameter: str, variable: str) -> None:
    variables, _ = step_variables(
        DeployInputs, "EcsDeploy", {f"EcsDeploy.{parameter}": " ", variable: "as it is"}
    )

    assert variables[variable] == "as it is"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"WaitOption": "DontWait"}, {"type": "DontWait", "timeoutMinutes": ""}),
        (
            {"WaitOption": "WaitWithTimeout", "WaitTimeoutMinutes": " 30 "},
            {"type": "WaitWithTimeout", "timeoutMinutes": "30"},
        ),
        ({"WaitTimeoutMinutes": "5"}, {"type": "", "timeoutMinutes": "5"}),
    ],
)
def test_the_wait_option_is_a_choice_and_minutes(given: dict[str, str], expected: dict[str, str]) -> None:
    variables, _ = step_variables(
        UpdateInputs, "EcsUpdate", {f"EcsUpdate.{name}": value for name, value in given.items()}
    )

    assert json.loads(variables[f"{ECS}.WaitOption"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("team=shop", [("team", "shop")]),
        ("team = shop\r\n\r\n tier=web\n", [("team", "shop"), ("tier", "web")]),
        ('say="a=b"', [("say", '"a=b"')]),
        ("empty=", [("empty", "")]),
        (
            "\u0433\u043e\u0440\u043e\u0434=\u041a\u0438\u0457\u0432",
            [("\u0433\u043e\u0440\u043e\u0434", "\u041a\u0438\u0457\u0432")],
        ),
    ],
)
def test_tags_are_key_value_lines(text: str, expected: list[tuple[str, str]]) -> None:
    variables, problems = step_variables(UpdateInputs, "EcsUpdate", {"EcsUpdate.Tags": text})

    tags = json.loads(variables["Octopus.Action.Aws.Tags"])
    assert tags == [{"key": key, "value": value} for key, value in expected]
    assert problems == ()


def test_tags_may_be_json_too() -> None:
    text = '[{"key": "team", "value": "shop"}]'

    variables, _ = step_variables(DeployInputs, "EcsDeploy", {"EcsDeploy.Tags": text})

    assert variables[f"{ECS}.Tags"] == text


def test_each_line_that_is_no_tag_is_a_problem() -> None:
    _, problems = step_variables(DeployInputs, "EcsDeploy", {"EcsDeploy.Tags": "team=shop\nweb\n=x"})

    assert [str(problem) for problem in problems] == [
        'EcsDeploy.Tags: line 2: expected key=value, not "web"',
        'EcsDeploy.Tags: line 3: expected key=value, not "=x"',
    ]


@BOTH
def test_a_problem_names_the_label_and_the_parameter_of_the_form(inputs: type[attrs.AttrsInstance]) -> None:
    for parameter in parameters(inputs, "Ecs"):
        problem = Problem(path=f"{parameter.variable.name}[1].name", message="is required")

        [shown] = as_in_form([problem], inputs, "Ecs")

        assert str(shown) == f"{parameter.label} ({parameter.name})[1].name: is required"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("Octopus.Action.Aws.Ecs.Deploy.Cpu", "Task CPU (EcsDeploy.Cpu)"),
        (
            "Octopus.Action.Aws.Ecs.WaitOption.timeoutMinutes",
            "Minutes to Wait (EcsDeploy.WaitTimeoutMinutes)",
        ),
        ("EcsDeploy.Tags", "Tags (EcsDeploy.Tags)"),
        ("Octopus.Environment.Id", "Octopus.Environment.Id"),
    ],
)
def test_a_path_in_the_form(path: str, shown: str) -> None:
    [problem] = as_in_form([Problem(path=path, message="x")], DeployInputs, "EcsDeploy")

    assert problem.path == shown


def test_a_reference_to_a_parameter_that_was_sent_is_a_value() -> None:
    given = {"EcsDeploy.Name": "x", "A": "#{EcsDeploy.Name}", "B": "#{EcsDeploy.Other}", "C": "#{Other.Name}"}

    assert without_blanks(given, "EcsDeploy") == {key: given[key] for key in ("EcsDeploy.Name", "A", "C")}


def test_labels_are_in_title_case() -> None:
    labels = {parameter.label for parameter in parameters(DeployInputs, "EcsDeploy")}

    assert {
        "Cluster Name",
        "ECS Managed Tags",
        "Assign a Public IP",
        "Stopped Tasks before Giving Up",
    } <= labels
