"""The benchmarks run, and their claims hold."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.many_in_one import by_botocore, by_this_library, populated, update_all
from benchmarks.measuring import Contender, measure, ratio
from benchmarks.start_up import start_up
from benchmarks.template import ten_containers


def test_fifty_updates_at_once_respect_ecs_quotas() -> None:
    with populated(50) as aws:
        result = update_all(aws, 50, by_this_library)

    assert result["failed"] == 0
    assert result["throttled"] > 0
    # A bare update is four calls.
    assert result["calls"] <= 1.5 * 4 * 50
    assert result["virtual seconds"] < 60


def test_the_quotas_are_too_small_for_callers_that_ignore_them() -> None:
    with populated(50) as aws:
        result = update_all(aws, 50, by_botocore)

    assert result["failed"] > 0


def test_a_contender_is_measured_by_itself(tmp_path: Path) -> None:
    block = "b = bytearray({size} * 2**20); b[:] = b'x' * len(b); print(len(b))"
    contenders = {
        name: Contender(
            command=lambda size=size: [sys.executable, "-c", block.format(size=size)],  # type: ignore[misc]  # a default argument binds the loop's size
            environment={},
            folder=tmp_path,
        )
        for name, size in {"small": 1, "large": 64}.items()
    }

    runs = measure(contenders, 2)

    assert [len(taken) for taken in runs.values()] == [2, 2]
    assert max(run.peak for run in runs["small"]) < 64 < min(run.peak for run in runs["large"])
    assert ratio(runs, "small", "small", lambda run: run.seconds) == 1


def test_a_contender_that_fails_is_no_measurement(tmp_path: Path) -> None:
    contender = Contender(
        command=lambda: [sys.executable, "-c", "raise SystemExit('out of order')"],
        environment={},
        folder=tmp_path,
    )

    with pytest.raises(AssertionError, match="ended with 1:\nout of order"):
        contender.run()


@pytest.mark.parametrize(("benchmark", "rows"), [(start_up, 8), (ten_containers, 4)])
def test_a_benchmark_gives_a_table(benchmark: object, rows: int) -> None:
    assert callable(benchmark)

    head, ruler, *body = benchmark(1).splitlines()

    assert len(body) == rows
    assert {line.count("|") for line in (head, ruler, *body)} == {head.count("|")}


def test_many_in_one_is_a_command(tmp_path: Path) -> None:
    script = Path(__file__).parent / "many_in_one.py"

    Contender(
        command=lambda: [sys.executable, str(script), "ours", "1"], environment={}, folder=tmp_path
    ).run()

    assert json.loads((tmp_path / "printed").read_text())["calls"] == 4
