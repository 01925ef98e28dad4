"""What *Update Amazon ECS Service* needs to be allowed; pure, no AWS.

The variables name the service, and neither the roles of its task definition nor the groups that its
containers log to: unless these are given, each role may be passed to tasks, and each log may be read.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from ecs_steps.iam import (
    EVERYTHING,
    Scope,
    Statement,
    deploy_to_service,
    explain_failures,
    pass_to_tasks,
    policy_document,
)
from ecs_steps.images.permissions import read_images
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.steps.deployment_policy import explain_pauses
from ecs_steps.steps.task_set_policy import deploy_by_task_sets
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.task_definition.container_updates import updated_images


def permissions(
    inputs: UpdateInputs, *, diagnostics: bool, roles: Sequence[str], log_groups: Sequence[str]
) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    scope = Scope.from_arns(
        inputs.region,
        [*inputs.arns_of_account, inputs.service_name, inputs.template_task_definition_name or "", *roles],
    )
    statements = chain(
        deploy_to_service(
            scope,
            inputs.cluster,
            inputs.service_name,
            roll_back=inputs.on_failure is OnFailure.ROLLBACK,
            guarded=inputs.guard.reads_tags,
        ),
        _task_definition(inputs, scope, roles),
        read_images(updated_images(inputs).values() if inputs.resolve_digests else ()),
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
        service = inputs.service_name.rpartition("/")[2]
        statements = chain(statements, explaining, explain_pauses(scope, inputs.cluster, service))
    return policy_document(statements)


def _task_definition(inputs: UpdateInputs, scope: Scope, roles: Sequence[str]) -> Iterator[Statement]:
    yield Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))
    yield Statement(
        sid="RegisterTheNextRevision",
        actions=("ecs:RegisterTaskDefinition", "ecs:TagResource"),
        resources=(scope.arn("ecs", f"task-definition/{inputs.target_task_definition_name}:*"),),
    )
    yield pass_to_tasks([scope.role(name) for name in roles or [EVERYTHING]])
