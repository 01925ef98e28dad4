"""Octopus' substitution syntax, ``#{Name | Filter}``, over a dictionary of variables.

text -> grammar (parts) -> rendering (looks up names, applies filters) -> text and unresolved tokens.
"""

from ecs_steps.octostache.bounds import Evaluated, OctostacheError
from ecs_steps.octostache.evaluation import Evaluator, evaluate

__all__ = ["Evaluated", "Evaluator", "OctostacheError", "evaluate"]
