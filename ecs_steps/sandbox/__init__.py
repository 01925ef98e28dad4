"""A fake AWS in this process, for tests and demonstrations.

`with Sandbox() as aws:` gives `aws.clients` and `aws.clock`; nothing leaves the process. The account starts
with the fixtures of `ecs_steps/sandbox/ecs/fixtures.py`, with `Sandbox.empty()` with nothing; ordinary boto3
calls through `aws.clients` add what a test needs. What goes wrong is a scenario: a name of `SCENARIOS`, or
`Scenario.of(crashes(first=2), Fault("UpdateService", FaultKind.THROTTLED, range(1)))`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecs_steps.sandbox.failures import (
        cannot_pull,
        cannot_start,
        crashes,
        no_capacity,
        resource_fails,
        unhealthy,
        unhealthy_targets,
    )
    from ecs_steps.sandbox.faults import Fault, FaultKind
    from ecs_steps.sandbox.quotas import Quota
    from ecs_steps.sandbox.sandbox import Sandbox
    from ecs_steps.sandbox.scenario import Scenario
    from ecs_steps.sandbox.scenarios import SCENARIOS
    from ecs_steps.sandbox.transport import Call

__all__ = [
    "SCENARIOS",
    "Call",
    "Fault",
    "FaultKind",
    "Quota",
    "Sandbox",
    "Scenario",
    "cannot_pull",
    "cannot_start",
    "crashes",
    "no_capacity",
    "resource_fails",
    "unhealthy",
    "unhealthy_targets",
]

_MODULES = dict.fromkeys(filter(str.islower, __all__), "failures") | {
    "SCENARIOS": "scenarios",
    "Call": "transport",
    "Fault": "faults",
    "FaultKind": "faults",
    "Quota": "quotas",
    "Sandbox": "sandbox",
    "Scenario": "scenario",
}


if not TYPE_CHECKING:  # else a name that is not there would be any object to who checks types

    def __getattr__(name: str) -> object:
        # pytest imports this package at every start, for the plugin in it, and where there is no moto too.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            import moto  # noqa: F401, PLC0415  fails early with a plain message
        except ImportError as error:
            raise ImportError("The sandbox needs moto: pip install 'ecs-steps[sandbox]'") from error
        value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return value
