"""The strategy of a deployment configuration: its shares, its bakes."""

import math
from typing import Any

from ecs_steps.sandbox.ecs.hooks import is_pause, timeout_minutes

Configuration = dict[str, Any]

_ALL = 100.0
_DEFAULT_STEP_PERCENT, _DEFAULT_STEP_BAKE_MINUTES = 10.0, 6
_DEFAULT_CANARY_PERCENT, _DEFAULT_CANARY_BAKE_MINUTES = 5.0, 10


def shifts_traffic(configuration: Configuration) -> bool:
    """Return whether green runs beside blue, and traffic is shifted."""
    return bool(configuration.get("strategy", "ROLLING") != "ROLLING")


def shares(configuration: Configuration) -> list[float]:
    """Return the percents of production traffic that green gets, step by step; the last is 100."""
    match configuration["strategy"]:
        case "CANARY":
            canary = configuration.get("canaryConfiguration") or {}
            share = float(canary.get("canaryPercent") or _DEFAULT_CANARY_PERCENT)
            return [share, _ALL] if share < _ALL else [_ALL]
        case "LINEAR":
            linear = configuration.get("linearConfiguration") or {}
            step = float(linear.get("stepPercent") or _DEFAULT_STEP_PERCENT)
            steps = math.ceil(round(_ALL / step, 6))
            return [*(round(step * number, 1) for number in range(1, steps)), _ALL]
        case _:
            return [_ALL]


def step_bake_minutes(configuration: Configuration) -> float:
    """Return how long a step bakes before the next one; the one to 100 % does not."""
    match configuration["strategy"]:
        case "CANARY":
            canary = configuration.get("canaryConfiguration") or {}
            return float(canary.get("canaryBakeTimeInMinutes", _DEFAULT_CANARY_BAKE_MINUTES))
        case "LINEAR":
            linear = configuration.get("linearConfiguration") or {}
            return float(linear.get("stepBakeTimeInMinutes", _DEFAULT_STEP_BAKE_MINUTES))
        case _:
            return 0.0


def total_bake_minutes(configuration: Configuration) -> float:
    """Return the bakes of all steps and the timeouts of all pauses, each once a stage.

    That is what CloudFormation holds against its 33 hours (measured by non-97/ecs-native-blue-green).
    """
    bakes = step_bake_minutes(configuration) * (len(shares(configuration)) - 1)
    pauses = sum(
        timeout_minutes(hook) * len(hook["lifecycleStages"])
        for hook in configuration.get("lifecycleHooks") or []
        if is_pause(hook)
    )
    return float(configuration.get("bakeTimeInMinutes") or 0) + bakes + pauses
