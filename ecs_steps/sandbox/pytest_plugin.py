"""A pytest plugin: the fixture ``ecs_sandbox``, and the marker ``ecs_scenario`` that says what it plays.

pytest loads it by itself where ecs_steps is installed; moto is loaded by the first test that uses it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ecs_steps.sandbox import Sandbox

MARKER = "ecs_scenario"


def pytest_configure(config: pytest.Config) -> None:
    text = "what the fixture ecs_sandbox plays: a scenario or its name; with empty=True without fixtures"
    config.addinivalue_line("markers", f"{MARKER}(scenario, *, empty=False): {text}")


@pytest.fixture
def ecs_sandbox(request: pytest.FixtureRequest) -> "Iterator[Sandbox]":
    """Give a fake AWS account of the test's own: `clients` and `clock` go into a step's `run`."""
    from ecs_steps.sandbox import Sandbox

    marker = request.node.get_closest_marker(MARKER)
    scenario = marker.args[0] if marker and marker.args else "healthy"
    is_empty = bool(marker and marker.kwargs.get("empty"))
    with Sandbox.empty(scenario) if is_empty else Sandbox(scenario) as sandbox:
        yield sandbox
