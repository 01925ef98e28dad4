"""What *Deploy Amazon ECS Service* needs against ministack."""

from collections.abc import Mapping

from e2e.ministack_iam import (
    BY_CLOUDFORMATION,
    NO_DRY_RUN,
    NO_FAILURES,
    NO_SCALING,
    NO_SUCH_STATE,
    OWN_ACTION_ONLY,
)
from explaining import runs

CLUSTER = runs.CLUSTERS["deploy"]

NOT_CHECKED: Mapping[str, str] = {
    "application-autoscaling:DescribeScalableTargets": NO_SCALING,
    "cloudformation:CreateChangeSet": NO_DRY_RUN,
    "cloudformation:DescribeChangeSet": NO_DRY_RUN,
    "cloudformation:ListChangeSets": NO_DRY_RUN,
    "cloudformation:DeleteChangeSet": NO_DRY_RUN,
    "cloudformation:CancelUpdateStack": NO_FAILURES,
    "cloudformation:ContinueUpdateRollback": NO_SUCH_STATE,
    "cloudformation:TagResource": OWN_ACTION_ONLY,
    "cloudformation:UntagResource": OWN_ACTION_ONLY,
    "ecs:RegisterTaskDefinition": BY_CLOUDFORMATION,
    "ecs:TagResource": BY_CLOUDFORMATION,
    "ecs:UntagResource": BY_CLOUDFORMATION,
    "ecs:ListTagsForResource": BY_CLOUDFORMATION,
    "ecs:DescribeTaskDefinition": BY_CLOUDFORMATION,
    "ecs:DeregisterTaskDefinition": BY_CLOUDFORMATION,
    "ecs:CreateService": BY_CLOUDFORMATION,
    "ecs:UpdateService": BY_CLOUDFORMATION,
    "ecs:DeleteService": BY_CLOUDFORMATION,
    "ecs:ListServiceDeployments": BY_CLOUDFORMATION,
    "ecs:DescribeServiceDeployments": BY_CLOUDFORMATION,
    "ecs:StopServiceDeployment": BY_CLOUDFORMATION,
    "iam:GetRole": BY_CLOUDFORMATION,
    "iam:PassRole": OWN_ACTION_ONLY,
    "logs:CreateLogGroup": BY_CLOUDFORMATION,
    "logs:DeleteLogGroup": BY_CLOUDFORMATION,
    "logs:PutRetentionPolicy": BY_CLOUDFORMATION,
    "logs:DeleteRetentionPolicy": BY_CLOUDFORMATION,
    "logs:TagResource": BY_CLOUDFORMATION,
    "logs:UntagResource": BY_CLOUDFORMATION,
    "logs:ListTagsForResource": BY_CLOUDFORMATION,
    "logs:GetDataProtectionPolicy": BY_CLOUDFORMATION,
    "logs:DescribeIndexPolicies": BY_CLOUDFORMATION,
    "logs:DescribeResourcePolicies": BY_CLOUDFORMATION,
    "logs:GetLogEvents": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetHealth": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetGroups": NO_FAILURES,
    "elasticloadbalancing:DescribeTargetGroupAttributes": NO_FAILURES,
}
"""What the step needs in AWS and ministack never checks, with the reason."""


def variables(*, tag: str, others: Mapping[str, object]) -> dict[str, object]:
    # A count of one is no parameter: see `e2e.gaps.COUNT`.
    return runs.variables("deploy", tag=tag, count=1, others=others)
