"""Which actions ministack checks with IAM, and on which resources: a policy in its terms.

Nothing in the library's policy is changed for it. What it does not check is proven in `permissions`: by
every call in the sandbox, by AWS' reference and by what CloudFormation's resource types declare.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from peers.ministack import ACCOUNT, REGION

Statement = Mapping[str, Any]
Document = Mapping[str, Any]

ON_CLUSTERS = {
    "ecs:DescribeServices",
    "ecs:UpdateService",
    "ecs:ListServiceDeployments",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
}
"""ministack checks these on the cluster, where IAM checks a service or a task of it.

IAM knows the cluster of `ecs:ListTasks` as the condition key `ecs:cluster`, which ministack does not have.
"""
ON_EVERYTHING = {"ecs:RegisterTaskDefinition", "ecs:TagResource"}
"""ministack checks these on ``*``, where IAM checks the task definition or the tagged resource."""

_BY_CLOUDFORMATION = "ministack's CloudFormation makes its resources without checking IAM"
_NO_RECORDS = "ministack has no service deployments"
_NO_FAILURES = "no task fails in ministack"
_NO_SUCH_STATE = "no stack reaches that state in ministack"
_NO_SUMMARY = "ministack cuts times to seconds: a deployment looks older than its step and is not summed up"
_OWN_ACTION_ONLY = "ministack checks nothing besides the operation's own action"

NOT_CHECKED: Mapping[str, Mapping[str, str]] = {
    "deploy": {
        "cloudformation:CancelUpdateStack": _NO_FAILURES,
        "cloudformation:ContinueUpdateRollback": _NO_SUCH_STATE,
        "cloudformation:TagResource": _OWN_ACTION_ONLY,
        "cloudformation:UntagResource": _OWN_ACTION_ONLY,
        "ecs:RegisterTaskDefinition": _BY_CLOUDFORMATION,
        "ecs:TagResource": _BY_CLOUDFORMATION,
        "ecs:UntagResource": _BY_CLOUDFORMATION,
        "ecs:ListTagsForResource": _BY_CLOUDFORMATION,
        "ecs:DescribeTaskDefinition": _BY_CLOUDFORMATION,
        "ecs:DeregisterTaskDefinition": _BY_CLOUDFORMATION,
        "ecs:CreateService": _BY_CLOUDFORMATION,
        "ecs:UpdateService": _BY_CLOUDFORMATION,
        "ecs:DeleteService": _BY_CLOUDFORMATION,
        "ecs:ListServiceDeployments": _BY_CLOUDFORMATION,
        "ecs:DescribeServiceDeployments": _BY_CLOUDFORMATION,
        "ecs:StopServiceDeployment": _BY_CLOUDFORMATION,
        "ecs:ListTasks": _NO_SUMMARY,
        "ecs:DescribeTasks": _NO_SUMMARY,
        "iam:GetRole": _BY_CLOUDFORMATION,
        "iam:PassRole": _OWN_ACTION_ONLY,
        "logs:CreateLogGroup": _BY_CLOUDFORMATION,
        "logs:DeleteLogGroup": _BY_CLOUDFORMATION,
        "logs:TagResource": _BY_CLOUDFORMATION,
        "logs:UntagResource": _BY_CLOUDFORMATION,
        "logs:ListTagsForResource": _BY_CLOUDFORMATION,
        "logs:GetDataProtectionPolicy": _BY_CLOUDFORMATION,
        "logs:DescribeLogGroups": _BY_CLOUDFORMATION,
        "logs:DescribeIndexPolicies": _BY_CLOUDFORMATION,
        "logs:DescribeResourcePolicies": _BY_CLOUDFORMATION,
        "logs:GetLogEvents": _NO_FAILURES,
        "elasticloadbalancing:DescribeTargetHealth": _NO_FAILURES,
        "elasticloadbalancing:DescribeTargetGroups": _NO_FAILURES,
        "elasticloadbalancing:DescribeTargetGroupAttributes": _NO_FAILURES,
    },
    "update": {
        "ecs:DescribeServiceDeployments": _NO_RECORDS,
        "ecs:StopServiceDeployment": _NO_RECORDS,
        "iam:PassRole": _OWN_ACTION_ONLY,
        "logs:GetLogEvents": _NO_FAILURES,
        "elasticloadbalancing:DescribeTargetHealth": _NO_FAILURES,
        "elasticloadbalancing:DescribeTargetGroups": _NO_FAILURES,
        "elasticloadbalancing:DescribeTargetGroupAttributes": _NO_FAILURES,
    },
}
"""What each step needs in AWS and ministack never checks, with the reason."""


def ministack_policy(policy: Document, cluster: str) -> Document:
    """Return the policy with each action on the resources that ministack checks."""
    statements = [each for statement in policy["Statement"] for each in _translated(statement, cluster)]
    return {**policy, "Statement": statements}


def without(policy: Document, actions: AbstractSet[str]) -> Document:
    """Return the policy less some actions, wherever they are allowed."""
    left = [
        {**statement, "Action": [action for action in statement["Action"] if action not in actions]}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": [statement for statement in left if statement["Action"]]}


def _translated(statement: Statement, cluster: str) -> Iterator[Statement]:
    for action in statement["Action"]:
        allowed = {**statement, "Sid": f"{statement['Sid']}{action.partition(':')[2]}", "Action": [action]}
        if action in ON_CLUSTERS:
            on_cluster = [f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{cluster}"]
            allowed |= {"Resource": on_cluster, "Condition": {}}
        elif action in ON_EVERYTHING:
            allowed |= {"Resource": ["*"]}
        yield allowed
