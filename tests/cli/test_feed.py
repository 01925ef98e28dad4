"""``ecs-steps feed`` over the sandbox: what a step registers is a version that docker's clients list."""

import json
import signal
import subprocess
import sys
import urllib.request
from importlib.resources import files
from pathlib import Path

import pytest

from ecs_steps.cli.main import main

UPDATE = str(files("ecs_steps.sandbox") / "examples" / "update.json")


def test_the_check_of_the_sandboxs_families_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feed", "--check", "--sandbox"]) == 0

    assert "families" in capsys.readouterr().err


@pytest.mark.slow
def test_a_revision_that_a_step_registers_is_a_version_of_the_feed(tmp_path: Path) -> None:
    journal = ["--sandbox", "--sandbox-journal", str(tmp_path / "aws")]
    assert main(["update", UPDATE, *journal, "--sandbox-speed", "1000000", "--quiet"]) == 0

    command = [sys.executable, "-m", "ecs_steps", "feed", "--port", "0", *journal]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  our own command
        assert process.stderr
        line = next(each for each in process.stderr if "listens on" in each)
        url = f"{line.split()[-1]}/v2/orders/tags/list"
        with urllib.request.urlopen(url) as reply:  # noqa: S310  on loopback
            tags = json.load(reply)["tags"]
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0

    assert sorted(tag for tag in tags if "2" in tag)
    assert len(tags) == 2
