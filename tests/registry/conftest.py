from collections.abc import Iterator

import pytest

from ecs_steps.registry import Credentials, Repository, parse_reference
from ecs_steps.sandbox.registry import SandboxRegistry, serve_registry
from ecs_steps.sandbox.timeline import Timeline, VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(Timeline())


class Registries:
    """The sandbox's registries of a test, and clients of repositories in them."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.source = SandboxRegistry()
        self.destination = SandboxRegistry()

    def at_source(self, name: str = "team/web", login: Credentials | None = None) -> Repository:
        return self._client(self.source, name, login)

    def at_destination(self, name: str = "prod/web", login: Credentials | None = None) -> Repository:
        return self._client(self.destination, name, login)

    def _client(self, registry: SandboxRegistry, name: str, login: Credentials | None) -> Repository:
        return Repository(parse_reference(f"{registry.host}/{name}"), login, clock=self.clock)


@pytest.fixture
def registries(clock: VirtualClock) -> Iterator[Registries]:
    both = Registries(clock)
    with serve_registry(both.source), serve_registry(both.destination):
        yield both
