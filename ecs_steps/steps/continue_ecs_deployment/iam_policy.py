"""What *Continue Amazon ECS Deployment* needs to be allowed; pure, no AWS."""

from itertools import chain
from typing import Any

from ecs_steps.iam import EVERYTHING, explain_failures, policy_document
from ecs_steps.steps.continue_ecs_deployment.inputs import ContinueInputs
from ecs_steps.steps.deployment_policy import (
    check_environment_tags,
    deployment_scope,
    find_deployment,
    review_deployment,
)


def permissions(inputs: ContinueInputs, *, diagnostics: bool) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    scope = deployment_scope(inputs)
    statements = chain(
        check_environment_tags(inputs, scope),
        find_deployment(inputs, scope, "ecs:ContinueServiceDeployment"),
        review_deployment(scope),
    )
    if diagnostics:
        groups = (scope.log_group(EVERYTHING),) if inputs.container_logs else ()
        explaining = explain_failures(scope, inputs.cluster, log_groups=groups, target_groups=False)
        statements = chain(statements, explaining)
    return policy_document(statements)
