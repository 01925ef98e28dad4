import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from ecs_steps import DeployEcsServiceStep, UpdateEcsServiceStep
from ecs_steps.cli.main import main
from permissions.policies import example

EXAMPLES = files("ecs_steps.sandbox") / "examples"
DEPLOY = str(EXAMPLES / "deploy.json")
UPDATE = str(EXAMPLES / "update.json")
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("output", ["text", "json"])
def test_the_policy_of_a_deployment_is_printed_as_json_either_way(capsys: Capture, output: str) -> None:
    code = main(["iam-policy", "deploy", DEPLOY, "--output", output])

    printed = capsys.readouterr()
    assert code == 0
    assert json.loads(printed.out) == DeployEcsServiceStep(example("deploy")).iam_policy()
    assert printed.err == ""


def test_the_policy_of_an_update_says_what_would_make_it_narrower(capsys: Capture) -> None:
    code = main(["iam-policy", "update", UPDATE, "--diagnostics"])

    printed = capsys.readouterr()
    assert code == 0
    assert json.loads(printed.out) == UpdateEcsServiceStep(example("update")).iam_policy(diagnostics=True)
    assert [line.rpartition(" ")[2] for line in printed.err.splitlines()] == ["--role", "--log-group"]


def test_roles_and_log_groups_are_given_by_name(capsys: Capture) -> None:
    names = ["--role", "orders", "--role", "orders-execution", "--log-group", "/ecs/orders"]

    main(["iam-policy", "update", UPDATE, "--diagnostics", *names])

    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out) == UpdateEcsServiceStep(example("update")).iam_policy(
        diagnostics=True, roles=["orders", "orders-execution"], log_groups=["/ecs/orders"]
    )


def test_the_policies_of_the_checks_are_reads_alone(capsys: Capture) -> None:
    reads = re.compile(r"\w+:(Describe|Get|List|Simulate|BatchGet)\w+")
    for command in (
        ["preflight", DEPLOY],
        ["preflight", UPDATE, "--step", "update"],
        ["check-target", UPDATE],
    ):
        code = main(["iam-policy", *command])

        policy = json.loads(capsys.readouterr().out)
        assert code == 0
        actions = {action for each in policy["Statement"] for action in each["Action"]}
        assert "ecs:DescribeClusters" in actions
        assert [action for action in actions if not reads.fullmatch(action)] == []


@pytest.mark.parametrize("step", ["deploy", "update", "check-target"])
def test_variables_that_are_not_valid_have_no_policy(capsys: Capture, tmp_path: Path, step: str) -> None:
    file = tmp_path / "variables.json"
    file.write_text("{}")

    code = main(["iam-policy", step, str(file), "--output", "json"])

    printed = capsys.readouterr()
    assert code == 2
    problems = [problem["path"] for problem in json.loads(printed.out)["problems"]]
    assert "Octopus.Action.Aws.Ecs.ClusterName" in problems
