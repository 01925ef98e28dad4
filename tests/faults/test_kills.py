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

from explaining.runs import Step

KILLED: list[tuple[Step, str]] = [
    ("deploy", "create"),
    ("deploy", "update"),
    ("deploy", "update that crashes"),
    ("update", "new revision"),
    ("update", "new revision, not forced"),
    ("update", "crash, rolled back"),
]
FORCED = ("update", "new revision"), ("update", "crash, rolled back")
"""A rerun of these deploys again what runs already, since it is forced to."""


@cache
def reruns(step: Step, journey: str) -> Sequence[Any]:
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
def test_a_rerun_after_a_kill_is_green_and_serves_one_new_revision_from_one_stack_with_no_deployment_twice(
    step: Step, journey: str
) -> None:
    after = reruns(step, journey)

    assert {each["signal"] for each in after} == {signal.SIGKILL}
    for each in after:
        assert each["outcome"] in ("SUCCEEDED", "UNCHANGED"), each
        assert each["serves"], each
        assert each["new"] == [each["runs"]], each
        assert each["equal"] == 1, each
        assert each["stacks"] == (1 if step == "deploy" else 0), each
        assert each["deployed_by_rerun"].count(each["runs"]) <= 1, each
        assert each["deployed"].count(each["runs"]) == 1 or (step, journey) in FORCED, each


def test_a_rerun_after_a_kill_between_registration_and_update_deploys_the_revision_that_exists() -> None:
    [between] = [each for each in reruns("update", "new revision") if each["after"].startswith("Register")]

    assert between["changes"] == ["UpdateService"]
    assert [arn.rpartition("/")[2] for arn in between["new"]] == ["orders:2"]
