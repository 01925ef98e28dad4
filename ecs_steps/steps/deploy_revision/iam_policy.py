"""What *Deploy Amazon ECS Revision* needs to be allowed; pure, no AWS."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from ecs_steps.iam import Scope, Statement, policy_document
from ecs_steps.steps.deploy_revision.inputs import DeployRevisionInputs
from ecs_steps.steps.deployment_policy import accompany_move, move_service


def permissions(
    inputs: DeployRevisionInputs, *, diagnostics: bool, log_groups: Sequence[str]
) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    revision = inputs.revision.reference if inputs.revision else ""
    scope = Scope.from_arns(inputs.region, [*inputs.arns_of_account, inputs.service_name, revision])
    return policy_document(
        chain(
            move_service(inputs, scope),
            [Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))],
            accompany_move(inputs, scope, diagnostics=diagnostics, log_groups=log_groups),
        )
    )
