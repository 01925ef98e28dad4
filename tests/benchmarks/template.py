"""Building and writing the template of ten containers, and the share of each package in that time."""

import cProfile
import json
import pstats
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import troposphere
import yaml

import ecs_steps
from benchmarks.tables import table
from ecs_steps import DeployEcsServiceStep
from steps.deploy_ecs_service.features import FEATURES

TIMES = 20
HOMES = {
    "ecs_steps": Path(ecs_steps.__file__).parent,
    "troposphere": Path(troposphere.__file__).parent,
    "PyYAML": Path(yaml.__file__).parent,
}


def ten_containers(rounds: int) -> str:
    """Measure each stage in a warm process, with the share of each package."""
    variables = FEATURES["ten-containers"]
    step = DeployEcsServiceStep(variables)
    for_export = DeployEcsServiceStep(variables, for_export=True)
    stages: Mapping[str, Callable[[], object]] = {
        "variables to inputs": lambda: DeployEcsServiceStep(variables),
        "inputs to a template": step.template,
        "a template as JSON": lambda: json.dumps(step.template().to_dict(), indent=1),
        "a template as YAML": for_export.export,
    }
    head = ["", "median", *(f"of it {name}" for name in HOMES), "of it the rest"]
    return table(head, ([name, *_measured(stage, rounds)] for name, stage in stages.items()))


def _measured(stage: Callable[[], object], rounds: int) -> list[str]:
    stage()
    shares = _shares(stage)
    return [
        f"{1000 * median(_seconds(stage) for _ in range(rounds)):.1f} ms",
        *(f"{100 * shares[name]:.0f} %" for name in (*HOMES, "the rest")),
    ]


def _seconds(stage: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(TIMES):
        stage()
    return (time.perf_counter() - started) / TIMES


def _shares(stage: Callable[[], object]) -> Mapping[str, float]:
    """Return each package's part in the time; what it calls of the standard library is part of the rest."""
    with cProfile.Profile() as profile:
        for _ in range(TIMES):
            stage()
    spent: Counter[str] = Counter()
    for (file, _, _), (_, _, seconds, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]  # its types forget it
        home = next((name for name, folder in HOMES.items() if folder in Path(file).parents), "the rest")
        spent[home] += seconds
    total = sum(spent.values())
    return {name: spent[name] / total for name in (*HOMES, "the rest")}
