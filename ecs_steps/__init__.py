"""Octopus-style deployment steps for Amazon ECS.

A step is made from a variable dictionary and run. Neither boto3 nor troposphere is loaded before a step
needs it.
"""

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
from ecs_steps.steps.deploy_ecs_service.step import DeployEcsServiceStep
from ecs_steps.steps.update_ecs_service.step import UpdateEcsServiceStep
from ecs_steps.version import __version__

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
