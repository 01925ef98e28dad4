"""What the tests of a step declare for the matrices that run every step."""

from importlib import import_module
from types import ModuleType

from ecs_steps.steps.row import StepRow


def declared_for(row: StepRow, name: str) -> ModuleType:
    """Return the module of a name beside the tests of a step (``steps/<room>/journeys.py``)."""
    room = row.step.partition(":")[0].split(".")[-2]
    return import_module(f"steps.{room}.{name}")
