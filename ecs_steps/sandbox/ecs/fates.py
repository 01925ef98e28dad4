"""Which fate of the plan a task has."""

from ecs_steps.sandbox.ecs.deployment import Deployment
from ecs_steps.sandbox.ecs.plan import EcsPlan, TaskFate
from ecs_steps.sandbox.ecs.service import Service


def draw(plan: EcsPlan, service: Service, deployment: Deployment) -> TaskFate | None:
    """Draw the fate of the deployment's next task; None is a good one."""
    for place, fate in enumerate(plan.fates):
        if not _befalls(fate, service, deployment):
            continue
        number = deployment.weighed.get(place, 0)
        deployment.weighed[place] = number + 1
        if number >= fate.skip and (fate.first is None or number < fate.skip + fate.first):
            return fate
    return None


def _befalls(fate: TaskFate, service: Service, deployment: Deployment) -> bool:
    revision = deployment.revision.task_definition
    return (
        (fate.proven_too or revision.arn not in service.proven)
        and fate.family in ("", revision.family, revision.name)
        and any(fate.image in container["image"] for container in revision.containers)
    )
