"""What *Update Amazon ECS Service* needs to be allowed; pure, no AWS.

The variables name the service, and neither the roles of its task definition nor the groups that its
containers log to: unless these are given, each role may be passed to tasks, and each log may be read.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from ecs_steps.iam import EVERYTHING, Scope, Statement, pass_to_tasks, policy_document
from ecs_steps.images.permissions import read_images
from ecs_steps.steps.deployment_policy import accompany_move, move_service
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
    return policy_document(
        chain(
            move_service(inputs, scope),
            _task_definition(inputs, scope, roles),
            read_images(updated_images(inputs).values() if inputs.resolve_digests else ()),
            accompany_move(inputs, scope, diagnostics=diagnostics, log_groups=log_groups),
        )
    )


def _task_definition(inputs: UpdateInputs, scope: Scope, roles: Sequence[str]) -> Iterator[Statement]:
    yield Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))
    yield Statement(
        sid="RegisterTheNextRevision",
        actions=("ecs:RegisterTaskDefinition", "ecs:TagResource"),
        resources=(scope.arn("ecs", f"task-definition/{inputs.target_task_definition_name}:*"),),
    )
    yield pass_to_tasks([scope.role(name) for name in roles or [EVERYTHING]])
