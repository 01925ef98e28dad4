"""Deployment strategies: from what a user chooses to ECS' deployment configuration, and back; pure.

ECS shifts the traffic itself (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-types.html).
The new tasks run at 100 % of the desired count, whatever their share of the traffic is.
"""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import frozen

ALL_TRAFFIC = 100.0
DEFAULT_CANARY_PERCENT, DEFAULT_STEP_PERCENT = 5.0, 10.0
"""What ECS takes where a configuration names none."""
DEFAULT_PAUSE_TIMEOUT_MINUTES = 1440

PAUSABLE_STAGES = (
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)
"""Where a PAUSE hook may wait in every deployment; the traffic shifts themselves also run in a rollback."""

OWNED_MEMBERS = (
    "strategy",
    "bakeTimeInMinutes",
    "canaryConfiguration",
    "linearConfiguration",
    "lifecycleHooks",
)


class StrategyType(StrEnum):
    """How the traffic gets to a new revision."""

    KEEP = "Keep"
    ROLLING = "Rolling"
    BLUE_GREEN = "BlueGreen"
    CANARY = "Canary"
    LINEAR = "Linear"

    @property
    def shifts(self) -> bool:
        """Whether ECS shifts traffic from one target group to another."""
        return self not in (StrategyType.KEEP, StrategyType.ROLLING)


class TimeoutAction(StrEnum):
    """What ECS does at a pause that no one has answered in time."""

    ROLLBACK = "Rollback"
    CONTINUE = "Continue"


class CircuitBreaker(StrEnum):
    """What ECS' deployment circuit breaker does after too many failed tasks."""

    OFF = "Off"
    ON = "On"
    ROLLBACK = "Rollback"


ECS_STRATEGIES = {
    StrategyType.ROLLING: "ROLLING",
    StrategyType.BLUE_GREEN: "BLUE_GREEN",
    StrategyType.CANARY: "CANARY",
    StrategyType.LINEAR: "LINEAR",
}


