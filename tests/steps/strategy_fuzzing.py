"""The variables of a strategy, for the fuzzing of the steps that take one."""

from typing import Any

ECS = "Octopus.Action.Aws.Ecs"

STRATEGY: dict[str, Any] = {
    f"{ECS}.Strategy.Type": "Rolling",
    f"{ECS}.Strategy.CanaryPercent": "10",
    f"{ECS}.Strategy.StepPercent": "10",
    f"{ECS}.Strategy.StepBakeMinutes": "0",
    f"{ECS}.Strategy.BakeMinutes": "5",
    f"{ECS}.Strategy.PauseAt": "",
    f"{ECS}.Strategy.PauseTimeoutMinutes": "60",
    f"{ECS}.Strategy.PauseTimeoutAction": "Rollback",
    f"{ECS}.Deployment.CircuitBreaker": "On",
    f"{ECS}.Deployment.Alarms": "orders-5xx",
}
