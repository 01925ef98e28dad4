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
ON_EVERYTHING = {
    "ecs:DescribeClusters",
    "ecs:RegisterTaskDefinition",
    "ecs:TagResource",
    "ecr:DescribeRepositories",
}
"""ministack checks these on ``*``, where IAM checks what they are about."""

BY_CLOUDFORMATION = "ministack's CloudFormation makes its resources without checking IAM"
NO_RECORDS = "ministack has no service deployments"
NO_PAUSES = "no deployment pauses in ministack"
NO_DRY_RUN = "only a dry run calls it"
NO_FAILURES = "no task fails in ministack"
NO_SUCH_STATE = "no stack reaches that state in ministack"
OWN_ACTION_ONLY = "ministack checks nothing besides the operation's own action"


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
