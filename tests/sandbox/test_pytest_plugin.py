"""The plugin in a pytest of its own, as in a project that uses it."""

import subprocess
import sys
from pathlib import Path

TESTS = """
import json
from importlib.resources import files

import pytest
from ecs_steps import RolledBackError, UpdateEcsServiceStep

VARIABLES = json.loads((files("ecs_steps.sandbox") / "examples" / "update.json").read_text())


def test_a_release(ecs_sandbox):
    result = UpdateEcsServiceStep(VARIABLES).run(aws=ecs_sandbox.clients, clock=ecs_sandbox.clock)
    assert result.outputs["TaskDefinitionRevision"] == "2"


def test_each_test_has_an_account_of_its_own(ecs_sandbox):
    [service] = ecs_sandbox.clients.ecs.describe_services(cluster="shop", services=["orders"])["services"]
    assert service["taskDefinition"].endswith(":1")


@pytest.mark.ecs_scenario("breaker-rollback")
def test_a_crash(ecs_sandbox):
    with pytest.raises(RolledBackError):
        UpdateEcsServiceStep(VARIABLES).run(aws=ecs_sandbox.clients, clock=ecs_sandbox.clock)


@pytest.mark.ecs_scenario("healthy", empty=True)
def test_nothing(ecs_sandbox):
    assert ecs_sandbox.clients.ecs.list_clusters()["clusterArns"] == []
"""


def test_the_fixture_and_the_marker_are_there_without_any_import(tmp_path: Path) -> None:
    (tmp_path / "test_release.py").write_text(TESTS, encoding="utf-8")

    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--strict-markers",
            "-p",
            "no:cacheprovider",
            "test_release.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    assert "4 passed" in ended.stdout
