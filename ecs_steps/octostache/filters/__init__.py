"""The filters of ``#{Name | Filter option}``."""

from ecs_steps.octostache.filters.table import apply

__all__ = ["apply"]
