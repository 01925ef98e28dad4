from collections.abc import Iterator

import pytest

from ecs_steps.sandbox.registry_server import serve_registry
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from registry.registries import Registries


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(Timeline())


@pytest.fixture
def registries(clock: VirtualClock) -> Iterator[Registries]:
    both = Registries(clock)
    with serve_registry(both.source), serve_registry(both.destination):
        yield both
