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
from ecs_steps.steps.task_set_policy import end_task_set, read_task_sets


def permissions(inputs: ContinueInputs, *, diagnostics: bool) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    scope = deployment_scope(inputs)
    statements = chain(
        check_environment_tags(inputs, scope),
        find_deployment(inputs, scope, "ecs:ContinueServiceDeployment"),
        review_deployment(scope),
    )
    if inputs.names_task_sets:
        sharing = end_task_set(
            scope, f"{inputs.cluster}/{inputs.service}", inputs.production_rule, scales=True
        )
        statements = chain(statements, read_task_sets(), sharing)
    if diagnostics:
        groups = (scope.log_group(EVERYTHING),) if inputs.container_logs else ()
        explaining = explain_failures(scope, inputs.cluster, log_groups=groups, target_groups=False)
        statements = chain(statements, explaining)
    return policy_document(statements)