@frozen(kw_only=True)
class Strategy:
    """A strategy that a user has chosen; `percent` is the canary's share, or that of each linear step."""

    type: StrategyType
    percent: float = ALL_TRAFFIC
    step_bake_minutes: int = 0
    bake_minutes: int = 0
    pause_at: tuple[str, ...] = ()
    pause_timeout_minutes: int = DEFAULT_PAUSE_TIMEOUT_MINUTES
    pause_timeout_action: TimeoutAction = TimeoutAction.ROLLBACK

    @property
    def bake_minutes_in_all(self) -> float:
        """The bakes of all steps and the last one; the step to 100 % has none of its own."""
        steps = len(shares(self.configuration()))
        return self.bake_minutes + self.step_bake_minutes * (steps - 1)

    def configuration(self, existing: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return ECS' deployment configuration with this strategy, laid over an existing one.

        The existing Lambda hooks stay, and its PAUSE hooks go. ECS may list a hook without its type: one
        without a target is a pause.
        """
        existing = existing or {}
        kept = {name: value for name, value in existing.items() if name not in OWNED_MEMBERS}
        hooks = [hook for hook in existing.get("lifecycleHooks", ()) if not is_pause_hook(hook)]
        if self.pause_at:
            hooks.append(self._pause_hook())
        return kept | {"strategy": ECS_STRATEGIES[self.type], **self._numbers(), "lifecycleHooks": hooks}

    def _numbers(self) -> dict[str, Any]:
        bake = {"bakeTimeInMinutes": self.bake_minutes}
        match self.type:
            case StrategyType.CANARY:
                canary = {"canaryPercent": self.percent, "canaryBakeTimeInMinutes": self.step_bake_minutes}
                return {**bake, "canaryConfiguration": canary}
            case StrategyType.LINEAR:
                linear = {"stepPercent": self.percent, "stepBakeTimeInMinutes": self.step_bake_minutes}
                return {**bake, "linearConfiguration": linear}
            case StrategyType.BLUE_GREEN:
                return bake
            case _:
                return {}

    def _pause_hook(self) -> dict[str, Any]:
        return {
            "targetType": "PAUSE",
            "lifecycleStages": list(self.pause_at),
            "timeoutConfiguration": {
                "timeoutInMinutes": self.pause_timeout_minutes,
                "action": self.pause_timeout_action.upper(),
            },
        }

    def is_in_force(self, configuration: Mapping[str, Any]) -> bool:
        """Return whether a deployment with this configuration was started with this very strategy."""
        requested = self.configuration(configuration)
        return (
            all(configuration.get(name) == value for name, value in self._numbers().items())
            and requested["strategy"] == configuration.get("strategy", "ROLLING")
            and pause_points(requested) == pause_points(configuration)
        )


@frozen(kw_only=True)
class Safeguards:
    """What stops a deployment that goes wrong; none leaves what the service has."""

    circuit_breaker: CircuitBreaker | None = None
    alarms: tuple[str, ...] = ()

    def configuration(self) -> dict[str, Any]:
        """Return the members of ECS' deployment configuration; an alarm always rolls back."""
        members: dict[str, Any] = {}
        if self.circuit_breaker:
            members["deploymentCircuitBreaker"] = {
                "enable": self.circuit_breaker is not CircuitBreaker.OFF,
                "rollback": self.circuit_breaker is CircuitBreaker.ROLLBACK,
            }
        if self.alarms:
            members["alarms"] = {"alarmNames": list(self.alarms), "enable": True, "rollback": True}
        return members


def complete_configuration(existing: Mapping[str, Any]) -> dict[str, Any]:
    """Return a described deployment configuration as UpdateService takes it: each hook with its type."""
    hooks = [
        {"targetType": "PAUSE", **hook} if is_pause_hook(hook) else hook
        for hook in existing.get("lifecycleHooks", ())
    ]
    return {**existing, **({"lifecycleHooks": hooks} if hooks else {})}


def requested_configuration(
    strategy: Strategy | None, safeguards: Safeguards, existing: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the deployment configuration to send; none where the existing one stays as it is."""
    changes = safeguards.configuration()
    if strategy is None and not changes:
        return None
    configuration = strategy.configuration(existing) if strategy else complete_configuration(existing)
    return configuration | changes


def is_pause_hook(hook: Mapping[str, Any]) -> bool:
    """Return whether a lifecycle hook of a configuration waits for a person."""
    return "hookTargetArn" not in hook


def pause_points(configuration: Mapping[str, Any]) -> set[tuple[str, int, str]]:
    """Return the stages at which a configuration pauses, each with its timeout in minutes and its action."""
    return {
        (
            stage,
            hook.get("timeoutConfiguration", {}).get("timeoutInMinutes", DEFAULT_PAUSE_TIMEOUT_MINUTES),
            hook.get("timeoutConfiguration", {}).get("action", "ROLLBACK"),
        )
        for hook in configuration.get("lifecycleHooks", ())
        if is_pause_hook(hook)
        for stage in hook.get("lifecycleStages", ())
    }


def shares(configuration: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the percents of production traffic that a new revision gets, step by step; the last is 100."""
    match configuration.get("strategy"):
        case "CANARY":
            canary = configuration.get("canaryConfiguration") or {}
            share = float(canary.get("canaryPercent", DEFAULT_CANARY_PERCENT))
            return (share, ALL_TRAFFIC) if share < ALL_TRAFFIC else (ALL_TRAFFIC,)
        case "LINEAR":
            linear = configuration.get("linearConfiguration") or {}
            step = float(linear.get("stepPercent", DEFAULT_STEP_PERCENT))
            count = math.ceil(round(ALL_TRAFFIC / step, 6))
            return (*(round(step * number, 1) for number in range(1, count)), ALL_TRAFFIC)
        case _:
            return (ALL_TRAFFIC,)


def steps_done(configuration: Mapping[str, Any], production_weight: float) -> int:
    """Return how many of the `shares` a new revision with this percent of the traffic has reached."""
    return sum(share <= production_weight for share in shares(configuration))


def strategy_name(configuration: Mapping[str, Any]) -> str:
    """Return a strategy as people write it: ``blue/green``, ``canary``, ``linear`` or ``rolling``."""
    name = str(configuration.get("strategy", "ROLLING"))
    return "blue/green" if name == "BLUE_GREEN" else name.lower()
