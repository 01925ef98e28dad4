"""What *Deploy Amazon ECS Revision* needs against ministack."""

from collections.abc import Mapping

from e2e.ministack_iam import NO_FAILURES, NO_PAUSES, NO_RECORDS
from explaining.runs import CLUSTERS, ECS

CLUSTER = CLUSTERS["update"]

NOT_CHECKED: Mapping[str, str] = {
    "cloudwatch:DescribeAlarms": NO_PAUSES,
    "ecs:DescribeServiceRevisions": NO_PAUSES,
    "elasticloadbalancing:DescribeRules": NO_PAUSES,
    "ecs:DescribeServiceDeployments": NO_RECORDS,
    "ecs:StopServiceDeployment": NO_RECORDS,
    "logs:GetLogEvents": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetHealth": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetGroups": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetGroupAttributes": NO_FAILURES,
}
"""What the step needs in AWS and ministack never checks, with the reason."""


def variables(*, tag: str, others: Mapping[str, object]) -> dict[str, object]:  # noqa: ARG001  a revision has its image
    return {
        "Octopus.Deployment.Id": "Deployments-1",
        f"{ECS}.ClusterName": CLUSTER,
        f"{ECS}.Revision.ServiceName": "orders",
        f"{ECS}.Revision.TaskDefinition": "orders:1",
        f"{ECS}.Revision.OnFailure": "Rollback",
        f"{ECS}.WaitOption": {"type": "WaitWithTimeout", "timeoutMinutes": 30},
        **others,
    }
