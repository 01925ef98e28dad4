"""Whose account a command acts for, as AWS sees it."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from aws.signatures import Line
from ecs_steps.cli.main import main
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.server import serve

UPDATE = files("ecs_steps.sandbox") / "examples" / "update.json"
DENIED = Scenario(faults=(Fault("DescribeServices", FaultKind.ACCESS_DENIED),))
ROLE = "arn:aws:iam::123456789012:role/production"
ACCOUNT = {
    "Octopus.Action.AwsAccount.Variable": "Shop",
    "Shop.AccessKey": "AKIASHOP",
    "Shop.SecretKey": "hunter2",
    "Octopus.Action.Aws.AssumeRole": "True",
    "Octopus.Action.Aws.AssumedRoleArn": ROLE,
}


@pytest.fixture(autouse=True)
def _keys_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter3")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


@pytest.fixture
def line() -> Iterator[Line]:
    with Sandbox(DENIED) as aws:
        line = Line(aws)
        line.listen()
        yield line


def update(line: Line, file: Path, account: dict[str, str]) -> list[str]:
    """Run an update that AWS denies, and return who signed its requests."""
    file.write_text(json.dumps(json.loads(UPDATE.read_text()) | account))
    with serve(line.aws) as address:
        main(["update", str(file), "--endpoint-url", address])
    return [sent.access_key for sent in line.requests]


def test_a_command_acts_for_the_environment_where_the_variables_hold_no_account(
    line: Line, tmp_path: Path
) -> None:
    signers = update(line, tmp_path / "variables.json", {})

    assert signers == ["AKIAENVIRONMENT"]


def test_a_command_acts_for_the_account_of_its_variables(line: Line, tmp_path: Path) -> None:
    signers = update(line, tmp_path / "variables.json", ACCOUNT)

    assert [call.operation for call in line.aws.calls] == ["AssumeRole", "DescribeServices"]
    assert signers[0] == "AKIASHOP"
    assert signers[1].startswith("ASIA")


def test_no_secret_of_the_account_is_printed(
    line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update(line, tmp_path / "variables.json", ACCOUNT)

    shown = capsys.readouterr()
    assert "DescribeServices was denied" in shown.err
    assert "hunter2" not in shown.out + shown.err


def test_half_an_account_ends_a_command_before_aws_is_called(
    line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signers = update(line, tmp_path / "variables.json", ACCOUNT | {"Shop.SecretKey": ""})

    assert signers == []
    assert "Shop.SecretKey: is required" in capsys.readouterr().err
