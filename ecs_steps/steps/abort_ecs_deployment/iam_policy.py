"""What *Abort Amazon ECS Deployment* needs to be allowed; pure, no AWS."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from ecs_steps.iam import EVERYTHING, Scope, Statement, explain_failures, policy_document
from ecs_steps.steps.abort_ecs_deployment.inputs import AbortInputs, WhenFinished
from ecs_steps.steps.deployment_policy import check_environment_tags, deployment_scope, find_deployment
from ecs_steps.steps.task_set_policy import end_task_set, read_task_sets


def permissions(inputs: AbortInputs, *, diagnostics: bool) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    scope = deployment_scope(inputs)
    actions = ("ecs:ContinueServiceDeployment", "ecs:StopServiceDeployment")
    statements = chain(
        check_environment_tags(inputs, scope),
        find_deployment(inputs, scope, *actions),
        _redeploy(inputs, scope),
    )
    if inputs.names_task_sets:
        ending = end_task_set(
            scope, f"{inputs.cluster}/{inputs.service}", inputs.production_rule, scales=False
        )
        statements = chain(statements, read_task_sets(), ending)
    if diagnostics:
        groups = (scope.log_group(EVERYTHING),) if inputs.container_logs else ()
        explaining = explain_failures(scope, inputs.cluster, log_groups=groups, target_groups=False)
        targets = Statement(sid="ReadTargetHealth", actions=("elasticloadbalancing:DescribeTargetHealth",))
        statements = chain(statements, explaining, [targets])
    return policy_document(statements)


def _redeploy(inputs: AbortInputs, scope: Scope) -> Iterator[Statement]:
    if inputs.when_finished is WhenFinished.REDEPLOY:
        service = scope.arn("ecs", f"service/{inputs.cluster}/{inputs.service}")
        yield Statement(sid="DeployTheRevisionBefore", actions=("ecs:UpdateService",), resources=(service,))
