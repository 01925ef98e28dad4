"""What *Abort Amazon ECS Deployment* needs to be allowed; pure, no AWS."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from ecs_steps.iam import Scope, Statement, policy_document
from ecs_steps.steps.abort_ecs_deployment.inputs import AbortInputs, WhenFinished
from ecs_steps.steps.deployment_policy import (
    accompany_decision,
    check_environment_tags,
    deployment_scope,
    find_deployment,
)


def permissions(inputs: AbortInputs, *, diagnostics: bool) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    scope = deployment_scope(inputs)
    actions = ("ecs:ContinueServiceDeployment", "ecs:StopServiceDeployment")
    targets = Statement(sid="ReadTargetHealth", actions=("elasticloadbalancing:DescribeTargetHealth",))
    return policy_document(
        chain(
            check_environment_tags(inputs, scope),
            find_deployment(scope, f"{inputs.cluster}/{inputs.service}", *actions),
            _redeploy(inputs, scope),
            accompany_decision(inputs, scope, scales=False, diagnostics=diagnostics),
            [targets] if diagnostics else [],
        )
    )


def _redeploy(inputs: AbortInputs, scope: Scope) -> Iterator[Statement]:
    if inputs.when_finished is WhenFinished.REDEPLOY:
        service = scope.arn("ecs", f"service/{inputs.cluster}/{inputs.service}")
        yield Statement(sid="DeployTheRevisionBefore", actions=("ecs:UpdateService",), resources=(service,))
