"""The schema of a step's variables is a schema, takes what the step takes, and refuses what it refuses."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ecs_steps.cli.main import main
from ecs_steps.octopus.inputs.schema import documents, inputs_schema, members, nested
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from ecs_steps.task_definition.container_specs import ContainerSpec

EXAMPLES = files("ecs_steps.sandbox") / "examples"
DEPLOY = "Octopus.Action.Aws.Ecs.Deploy"
ROWS = pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)


def schema_of(name: str) -> dict[str, Any]:
    return inputs_schema(STEPS.named(name).inputs_class(), "A step")


def example(name: str) -> dict[str, Any]:
    variables: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return variables


def is_valid(name: str, variables: Mapping[str, Any]) -> bool:
    return bool(Draft202012Validator(schema_of(name)).is_valid(variables))


def with_container(**changes: object) -> dict[str, Any]:
    variables = example("deploy")
    [first, *others] = variables[f"{DEPLOY}.Containers"]
    return variables | {f"{DEPLOY}.Containers": [first | changes, *others]}


@ROWS
def test_each_step_has_a_schema_that_is_one_and_takes_its_example(row: StepRow) -> None:
    Draft202012Validator.check_schema(schema_of(row.name))

    assert is_valid(row.name, example(row.name))


@ROWS
def test_the_command_prints_it(row: StepRow, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", row.name]) == 0

    assert json.loads(capsys.readouterr().out)["properties"] == schema_of(row.name)["properties"]


@pytest.mark.parametrize(
    "changes",
    [
        {"essential": "True"},
        {"essential": True},
        {"essential": "#{IsEssential}"},
        {"containerPortMappings": [{"containerPort": 8080}, {"containerPort": "81", "protocol": "Udp"}]},
        {"entryPoint": "sh,-c"},
        {"healthCheck": {"command": ["CMD", "true"], "interval": ""}},
        {"memoryLimitHard": None},
    ],
)
def test_what_a_step_takes_is_valid(changes: dict[str, object]) -> None:
    variables = with_container(**changes)

    assert is_valid("deploy", variables)
    try_to_read = variables | {"IsEssential": "True"}
    assert STEPS.named("deploy").read(try_to_read)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "web"},
        {"essential": "perhaps"},
        {"containerPortMappings": [{"containerPort": 99_999}]},
        {"containerPortMappings": [{"containerPort": 80, "protocol": "Icmp"}]},
        {"containerPortMappings": [{}]},
        {"healthCheck": []},
    ],
)
def test_what_a_step_refuses_is_not_valid(changes: dict[str, object]) -> None:
    assert not is_valid("deploy", with_container(**changes))


def test_a_document_may_be_a_text() -> None:
    variables = example("deploy")

    as_text = variables | {f"{DEPLOY}.Containers": json.dumps(variables[f"{DEPLOY}.Containers"])}

    assert is_valid("deploy", as_text)


def test_a_required_variable_that_is_missing_is_not_valid() -> None:
    variables = example("deploy")
    del variables[f"{DEPLOY}.Cpu"]

    assert not is_valid("deploy", variables)


def test_a_container_and_all_that_it_holds_has_members() -> None:
    assert (f"{DEPLOY}.Containers", ContainerSpec) in documents(STEPS.named("deploy").inputs_class())
    meaning = "Whether the task stops when it stops."
    assert ("essential", "True or False", "`True`", meaning, "`essential`") in members(ContainerSpec)
    in_the_schema = schema_of("deploy")["$defs"]["ContainerSpec"]["properties"]["essential"]
    assert in_the_schema["description"] == meaning
    assert {"PortMapping", "HealthCheck", "KeyValue"} <= {each.__name__ for each in nested(ContainerSpec)}
