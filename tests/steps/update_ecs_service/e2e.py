"""What *Update Amazon ECS Service* needs against ministack."""

from collections.abc import Mapping

from e2e.ministack_iam import NO_FAILURES, NO_PAUSES, NO_RECORDS, OWN_ACTION_ONLY
from explaining import runs

CLUSTER = runs.CLUSTERS["update"]

NOT_CHECKED: Mapping[str, str] = {
    "cloudwatch:DescribeAlarms": NO_PAUSES,
    "ecs:DescribeServiceRevisions": NO_PAUSES,
    "elasticloadbalancing:DescribeRules": NO_PAUSES,
    "ecs:DescribeServiceDeployments": NO_RECORDS,
    "ecs:StopServiceDeployment": NO_RECORDS,
    "iam:PassRole": OWN_ACTION_ONLY,
    "logs:GetLogEvents": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetHealth": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetGroups": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetGroupAttributes": NO_FAILURES,
}
"""What the step needs in AWS and ministack never checks, with the reason."""


def variables(*, tag: str, others: Mapping[str, object]) -> dict[str, object]:
    on_failure = {runs.NAMES["update_on_failure"]: "Rollback"}
    return runs.variables("update", tag=tag, others=on_failure | dict(others))
