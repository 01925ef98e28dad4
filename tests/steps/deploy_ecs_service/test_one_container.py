"""With Containers empty, Image, Port, Environment and Secrets are one container."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps import DeployEcsServiceStep, InvalidInputsError
from ecs_steps.octopus.inputs.types import pairs

DEPLOY = "Octopus.Action.Aws.Ecs.Deploy"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-db-AbCdEf"  # noqa: S105  its name
EXAMPLE = json.loads((files("ecs_steps.sandbox") / "examples" / "deploy.json").read_text())


def variables(**values: object) -> dict[str, Any]:
    without = {f"{DEPLOY}.{name}" for name in ("Containers", "Volumes", "LoadBalancerMappings")}
    others = {name: value for name, value in EXAMPLE.items() if name not in without}
    return others | {f"{DEPLOY}.{name}": value for name, value in values.items()}


def container(**values: object) -> dict[str, Any]:
    template = DeployEcsServiceStep(variables(**values)).template().to_dict()
    [definition] = (
        each["Properties"]["ContainerDefinitions"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::ECS::TaskDefinition"
    )
    [only] = definition
    return dict(only)


def problems(**values: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputsError) as raised:
        DeployEcsServiceStep(variables(**values))
    return [(each.path.removeprefix(f"{DEPLOY}."), each.message) for each in raised.value.problems]


def test_an_image_alone_is_a_container_named_as_the_task_definition() -> None:
    made = container(Image="nginx:1.29")

    assert made["Name"] == "octopetshop-web"
    assert not made.get("PortMappings")


def test_lines_become_environment_variables_and_secrets() -> None:
    made = container(
        Image="nginx:1.29", Port="8080", Environment="A=1\nB = x=y \n\n", Secrets=f"PASSWORD={SECRET}"
    )

    assert made["PortMappings"][0]["ContainerPort"] == 8080
    assert [(each["Name"], each["Value"]) for each in made["Environment"]] == [("A", "1"), ("B", "x=y")]
    assert [each["Name"] for each in made["Secrets"]] == ["PASSWORD"]


def test_in_octopus_the_templates_own_package_chooses_the_image() -> None:
    chosen = variables() | {"Octopus.Action.Package[EcsDeploy.Image].Image": "index.docker.io/acme/web:2"}

    step = DeployEcsServiceStep(chosen)

    [spec] = step.inputs.containers
    assert step.inputs.image(spec.container_image_reference) == "index.docker.io/acme/web:2"


def test_an_export_keeps_expressions_in_the_lines() -> None:
    step = DeployEcsServiceStep(variables(Image="nginx:1", Environment="LEVEL=#{Level}"), for_export=True)

    assert "#{Level}" in step.export()


def test_containers_count_where_both_are_given() -> None:
    step = DeployEcsServiceStep(EXAMPLE | {f"{DEPLOY}.Image": "nginx:1", f"{DEPLOY}.Port": "nonsense"})

    assert len(step.inputs.containers) == len(EXAMPLE[f"{DEPLOY}.Containers"])


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [
        ({}, "Containers", "expected at least one container"),
        ({"Port": "80"}, "Image", "EcsDeploy.Image"),
        ({"Image": "nginx:1", "Port": "99999"}, "Port", "expected a whole number from 1 to 65535"),
        ({"Image": "nginx:1", "Environment": "A=1\nhunter2"}, "Environment", "line 2: expected KEY=value"),
        ({"Image": "nginx:1", "Secrets": "A=hunter two"}, "Environment", ""),
        ({"Image": "no image"}, "Image", ""),
    ],
)
def test_problems_have_the_names_that_were_given(values: dict[str, object], path: str, message: str) -> None:
    found = problems(**values)

    assert path in [name for name, _ in found]
    assert any(message in text for _, text in found)
    assert "hunter" not in str(found)


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,9}", fullmatch=True), st.text("ab =#'\"", max_size=9)))
def test_what_is_written_as_lines_is_read_back(values: dict[str, str]) -> None:
    lines = "\n".join(f"{name}={value}" for name, value in values.items())

    assert pairs(lines) == [(name, value.strip()) for name, value in values.items()]
