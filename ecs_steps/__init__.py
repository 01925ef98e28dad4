"""Octopus-style deployment steps for Amazon ECS.

A step is made from a variable dictionary and run. Each step is loaded when it is first used, and neither
boto3 nor troposphere before a step needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ecs_steps.causes import Cause, Diagnosis, ResourceFailure, StackFailures
from ecs_steps.clock import Clock, SystemClock
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
    ScanGateError,
    StackFailedError,
    SupersededError,
    TimedOutError,
    WrongEnvironmentError,
)
from ecs_steps.reporting.events import (
    DeploymentPaused,
    Level,
    Message,
    OutputVariable,
    PhasesTook,
    Progress,
    Report,
    Reported,
    RolloutChanged,
    ServiceEvent,
    StackChanged,
    StepFinished,
    StillWaiting,
    TargetFound,
)
from ecs_steps.result import DryRun, Outcome, Result
from ecs_steps.steps import registry as step_registry
from ecs_steps.version import __version__

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients, account_clients, environment_clients
    from ecs_steps.preflight.check import CheckTable
    from ecs_steps.registry.errors import (
        CopyCancelledError,
        CorruptedImageError,
        ImageNotFoundError,
        InvalidLayoutError,
        RegistryError,
        RegistryUnauthorizedError,
        RegistryUnreachableError,
        TagConflictError,
        UnsupportedImageError,
    )
    from ecs_steps.reporting.terminal import logger_presenter
    from ecs_steps.steps.registry import *  # noqa: F403  the classes of the table's rows

__all__ = [
    "AccessDeniedError",
    "AwsCallError",
    "AwsClients",
    "Cause",
    "CheckTable",
    "Clock",
    "CopyCancelledError",
    "CorruptedImageError",
    "DeploymentError",
    "DeploymentPaused",
    "Diagnosis",
    "DryRun",
    "EcsStepsError",
    "ImageNotFoundError",
    "InterruptedDeploymentError",
    "InvalidInputsError",
    "InvalidLayoutError",
    "Level",
    "Message",
    "NotFoundError",
    "Outcome",
    "OutputVariable",
    "PhasesTook",
    "Problem",
    "Progress",
    "RegistryError",
    "RegistryUnauthorizedError",
    "RegistryUnreachableError",
    "Report",
    "Reported",
    "ResourceFailure",
    "Result",
    "RolledBackError",
    "RolloutChanged",
    "RolloutFailedError",
    "ScanGateError",
    "ServiceEvent",
    "StackChanged",
    "StackFailedError",
    "StackFailures",
    "StepFinished",
    "StillWaiting",
    "SupersededError",
    "SystemClock",
    "TagConflictError",
    "TargetFound",
    "TimedOutError",
    "UnsupportedImageError",
    "WrongEnvironmentError",
    "__version__",
    "account_clients",
    "environment_clients",
    "logger_presenter",
]
__all__ += step_registry.__all__

_LAZY = {
    "AwsClients": "ecs_steps.aws.clients",
    "CheckTable": "ecs_steps.preflight.check",
    "CopyCancelledError": "ecs_steps.registry.errors",
    "CorruptedImageError": "ecs_steps.registry.errors",
    "ImageNotFoundError": "ecs_steps.registry.errors",
    "InvalidLayoutError": "ecs_steps.registry.errors",
    "RegistryError": "ecs_steps.registry.errors",
    "RegistryUnauthorizedError": "ecs_steps.registry.errors",
    "RegistryUnreachableError": "ecs_steps.registry.errors",
    "TagConflictError": "ecs_steps.registry.errors",
    "UnsupportedImageError": "ecs_steps.registry.errors",
    "account_clients": "ecs_steps.aws.clients",
    "environment_clients": "ecs_steps.aws.clients",
    "logger_presenter": "ecs_steps.reporting.terminal",
}


if not TYPE_CHECKING:  # else a name that is not there would be any object to who checks types

    def __getattr__(name: str) -> object:
        module = "ecs_steps.steps.registry" if name in step_registry.__all__ else _LAZY.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(module), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
