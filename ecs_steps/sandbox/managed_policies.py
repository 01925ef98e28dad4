"""AWS' own managed policies, one at a time: moto would load all 1,500, for most of a second an account."""

import json
from functools import lru_cache
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends


def provide(arn: str) -> None:
    """Put a policy into the account that moto has now, where AWS has one of that ARN."""
    _, partition, _, _, owner, path = arn.split(":", 5)
    backend = iam_backends[DEFAULT_ACCOUNT_ID][partition]
    name = path.rpartition("/")[2]
    if owner == "aws" and arn not in backend.managed_policies and name in _policies():
        policy = AWSManagedPolicy.from_data(name, DEFAULT_ACCOUNT_ID, partition, _policies()[name])
        if policy.arn == arn:
            backend.managed_policies[arn] = policy


@lru_cache
def _policies() -> dict[str, dict[str, Any]]:
    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return policies
