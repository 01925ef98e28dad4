"""What *Deploy Amazon ECS Revision* needs to be allowed; pure, no AWS."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from ecs_steps.iam import (
    EVERYTHING,
    Scope,
    Statement,
    deploy_to_service,
    explain_failures,
    policy_document,
)
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.steps.deploy_revision.inputs import DeployRevisionInputs
from ecs_steps.steps.deployment_policy import explain_pauses
from ecs_steps.steps.task_set_policy import deploy_by_task_sets


def permissions(
    inputs: DeployRevisionInputs, *, diagnostics: bool, log_groups: Sequence[str]
) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    revision = inputs.revision.reference if inputs.revision else ""
    scope = Scope.from_arns(inputs.region, [*inputs.arns_of_account, inputs.service_name, revision])
    roll_back = inputs.on_failure is OnFailure.ROLLBACK
    statements = chain(
        deploy_to_service(
            scope,
            inputs.cluster,
            inputs.service_name,
            roll_back=roll_back,
            guarded=inputs.guard.reads_tags,
        ),
        [Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))],
    )
    if inputs.names_task_sets:
        by_task_sets = deploy_by_task_sets(
            scope, f"{inputs.cluster}/{inputs.service}", inputs.production_rule
        )
        statements = chain(statements, by_task_sets)
    if diagnostics:
        groups = (scope.log_group(name) for name in log_groups or [EVERYTHING])
        explaining = explain_failures(
            scope, inputs.cluster, log_groups=groups if inputs.container_logs else (), target_groups=True
        )
        statements = chain(statements, explaining, explain_pauses(scope, inputs.cluster, inputs.service))
    return policy_document(statements)
