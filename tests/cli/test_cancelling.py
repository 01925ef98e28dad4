"""A process that is sent a signal ends within a second, and names what continues in AWS."""

import os
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest

EXAMPLES = files("ecs_steps.sandbox") / "examples"


def started(command: str, scenario: str, tmp_path: Path, *, word: str) -> "subprocess.Popen[str]":
    """Start a slow command and return once it has printed `word`."""
    printed = tmp_path / "stderr"
    with printed.open("w") as stream:
        process = subprocess.Popen(  # noqa: S603  our own command
            [
                sys.executable,
                "-m",
                "ecs_steps",
                command,
                str(EXAMPLES / f"{command}.json"),
                "--sandbox",
                scenario,
                "--sandbox-speed",
                "5",
            ],
            stderr=stream,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    for _ in range(300):
        if word in printed.read_text():
            return process
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"it never printed {word!r}: {printed.read_text()}")


SIGNALS = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)


@SIGNALS
@pytest.mark.parametrize(
    ("command", "follow"),
    [("deploy", "--stack arn:aws:cloudformation:"), ("update", "--deployment ecs-svc/")],
)
def test_a_signal_ends_the_wait_within_a_second_and_says_how_to_follow(
    command: str, follow: str, number: int, code: int, tmp_path: Path
) -> None:
    word = "CREATE_IN_PROGRESS" if command == "deploy" else "pending"
    process = started(command, "slow-start", tmp_path, word=word)

    sent = time.monotonic()
    process.send_signal(number)
    out, _ = process.communicate(timeout=10)

    assert time.monotonic() - sent < 5
    assert process.returncode == code
    printed = (tmp_path / "stderr").read_text()
    assert "The step was cancelled: " in printed
    assert f"ecs-steps watch VARIABLES.json {follow}" in printed
    assert "Region = eu-west-1" in out
    assert "Traceback" not in printed


@SIGNALS
@pytest.mark.parametrize("command", ["check", "deploy"])
def test_a_signal_before_anything_was_started_says_so(
    command: str, number: int, code: int, tmp_path: Path
) -> None:
    variables = tmp_path / "variables.json"
    os.mkfifo(variables)
    process = subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, "-m", "ecs_steps", command, str(variables)], stderr=subprocess.PIPE, text=True
    )
    # It opens once the command reads it, which then waits for what is never written.
    with variables.open("w"):
        process.send_signal(number)
        _, err = process.communicate(timeout=10)

    assert process.returncode == code
    assert err == "The command was cancelled; nothing had been started in AWS.\n"
