"""What *Discover Amazon ECS Targets* needs against ministack."""

from collections.abc import Mapping

from steps.discover_targets.targets import VARIABLES

CLUSTER = ""  # it is given none

NOT_CHECKED: Mapping[str, str] = {}
"""What the step needs in AWS and ministack never checks, with the reason."""


def variables(*, tag: str, others: Mapping[str, object]) -> dict[str, object]:  # noqa: ARG001  as every step's
    return {**VARIABLES, **others}
