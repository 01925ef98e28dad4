"""After a kill at any call the next process ends well from what the first one left."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from faults.matrix import JOURNEYS

KILLED = [(journey.row.name, journey.name) for journey in JOURNEYS if journey.is_killed]


@cache
def reruns(step: str, journey: str) -> Sequence[Any]:
    """Return the result of a rerun after each kill."""
    with TemporaryDirectory() as folder:
        process = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", "faults.kills", step, journey, folder],
            cwd=Path(__file__).parents[1],
            check=True,
            stdout=subprocess.PIPE,
        )
    return [json.loads(line) for line in process.stdout.splitlines()]


@pytest.mark.parametrize(("step", "journey"), KILLED)
def test_a_rerun_after_a_kill_is_green_and_true_and_neither_repeats_nor_loses_anything(
    step: str, journey: str
) -> None:
    after = reruns(step, journey)

    assert {each["signal"] for each in after} == {signal.SIGKILL}
    assert [(each["after"], found) for each in after for found in each["violations"]] == []


def test_a_rerun_after_a_kill_between_registration_and_update_deploys_the_revision_that_exists() -> None:
    [between] = [each for each in reruns("update", "new revision") if each["after"].startswith("Register")]

    assert between["changes"] == ["UpdateService"]
    assert [arn.rpartition("/")[2] for arn in between["new"]] == ["orders:2"]
