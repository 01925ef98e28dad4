"""What *Continue Amazon ECS Deployment* needs to be allowed; pure, no AWS."""

from itertools import chain
from typing import Any

from ecs_steps.iam import policy_document
from ecs_steps.steps.continue_ecs_deployment.inputs import ContinueInputs
from ecs_steps.steps.deployment_policy import (
    accompany_decision,
    check_environment_tags,
    deployment_scope,
    find_deployment,
    review_deployment,
)


def permissions(inputs: ContinueInputs, *, diagnostics: bool) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    scope = deployment_scope(inputs)
    return policy_document(
        chain(
            check_environment_tags(inputs, scope),
            find_deployment(scope, f"{inputs.cluster}/{inputs.service}", "ecs:ContinueServiceDeployment"),
            review_deployment(scope),
            accompany_decision(inputs, scope, scales=True, diagnostics=diagnostics),
        )
    )
