"""Plans with names: everything that can befall a service, each in a few lines."""

from collections.abc import Mapping
from types import MappingProxyType

from ecs_steps.sandbox.ecs.plan import EcsPlan

SERVICE_SCENARIOS: Mapping[str, tuple[str, EcsPlan]] = MappingProxyType({})
