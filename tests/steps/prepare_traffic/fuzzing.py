"""What the fuzzing of *Prepare Amazon ECS Traffic* starts from."""

import json
from collections.abc import Mapping
from typing import Any

from ecs_steps import PrepareEcsTrafficStep
from steps.prepare_traffic.balancer import ECS, EXAMPLE, variables

OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE,)


def everything(marker: str) -> dict[str, Any]:
    """Return a valid dictionary with every variable, and `marker` in all that may be a secret."""
    return {
        **variables(
            Traffic_Hosts="shop.acme.test",
            Traffic_Priority="100",
            Traffic_Port="8080",
            Traffic_Protocol="HTTPS",
            TestTraffic_Header=f"X-Canary: {marker}",
            TestTraffic_Query="",
        ),
        f"{ECS}.EnvironmentGuard": "Refuse",
    }


def document(step: PrepareEcsTrafficStep) -> str:
    """Return the policy, which names what is made."""
    return json.dumps(step.iam_policy(), allow_nan=False)
