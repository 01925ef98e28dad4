"""Which failure plan a task has."""

from ecs_steps.sandbox.ecs.deployment import Deployment
from ecs_steps.sandbox.ecs.plan import EcsPlan, FailurePlan
from ecs_steps.sandbox.ecs.service import Service


def next_plan(plan: EcsPlan, service: Service, deployment: Deployment) -> FailurePlan | None:
    """Return the failure plan of the deployment's next task, or None where it is healthy."""
    for place, failure_plan in enumerate(plan.failure_plans):
        if not _applies(failure_plan, service, deployment):
            continue
        number = deployment.considered.get(place, 0)
        deployment.considered[place] = number + 1
        if number >= failure_plan.skip and (
            failure_plan.first is None or number < failure_plan.skip + failure_plan.first
        ):
            return failure_plan
    return None


def _applies(failure_plan: FailurePlan, service: Service, deployment: Deployment) -> bool:
    revision = deployment.revision.task_definition
    return (
        (failure_plan.proven_too or revision.arn not in service.proven)
        and failure_plan.family in ("", revision.family, revision.name)
        and any(failure_plan.image in container["image"] for container in revision.containers)
    )
