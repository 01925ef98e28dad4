"""The filters of ``#{Name | Filter option}``."""

from ecs_steps.octopus.octostache.filters.table import apply

__all__ = ["apply"]
