"""Octopus-style deployment steps for Amazon ECS.

A step is made from a variable dictionary and run. Each of the two is loaded when it is first asked for, and
neither boto3 nor troposphere before a step needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ecs_steps.errors import (
    AccessDeniedError,
    AwsCallError,
    DeploymentError,
    EcsStepsError,
    InterruptedDeploymentError,
    InvalidInputsError,
    NotFoundError,
    Problem,
    RolledBackError,
    RolloutFailedError,
    StackFailedError,
    SupersededError,
    TimedOutError,
)
from ecs_steps.result import Outcome, Result
from ecs_steps.version import __version__

if TYPE_CHECKING:
    from ecs_steps.steps.deploy_ecs_service.step import DeployEcsServiceStep
    from ecs_steps.steps.update_ecs_service.step import UpdateEcsServiceStep

__all__ = [
    "AccessDeniedError",
    "AwsCallError",
    "DeployEcsServiceStep",
    "DeploymentError",
    "EcsStepsError",
    "InterruptedDeploymentError",
    "InvalidInputsError",
    "NotFoundError",
    "Outcome",
    "Problem",
    "Result",
    "RolledBackError",
    "RolloutFailedError",
    "StackFailedError",
    "SupersededError",
    "TimedOutError",
    "UpdateEcsServiceStep",
    "__version__",
]

_STEPS = {
    "DeployEcsServiceStep": "ecs_steps.steps.deploy_ecs_service.step",
    "UpdateEcsServiceStep": "ecs_steps.steps.update_ecs_service.step",
}


if not TYPE_CHECKING:  # else a name that is not there would be any object to who checks types

    def __getattr__(name: str) -> object:
        if name not in _STEPS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        step = globals()[name] = getattr(import_module(_STEPS[name]), name)
        return step


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
