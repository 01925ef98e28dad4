"""Valid dictionaries of every step with every variable; hostile values are set in them.

The author of a step declares these beside its tests, in ``steps/<room>/fuzzing.py``: ``everything(marker)``,
a valid dictionary with every variable of the step and `marker` in each value that may be a secret;
``OTHERS``, more valid dictionaries; and ``document(step)``, the text that a valid step builds for AWS.
"""

from collections.abc import Iterator
from typing import Any

from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import Verb
from step_rooms import declared_for

MARKER = "hunter2"
"""Stands wherever a secret may stand, and must not be shown."""

ROLE = "arn:aws:iam::123456789012:role/deployer"
KEYS = {
    "Octopus.Action.AwsAccount.Variable": "Shop",
    "Shop.AccessKey": f"AKIA{MARKER}",
    "Shop.SecretKey": f"{MARKER}/key",
}
TOKEN = {
    "Octopus.Action.AwsAccount.Variable": "Shop",
    "Shop.RoleArn": ROLE,
    "Shop.OpenIdConnect.Jwt": f"ey{MARKER}",
    "Shop.SessionDuration": "3600",
}
ASSUMED_ROLE = {
    "Octopus.Action.Aws.AssumeRole": "True",
    "Octopus.Action.Aws.AssumedRoleArn": ROLE,
    "Octopus.Action.Aws.AssumedRoleSession": "Octopus",
    "Octopus.Action.Aws.AssumeRoleSessionDurationSeconds": "900",
    "Octopus.Action.Aws.AssumeRoleExternalId": f"{MARKER}-id",
}

GUARD = {
    "Octopus.Action.Aws.Ecs.EnvironmentGuard": "Refuse",
    "Octopus.Action.Aws.ExpectedAccount": "123456789012",
}
"""What every step has."""

# The variables that hostile expressions name.
HOSTILE_VARIABLES = {
    "Number": "8080",
    "Long": "a" * 10_000,
    "Loop": "#{Pool}",
    "Pool": "#{Loop}",
    "Surrogate": "\ud800",
    "Deep": '{"a": {"a": {"a": [1]}}}',
    "Bomb0": "lol " * 10,
} | {f"Bomb{level + 1}": f"#{{Bomb{level}}}" * 10 for level in range(9)}

Documents = dict[str, Any]


def _everything() -> Iterator[tuple[str, Documents]]:
    """Yield a dictionary for each kind of step; the first signs in with keys, the others with a token."""
    for number, row in enumerate(STEPS):
        account = (TOKEN if number else KEYS) | ASSUMED_ROLE
        variables = declared_for(row, "fuzzing").everything(MARKER) | account | GUARD | HOSTILE_VARIABLES
        yield row.name, variables
        if Verb.EXPORT in row.verbs:
            yield f"export of {row.name}", variables


EVERYTHING: dict[str, Documents] = dict(_everything())

OTHERS: list[tuple[str, Documents]] = [
    (row.name, {**other, **account, **HOSTILE_VARIABLES})
    for row in STEPS
    for account in (KEYS, TOKEN)
    for other in declared_for(row, "fuzzing").OTHERS
]
