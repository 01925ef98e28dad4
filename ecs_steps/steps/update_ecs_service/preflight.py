"""What an update needs to be there: from the service and the next revision, which are read."""

from collections.abc import Mapping
from typing import Any

from ecs_steps.context import DeploymentContext
from ecs_steps.preflight.plan import TaskPlan, task_needs
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.plan import plan_update

MAX_PERCENT = 200
"""How much of the desired count runs at once during a deployment, unless a service says otherwise."""


def task_plan(inputs: UpdateInputs, policy: Mapping[str, Any], context: DeploymentContext) -> TaskPlan:
    """Return the plan of an update; `policy` is the IAM policy that it needs.

    Raises:
        EcsStepsError: As `plan_update`: there is nothing to update.
    """
    plan = plan_update(inputs, context)
    service = plan.service
    return TaskPlan(
        **task_needs(plan.revision.next_request),
        guard=inputs.guard,
        most_tasks=max(1, service.desired * MAX_PERCENT // 100),
        subnets=service.network.subnets,
        security_groups=service.network.security_groups,
        assigns_public_ip=service.network.assigns_public_ip,
        target_groups=service.balanced_ports,
        policy=policy,
    )
