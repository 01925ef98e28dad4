"""Deployments that the journeys of *Continue* and *Abort* begin with, and what pins them.

The sandbox draws the same ids each time, so that the pins of one are those of another.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ecs_steps.sandbox import Sandbox
from faults.journeys import MINUTES, SECRET
from steps.storefront import Storefront, deployment_variables, pins

Prepare = Callable[[Sandbox], object]

_ENVIRONMENT = {"type": "Plain", "key": "PASSWORD", "value": f"{SECRET}value-of-the-environment"}
_UPDATES = [
    {
        "containerName": "web",
        "packageReference": "web",
        "environmentVariables": {"action": "Append", "items": [_ENVIRONMENT]},
    }
]


def paused_by(scenario: str, **changes: str) -> Prepare:
    """Begin a deployment, and wait for its pause."""

    def prepare(aws: Sandbox) -> dict[str, object]:
        aws.apply(scenario)
        return pins(Storefront(aws).update(Update_ContainerUpdates=_UPDATES, **changes))

    return prepare


def started_by(scenario: str) -> Prepare:
    """Begin a deployment."""

    def prepare(aws: Sandbox) -> None:
        aws.apply(scenario)
        Storefront(aws).update(minutes=0, Update_ContainerUpdates=_UPDATES)

    return prepare


def continued_by(scenario: str) -> Prepare:
    """Begin a deployment and continue at its pause, without waiting for more."""

    def prepare(aws: Sandbox) -> None:
        pinned = paused_by(scenario)(aws)
        assert isinstance(pinned, dict)
        Storefront(aws).proceed(minutes=0, **pinned)
        aws.clock.sleep(20)

    return prepare


@cache
def pins_of(scenario: str, **changes: str) -> Mapping[str, Any]:
    """Return the pins of a deployment that `paused_by` the scenario begins."""
    with Sandbox() as aws:
        pinned = paused_by(scenario, **changes)(aws)
        assert isinstance(pinned, dict)
        return pinned


def settings(*, minutes: int = MINUTES, **changes: Any) -> dict[str, object]:  # noqa: ANN401  passed on
    return {"Octopus.Action.Aws.Region": "eu-west-1", **deployment_variables(minutes=minutes, **changes)}
