"""1, 10 and 50 updates at once in one process, under ECS' quotas; calls and throttles are the sandbox's."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measuring import Contender
from benchmarks.tables import table

SIZES = (1, 10, 50)
CONTENDERS = {"ours": "ecs_steps", "floor": "bare botocore (the floor)"}
HEAD = (
    "updates at once",
    "real time",
    "time in the sandbox",
    "calls",
    "times the floor's 4 each",
    "throttled",
    "failed",
    "peak memory",
)


def many_at_once(rounds: int) -> str:
    """Compare updates that are not waited for; a row is the median of a few runs."""
    return table(HEAD, _rows(max(1, rounds // 4)))


def _rows(rounds: int) -> Iterator[list[str]]:
    for size in SIZES:
        for contender, name in CONTENDERS.items():
            results, peak = _run(contender, size, rounds)
            calls = median(each["calls"] for each in results)
            yield [
                f"{size}, {name}",
                f"{median(each['seconds'] for each in results):.2f} s",
                f"{median(each['virtual seconds'] for each in results):.1f} s",
                f"{calls:.0f}",
                f"{calls / (4 * size):.2f}",
                f"{median(each['throttled'] for each in results):.0f}",
                f"{median(each['failed'] for each in results):.0f}",
                f"{peak:.0f} MiB",
            ]


def _run(contender: str, size: int, rounds: int) -> tuple[list[dict[str, Any]], float]:
    script = Path(__file__).parent / "many_in_one.py"
    with TemporaryDirectory() as folder:
        process = Contender(
            command=lambda: [sys.executable, str(script), contender, str(size)],
            environment=dict(os.environ),
            folder=Path(folder),
        )
        results = []
        peaks = []
        for _ in range(rounds):
            peaks.append(process.run().peak)
            results.append(json.loads((Path(folder) / "printed").read_text().splitlines()[-1]))
    return results, median(peaks)
