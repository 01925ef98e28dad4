"""How a command prints: dry runs as data, quiet, a JSON log, help, completion, a closed pipe."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from ecs_steps.cli.main import main

EXAMPLES = files("ecs_steps.sandbox") / "examples"
DEPLOY, UPDATE = str(EXAMPLES / "deploy.json"), str(EXAMPLES / "update.json")
FAST = ("--sandbox-speed", "100000")
Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *arguments: str) -> str:
    assert main([*arguments, *FAST]) == 0
    return capsys.readouterr().out


def test_a_dry_run_of_a_first_deployment_lists_what_is_made_and_leaves_no_stack(
    capsys: Capture, tmp_path: Path
) -> None:
    journal = ("--sandbox", "--sandbox-journal", str(tmp_path / "aws"))

    first = run(capsys, "deploy", DEPLOY, *journal, "--dry-run")
    again = run(capsys, "deploy", DEPLOY, *journal, "--dry-run")

    assert first == again
    assert first.splitlines() == [
        "stack octopetshop-web: create, by these changes",
        "  + AwsLogGroupoctopetshopWeb AWS::Logs::LogGroup",
        "  + TaskDefinitionoctopetshopWeb AWS::ECS::TaskDefinition",
        "  + ServiceoctopetshopWeb AWS::ECS::Service",
    ]


def test_a_dry_run_of_a_new_image_replaces_the_task_definition_and_not_the_service(
    capsys: Capture, tmp_path: Path
) -> None:
    journal = ("--sandbox", "--sandbox-journal", str(tmp_path / "aws"))
    run(capsys, "deploy", DEPLOY, *journal)

    planned = run(
        capsys, "deploy", DEPLOY, *journal, "--dry-run", "--image", "web=acme/web:2", "--output", "json"
    )

    plan = json.loads(planned)["dryRun"]
    assert plan["action"] == "UPDATE"
    assert [(each["type"], each["replacement"], each["properties"]) for each in plan["resources"]] == [
        ("AWS::ECS::TaskDefinition", "True", ["/Properties/ContainerDefinitions"]),
        ("AWS::ECS::Service", "False", ["/Properties/TaskDefinition"]),
    ]
    assert "nothing changes" in run(capsys, "deploy", DEPLOY, *journal, "--dry-run")


def test_a_dry_run_of_an_update_is_its_difference_as_data(capsys: Capture) -> None:
    plan = json.loads(run(capsys, "update", UPDATE, "--sandbox", "--dry-run", "--output", "json"))["dryRun"]

    assert plan["family"] == "orders"
    assert {each["path"] for each in plan["changes"]} >= {"containerDefinitions[web].image"}
    assert plan["calls"][:2] == ["RegisterTaskDefinition orders", "UpdateService orders"]


def test_quiet_leaves_the_result_and_nothing_else_of_a_success(capsys: Capture) -> None:
    assert main(["update", UPDATE, "--sandbox", *FAST, "--quiet"]) == 0

    printed = capsys.readouterr()
    assert printed.err == ""
    assert "Outcome = SUCCEEDED" in printed.out


def test_quiet_still_shows_warnings_and_the_cause(capsys: Capture) -> None:
    assert main(["update", UPDATE, "--sandbox", "breaker-rollback", *FAST, "--quiet"]) == 6

    lines = capsys.readouterr().err.splitlines()
    events = [line for line in lines if line.startswith("[")]
    assert events
    assert all("WARNING: " in line or "ERROR: " in line for line in events)
    assert any("root cause: container web" in line for line in lines)


def test_a_json_log_is_an_event_a_line_and_ends_with_the_error(capsys: Capture) -> None:
    assert main(["update", UPDATE, "--sandbox", "breaker-rollback", *FAST, "--log-format", "json"]) == 6

    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {each["event"] for each in events} >= {"Message", "RolloutChanged", "ServiceEvent", "Error"}
    assert all({"event", "level", "text"} <= each.keys() for each in events)
    assert events[-1]["exitCode"] == 6
    assert [each["at"] for each in events[:-1]] == sorted(each["at"] for each in events[:-1])


@pytest.mark.parametrize("command", ["deploy", "update", "watch", "check", "export"])
def test_help_has_examples_the_files_format_and_the_exit_codes(capsys: Capture, command: str) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])

    text = capsys.readouterr().out
    assert end.value.code == 0
    assert "examples:" in text
    assert "a file of variables:" in text
    assert "6 rolled back" in text


def test_a_shell_completes_commands_and_options(capsys: Capture) -> None:
    assert main(["completion", "bash"]) == 0

    script = capsys.readouterr().out
    assert "--dry-run" in script
    assert subprocess.run(["/bin/bash", "-n"], input=script, text=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("output", [">&- 2>&-", ">/dev/full 2>/dev/full", ">/dev/null 2>/dev/null"])
@pytest.mark.parametrize(("command", "code"), [("scenarios", 0), ("check /dev/null", 2)])
def test_an_output_that_cannot_be_written_changes_no_exit_code(command: str, code: int, output: str) -> None:
    line = f"{sys.executable} -m ecs_steps {command} {output}"

    assert subprocess.run(["/bin/bash", "-c", line], check=False).returncode == code  # noqa: S603  the same


@pytest.mark.slow
def test_a_reader_who_closes_the_log_does_not_end_the_deployment() -> None:
    command = f"{sys.executable} -m ecs_steps update {UPDATE} --sandbox --sandbox-speed 1000000"
    pipeline = f"set -o pipefail; {command} 2>&1 >/dev/null | head -1"

    ended = subprocess.run(  # noqa: S603  our own command
        ["/bin/bash", "-c", pipeline], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout
    assert len(ended.stdout.splitlines()) == 1
