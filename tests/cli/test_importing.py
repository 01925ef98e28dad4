"""What ``import`` writes deploys to an equal task definition, or every member without a place is named."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ecs_steps.aws.task_definitions import describe_task_definition, register_request
from ecs_steps.cli.main import main
from ecs_steps.octopus import yaml_text
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.deploy_ecs_service.importing import ImportedStack, import_deployment
from ecs_steps.steps.registry import STEPS
from ecs_steps.task_definition.diff import difference

DEPLOY = "Octopus.Action.Aws.Ecs.Deploy"
ORDERS = ("--service", "shop/orders")
Capture = pytest.CaptureFixture[str]


def imported(capsys: Capture, *arguments: str) -> tuple[dict[str, Any], list[str]]:
    """Import, and return the variables and the warnings."""
    assert main(["import", *arguments]) == 0
    printed = capsys.readouterr()
    variables = yaml_text.parse(printed.out)
    assert isinstance(variables, dict)
    return variables, [line for line in printed.err.splitlines() if line.startswith("WARNING")]


def registered(aws: Sandbox) -> Mapping[str, Any]:
    found = describe_task_definition(aws.clients, "orders")
    return register_request(found.raw, (), aws.clients.ecs.meta.service_model)


def test_a_service_is_imported_with_its_network_and_its_targets(capsys: Capture) -> None:
    variables, _ = imported(capsys, *ORDERS, "--sandbox")

    assert variables["Octopus.Action.Aws.Ecs.ClusterName"] == "shop"
    assert variables[f"{DEPLOY}.ServiceTaskName"] == "orders"
    assert variables[f"{DEPLOY}.DesiredCount"] == "2"
    assert variables[f"{DEPLOY}.SubnetIds"]
    assert variables[f"{DEPLOY}.LoadBalancerMappings"][0]["containerName"] == "web"


def test_a_service_with_task_sets_is_imported_by_its_primary_one(capsys: Capture) -> None:
    with Sandbox() as aws:
        [service] = aws.clients.ecs.describe_services(cluster="shop", services=["checkout"])["services"]
    [primary] = service["taskSets"]
    network = primary["networkConfiguration"]["awsvpcConfiguration"]

    variables, warnings = imported(capsys, "--service", "shop/checkout", "--sandbox")

    assert variables[f"{DEPLOY}.DeploymentType"] == "TaskSets"
    assert variables[f"{DEPLOY}.ServiceTaskName"] == "checkout"
    assert variables[f"{DEPLOY}.SubnetIds"] == network["subnets"]
    assert variables[f"{DEPLOY}.SecurityGroupIds"] == network["securityGroups"]
    assert variables[f"{DEPLOY}.LoadBalancerMappings"][0]["containerName"] == "web"
    assert any("service.platformVersion" in warning for warning in warnings)
    assert not {"taskDefinition", "launchType", "networkConfiguration"} & service.keys()
    assert not service.get("loadBalancers")


def test_a_file_that_was_imported_deploys_to_an_equal_task_definition(capsys: Capture) -> None:
    variables, warnings = imported(capsys, *ORDERS, "--sandbox")
    lost = [warning.removeprefix("WARNING: ").partition(" has no place")[0] for warning in warnings]
    with Sandbox() as aws:
        original = registered(aws)

        STEPS.named("deploy").read(variables).run(aws=aws.clients, clock=aws.clock, report=lambda _: None)

        deployed = registered(aws)
    changed = {change.path for change in difference(original, deployed)}
    assert {path for path in changed if not path.startswith("tags")} <= set(lost)


def test_what_another_launch_type_has_is_named(capsys: Capture) -> None:
    _, warnings = imported(capsys, "--service", "shop/billing", "--sandbox")

    assert "WARNING: networkMode has no place in the variables and is not in the file" in warnings
    assert any("service.launchType" in warning for warning in warnings)


def test_a_stack_of_octopus_own_step_keeps_its_name_and_all_of_its_resources(
    capsys: Capture, tmp_path: Path
) -> None:
    journal = ("--sandbox", "--sandbox-journal", str(tmp_path / "aws"), "--sandbox-speed", "1000000")
    example = json.loads((files("ecs_steps.sandbox") / "examples" / "deploy.json").read_text())
    del example[f"{DEPLOY}.TaskExecutionRole"]
    file = tmp_path / "variables.json"
    file.write_text(json.dumps(example | {f"{DEPLOY}.LogGroupName": "shop/web"}), encoding="utf-8")
    assert main(["deploy", str(file), *journal, "--quiet"]) == 0
    capsys.readouterr()

    variables, warnings = imported(capsys, "--stack", "octopetshop-web", *journal[:3])
    file.write_text(json.dumps(variables), encoding="utf-8")
    assert main(["deploy", str(file), *journal, "--dry-run", "--output", "json"]) == 0

    changes = json.loads(capsys.readouterr().out)["dryRun"]["resources"]
    assert {change["action"] for change in changes} == {"Modify"}
    assert (variables[f"{DEPLOY}.CFStackName"], warnings) == ("octopetshop-web", [])
    assert variables[f"{DEPLOY}.LogGroupName"] == "shop/web"


def test_a_stack_that_does_not_exist_is_named_and_ends_with_3(capsys: Capture) -> None:
    assert main(["import", "--stack", "missing", "--sandbox"]) == 3

    assert capsys.readouterr().err.startswith("Stack missing was not found: ")


def test_of_a_stack_that_holds_more_the_service_gets_one_of_its_own() -> None:
    role = "arn:aws:iam::123456789012:role/web-Role-1"
    request = {
        "family": "web",
        "executionRoleArn": role,
        "containerDefinitions": [{"name": "web", "image": "nginx:1"}],
    }

    found = import_deployment(request, stack=ImportedStack("web", {"Role": "web-Role-1", "Listener": "arn"}))

    assert found.variables[f"{DEPLOY}.CFStackName"] == "ecs-web"
    assert found.variables[f"{DEPLOY}.TaskExecutionRole"] == role
    assert found.without_place == ("stack.Role", "stack.Listener")


def test_a_file_of_a_task_definition_is_imported_and_its_expressions_are_text(
    capsys: Capture, tmp_path: Path
) -> None:
    request = {
        "family": "web",
        "containerDefinitions": [
            {
                "name": "web",
                "image": "nginx:1",
                "environment": [{"name": "PROMPT", "value": "#{x}"}, {"name": "ESCAPED", "value": "##{x}"}],
                "restartPolicy": {"enabled": True},
            }
        ],
    }
    file = tmp_path / "web.json"
    file.write_text(json.dumps({"taskDefinition": request}), encoding="utf-8")

    variables, warnings = imported(capsys, "--task-definition", str(file))

    [container] = variables[f"{DEPLOY}.Containers"]
    assert container["environmentVariables"][0]["value"] == "##{x}"
    assert len(warnings) == 2
    assert "containerDefinitions[web].restartPolicy" in warnings[0]
    assert f"{DEPLOY}.Containers holds ##{{" in warnings[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "bad.json is no JSON"),
        ("[]", "bad.json is no task definition: it has no family"),
        ('{"family": "web"}', "containerDefinitions: is required"),
        ('{"family": "web", "containerDefinitions": "web"}', "containerDefinitions: expected"),
        (
            '{"family": "web", "containerDefinitions": [{"image": "a"}]}',
            "containerDefinitions[0].name: is required",
        ),
        (
            (
                '{"family": "web", "containerDefinitions": '
                '[{"name": "a", "portMappings": [{"containerPort": 70000}]}]}'
            ),
            "network port 70000",
        ),
    ],
)
def test_a_file_that_holds_no_task_definition_is_refused(
    text: str, said: str, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")

    assert main(["import", "--task-definition", str(file)]) == 2

    assert said in capsys.readouterr().err


def test_a_service_that_is_not_there_is_named(capsys: Capture) -> None:
    assert main(["import", "--service", "shop/nothing", "--sandbox"]) == 3

    assert "Service nothing was not found" in capsys.readouterr().err


def test_nothing_of_a_bare_definition_is_lost() -> None:
    request = {"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx:1"}]}

    assert import_deployment(request).without_place == ()
