"""Call a deployment failed that cannot succeed, where ECS itself would try for ever.

Without a circuit breaker ECS starts a task that crashes again and again, and CloudFormation waits for hours.
"""

from collections.abc import Sequence
from datetime import timedelta

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.tasks import Task, describe_tasks, healthy_addresses, list_tasks
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.evidence import StoppedTask
from ecs_steps.errors import AwsCallError

# A task without a health check is taken for healthy when it has run as long as this.
STAYS_UP = timedelta(seconds=60)
LEAST, MOST = 3, 10
FAILED_BY_THEMSELVES = ("TaskFailedToStart", "EssentialContainerExited")


def threshold(chosen: int | None, desired: int) -> int:
    """Return how many stopped tasks are enough; 0 is never."""
    return min(max(LEAST, desired), MOST) if chosen is None else chosen


def cannot_succeed(
    service: Service,
    deployment_id: str,
    stopped: Sequence[StoppedTask],
    context: DeploymentContext,
) -> bool:
    """Tell whether enough tasks of the deployment have failed and none of it has ever been healthy."""
    enough = threshold(context.watch_options.stopped_tasks, service.desired)
    failed = [task for task in stopped if _has_failed(task)]
    if service.has_breaker or not enough or len(failed) < enough or any(map(_was_healthy, failed)):
        return False
    try:
        return not _has_healthy_task(service, deployment_id, context)
    except AwsCallError:
        # What cannot be seen is not called a failure.
        return False


def _has_failed(task: StoppedTask) -> bool:
    return task.stop_code in FAILED_BY_THEMSELVES or "health checks" in task.stopped_reason


def _was_healthy(task: StoppedTask) -> bool:
    # What its load balancer gave up was not healthy, whatever its containers' own checks say.
    given_up = "ELB health checks" in task.stopped_reason
    return not given_up and any(container.health == "HEALTHY" for container in task.containers)


def _has_healthy_task(service: Service, deployment_id: str, context: DeploymentContext) -> bool:
    aws, cluster = context.aws, service.cluster_arn
    arns = list(list_tasks(aws, cluster, service.name, "RUNNING"))
    running = [
        task
        for task in describe_tasks(aws, cluster, arns)
        if task.started_by == deployment_id and task.status == "RUNNING"
    ]
    if not running:
        return False
    if service.target_groups and any(task.private_address for task in running):
        healthy = [healthy_addresses(aws, group) for group in service.target_groups]
        return any(all(task.private_address in group for group in healthy) for task in running)
    return any(_stays_up(task, context) for task in running)


def _stays_up(task: Task, context: DeploymentContext) -> bool:
    if task.health in ("HEALTHY", "UNHEALTHY"):
        return task.health == "HEALTHY"
    return task.started_at is not None and context.clock.now() - task.started_at >= STAYS_UP
