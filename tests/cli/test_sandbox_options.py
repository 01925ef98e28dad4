"""The options and commands of the sandbox, and what is said where they make no sense."""

import json
import os
import resource
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from ecs_steps.cli.main import main
from ecs_steps.sandbox import SCENARIOS
from ecs_steps.steps.registry import STEPS

DEPLOY = str(files("ecs_steps.sandbox") / "examples" / "deploy.json")
Capture = pytest.CaptureFixture[str]
FAST = ("--sandbox-speed", "100000")


def test_a_file_after_sandbox_is_no_scenario(capsys: Capture) -> None:
    assert main(["deploy", "--sandbox", DEPLOY, *FAST]) == 0

    assert "Outcome = SUCCEEDED" in capsys.readouterr().out


@pytest.mark.parametrize("option", [("--sandbox-journal", "j"), ("--sandbox-speed", "2")])
def test_an_option_of_the_sandbox_without_it_does_not_reach_aws(
    capsys: Capture, option: tuple[str, str]
) -> None:
    assert main(["deploy", DEPLOY, *option]) == 2

    assert f"{option[0]}: is for the sandbox: add --sandbox" in capsys.readouterr().err


@pytest.mark.parametrize("speed", ["-5", "0", "nan", "inf", "fast"])
def test_a_speed_that_is_no_positive_number_is_refused(capsys: Capture, speed: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["deploy", DEPLOY, "--sandbox", "--sandbox-speed", speed])

    assert end.value.code == 2
    assert "argument --sandbox-speed" in capsys.readouterr().err


def test_a_journal_that_cannot_be_written_is_one_line(capsys: Capture, tmp_path: Path) -> None:
    journal = str(tmp_path / "missing" / "journal")

    assert main(["deploy", DEPLOY, "--sandbox", "--sandbox-journal", journal]) == 2

    assert capsys.readouterr().err.splitlines()[1:] == [
        f"  --sandbox-journal: {journal}: No such file or directory"
    ]


def test_a_journal_without_an_end_is_not_read(capsys: Capture) -> None:
    assert main(["deploy", DEPLOY, "--sandbox", "--sandbox-journal", "/dev/zero"]) == 2

    assert capsys.readouterr().err.splitlines()[1:] == ["  --sandbox-journal: /dev/zero: is no regular file"]


def test_a_journal_that_fills_the_disk_ends_the_command_with_one_line(
    capsys: Capture, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        code = main(["deploy", DEPLOY, "--sandbox", "--sandbox-journal", str(journal), "--quiet"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert code == 2
    assert capsys.readouterr().err.splitlines()[1:] == [f"  --sandbox-journal: {journal}: File too large"]


@pytest.mark.slow
def test_other_processes_reach_a_sandbox_that_is_served_and_a_signal_ends_it_well() -> None:
    command = [sys.executable, "-m", "ecs_steps", "sandbox", "--speed", "1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own command
        assert process.stdout
        exports = [process.stdout.readline().split()[1:] for _ in range(3)]
        update = str(files("ecs_steps.sandbox") / "examples" / "update.json")
        ended = subprocess.run(  # noqa: S603  our own command
            [sys.executable, "-m", "ecs_steps", "update", update, "--quiet"],
            env=os.environ | dict(export.split("=") for line in exports for export in line),
            capture_output=True,
            text=True,
            check=False,
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0

    assert "Outcome = SUCCEEDED" in ended.stdout, ended.stderr


def test_examples_are_written_once_and_each_succeeds(tmp_path: Path, capsys: Capture) -> None:
    assert main(["examples", str(tmp_path / "files")]) == 0
    written = capsys.readouterr().out.split()
    (tmp_path / "files" / "update.json").write_text("changed")

    assert main(["examples", str(tmp_path / "files")]) == 0

    assert {Path(each).stem for each in written} >= {row.name for row in STEPS}
    assert capsys.readouterr().out == ""
    assert (tmp_path / "files" / "update.json").read_text() == "changed"
    assert main(["deploy", str(tmp_path / "files" / "deploy.json"), "--sandbox", *FAST]) == 0


def test_examples_that_cannot_be_written_are_one_line(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("")

    assert main(["examples", str(tmp_path / "file" / "folder")]) == 2

    assert "FOLDER: " in capsys.readouterr().err


def test_scenarios_are_listed_with_what_happens_in_them(capsys: Capture) -> None:
    assert main(["scenarios"]) == 0
    assert "The service cannot be created: another one has its name" in capsys.readouterr().out

    assert main(["scenarios", "--output", "json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == list(SCENARIOS)
