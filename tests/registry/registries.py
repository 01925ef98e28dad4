from attrs import define, field

from ecs_steps.image_reference import parse_reference
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.repository import Repository
from ecs_steps.sandbox.registry import SandboxRegistry
from ecs_steps.sandbox.timeline import VirtualClock


@define
class Registries:
    """The sandbox's registries of a test, and clients of repositories in them."""

    clock: VirtualClock
    source: SandboxRegistry = field(factory=SandboxRegistry)
    destination: SandboxRegistry = field(factory=SandboxRegistry)

    def at_source(self, name: str = "team/web", login: Credentials | None = None) -> Repository:
        return self._client(self.source, name, login)

    def at_destination(self, name: str = "prod/web", login: Credentials | None = None) -> Repository:
        return self._client(self.destination, name, login)

    def _client(self, registry: SandboxRegistry, name: str, login: Credentials | None) -> Repository:
        return Repository(parse_reference(f"{registry.host}/{name}"), login, clock=self.clock)
