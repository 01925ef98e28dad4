"""What all tests share."""

import gc
import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from ecs_steps.cli.process import tune_gc

# Who runs the tests has no part in them: neither a profile nor, on the way to loopback, a proxy.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1"]))

# A fifth of the time would go into the search for garbage, most of which is none.
tune_gc()

# How long an example takes says more of the machine than of the code. Each run draws a few other examples,
# but for CI, where a red run is to be about the change, as in hypothesis' own profile for it;
# HYPOTHESIS_PROFILE=thorough draws many, for a change of what a property is about.
settings.register_profile("usual", deadline=None, max_examples=30)
settings.register_profile("ci", deadline=None, max_examples=30, derandomize=True, database=None)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "usual"))


# What goes through every scenario, tries the fake AWS itself, or starts processes; the rest is the unit
# suite, which ``pytest -m "not slow"`` runs within a minute.
SLOW = (
    "benchmarks/",
    "cli/test_cancelling.py",
    "e2e/",
    "explaining/",
    "faults/",
    "feed/test_server.py",
    "fuzzing/test_every_injection_point.py",
    "fuzzing/test_growth.py",
    "fuzzing/test_limits.py",
    "permissions/test_checks.py",
    "permissions/test_journeys.py",
    "preflight/test_checks.py",
    "registry/test_init.py",
    "rollouts/test_task_set_invariants.py",
    "sandbox/",
    "step_templates/",
    "test_init.py",
    "test_readme.py",
    "test_tables.py",
)


@cache
def place(path: Path) -> str:
    return path.relative_to(Path(__file__).parent).as_posix()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what a run without slow tests would leave out: a fourth of its start."""
    without_slow = "not slow" in config.option.markexpr.split(" and ")
    is_below = collection_path.is_relative_to(Path(__file__).parent)
    return True if without_slow and is_below and place(collection_path).startswith(SLOW) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if place(item.path).startswith(SLOW):
            item.add_marker("slow")
        if place(item.path).startswith("e2e/"):
            item.add_marker("e2e")


def pytest_collection_finish() -> None:
    """Keep the search for garbage out of what was collected, which lives as long as the run."""
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what the code makes into the goldens; read the difference before you keep it",
    )


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))
