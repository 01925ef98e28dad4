"""Octopus' substitution syntax, ``#{Name | Filter}``, over a dictionary of variables."""

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.evaluation import Evaluated, Evaluator, evaluate

__all__ = ["Evaluated", "Evaluator", "OctostacheError", "evaluate"]
