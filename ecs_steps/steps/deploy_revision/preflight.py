"""What a revision needs to be there that a service is about to run; both are read."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ecs_steps.aws.task_definitions import describe_task_definition
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.scope import GuardMode
from ecs_steps.errors import EcsStepsError
from ecs_steps.preflight.plan import TaskPlan, service_needs, task_needs
from ecs_steps.steps.deploy_revision.inputs import DeployRevisionInputs
from ecs_steps.steps.deploy_revision.plan import plan_deployment


def task_plan(
    inputs: DeployRevisionInputs, policy: Mapping[str, Any], context: DeploymentContext
) -> TaskPlan:
    """Return the plan of a deployment; `policy` is the IAM policy that it needs."""
    # The environment has a check of its own.
    unchecked = evolve(inputs, environment_guard=GuardMode.OFF)
    try:
        plan = plan_deployment(unchecked, context)
        revision = describe_task_definition(context.aws, plan.revision)
    except EcsStepsError as error:
        return TaskPlan(guard=inputs.guard, policy=policy, obstacle=error)
    return TaskPlan(
        **task_needs(revision.raw) | service_needs(plan.service),
        guard=inputs.guard,
        passes_roles=False,
        policy=policy,
    )
