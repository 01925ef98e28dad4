"""What an update needs to be there: from the service and the next revision, which are read."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ecs_steps.context import DeploymentContext
from ecs_steps.environments.scope import GuardMode
from ecs_steps.errors import EcsStepsError
from ecs_steps.images.pinning import feeds_by_image
from ecs_steps.preflight.plan import TaskPlan, service_needs, task_needs
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.plan import plan_update


def task_plan(inputs: UpdateInputs, policy: Mapping[str, Any], context: DeploymentContext) -> TaskPlan:
    """Return the plan of an update; `policy` is the IAM policy that it needs."""
    # Environment and images have checks of their own.
    unchecked = evolve(inputs, environment_guard=GuardMode.OFF, resolve_digests=False)
    try:
        plan = plan_update(unchecked, context)
    except EcsStepsError as error:
        return TaskPlan(guard=inputs.guard, policy=policy, obstacle=error)
    return TaskPlan(
        **task_needs(plan.next.next_request) | service_needs(plan.service),
        guard=inputs.guard,
        feeds=feeds_by_image(inputs),
        policy=policy,
    )
