"""The circuit breaker of a service: its configuration and its threshold."""

import math
from typing import Any

from ecs_steps.sandbox.ecs.service import Service


def breaker_of(service: Service) -> dict[str, Any]:
    return service.configuration.get("deploymentCircuitBreaker") or {}


def breaker_threshold(service: Service) -> int:
    """Return how many failed tasks trip the circuit breaker: half of the desired count, from 3 to 200."""
    # Believed: BOUNDED_PERCENT keeps the bounds 3 and 200 (ECS guide, deployment-circuit-breaker).
    rule: dict[str, Any] = breaker_of(service).get("thresholdConfiguration") or {
        "type": "BOUNDED_PERCENT",
        "value": 50,
    }
    value = int(rule["value"])
    share = math.ceil(value * service.desired / 100)
    match rule["type"]:
        case "COUNT":
            return value
        case "UNBOUNDED_PERCENT":
            return max(1, share)
        case _:
            return min(max(3, share), 200)
