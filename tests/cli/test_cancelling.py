"""A process that is told to end: within a second, with a word on what goes on in AWS."""

import os
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest

EXAMPLES = files("ecs_steps.sandbox") / "examples"


def begun(command: str, scenario: str, tmp_path: Path, *, word: str) -> "subprocess.Popen[str]":
    """Start a slow command and return once it has said `word`."""
    said = tmp_path / "said"
    with said.open("w") as stream:
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
        if word in said.read_text():
            return process
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"it never said {word!r}: {said.read_text()}")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
@pytest.mark.parametrize(
    ("command", "follow"),
    [("deploy", "--stack arn:aws:cloudformation:"), ("update", "--deployment ecs-svc/")],
)
def test_a_signal_ends_the_wait_within_a_second_and_says_how_to_follow(
    command: str, follow: str, number: int, code: int, tmp_path: Path
) -> None:
    word = "CREATE_IN_PROGRESS" if command == "deploy" else "pending"
    process = begun(command, "slow-start", tmp_path, word=word)

    sent = time.monotonic()
    process.send_signal(number)
    out, _ = process.communicate(timeout=10)

    assert time.monotonic() - sent < 5
    assert process.returncode == code
    said = (tmp_path / "said").read_text()
    assert "The step was cancelled: " in said
    assert f"ecs-steps watch VARIABLES.json {follow}" in said
    assert "Region = eu-west-1" in out
    assert "Traceback" not in said
