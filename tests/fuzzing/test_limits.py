"""Texts of 10 MB, files of 10 MB and lists without end are read in bounded time and memory.

No clock: each group is read by a process of its own, which the system ends beyond generous limits.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

pytest.importorskip("resource", reason="this system has no limits for a process")


@pytest.mark.parametrize("group", ["lists", "texts", "values", "files", "variables"])
def test_large_input_stays_within_limits(group: str) -> None:
    found = os.pathsep.join([str(TESTS), str(TESTS.parent)])

    process = subprocess.run(  # noqa: S603  this file's neighbour
        [sys.executable, str(TESTS / "fuzzing" / "within_limits.py"), group],
        env=os.environ | {"PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=False,
    )

    last = process.stdout.rstrip().rpartition("\n")[2]
    assert process.returncode == 0, f"{last}: {process.stderr[-2000:]}"
    print(process.stderr)  # noqa: T201  the time of each, shown with -s
