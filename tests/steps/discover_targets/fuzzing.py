"""What the fuzzing of *Discover Amazon ECS Targets* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecs_steps import DiscoverEcsTargetsStep
from steps.discover_targets.targets import DISCOVERY

EXAMPLE: dict[str, Any] = json.loads(
    (files("ecs_steps.sandbox") / "examples" / "discover-targets.json").read_text()
)
OTHERS: tuple[Mapping[str, Any], ...] = (EXAMPLE,)


def everything(_: str) -> dict[str, Any]:
    """Return a valid dictionary with every variable; none of them is a secret."""
    return EXAMPLE | {
        f"{DISCOVERY}.WorkerPool": "WorkerPools-1",
        f"{DISCOVERY}.AssumedRoleArn": "arn:aws:iam::123456789012:role/deployer",
        f"{DISCOVERY}.AssumedRoleSession": "orders",
        f"{DISCOVERY}.AssumedRoleSessionDurationSeconds": "900",
        f"{DISCOVERY}.AssumedRoleExternalId": "shop",
        f"{DISCOVERY}.MessageForm": "StepPackage",
    }


def document(step: DiscoverEcsTargetsStep) -> str:
    """Return the policy, which names what is searched."""
    return json.dumps(step.iam_policy(), allow_nan=False)
