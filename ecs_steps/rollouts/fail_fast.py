"""Give a deployment up that cannot succeed, where ECS itself would try without end.

Without a circuit breaker ECS starts a task that crashes again and again, and CloudFormation waits for hours.
With one it may do so too: the breaker's counter starts over whenever a task reached RUNNING.
"""

from collections.abc import Sequence
from datetime import timedelta

from ecs_steps.aws.ecs import DeploymentRef, Service
from ecs_steps.aws.elbv2 import TargetHealth, target_health
from ecs_steps.aws.tasks import Task, describe_tasks, list_tasks
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.evidence import StoppedTask, own_tasks
from ecs_steps.errors import AwsCallError

# A task without a health check is taken for healthy when it has run as long as this.
MIN_UPTIME = timedelta(seconds=60)
# A breaker that works counts a stopped task within this time.
BREAKER_LAG = timedelta(seconds=60)
MIN_FAILED_TASKS, MAX_FAILED_TASKS = 3, 10
FAILED_BY_THEMSELVES = ("TaskFailedToStart", "EssentialContainerExited")


def threshold(chosen: int | None, desired: int) -> int:
    """Return how many stopped tasks are enough; 0 is never."""
    return min(max(MIN_FAILED_TASKS, desired), MAX_FAILED_TASKS) if chosen is None else chosen


def cannot_succeed(
    service: Service,
    target: DeploymentRef,
    stopped: Sequence[StoppedTask],
    context: DeploymentContext,
    *,
    breaker_count: int = 0,
) -> bool:
    """Return whether enough tasks of the deployment have failed and none of it has ever been healthy.

    Where a circuit breaker is on, only the failures count that it does not: `breaker_count` is its own.
    """
    enough = threshold(context.watch_options.stopped_tasks, service.desired)
    failed = [task for task in stopped if _has_failed(task)]
    counted = _settled(failed) - breaker_count if service.has_breaker else len(failed)
    if not enough or counted < enough or any(map(_was_healthy, failed)):
        return False
    try:
        return not _has_healthy_task(service, target, context)
    except AwsCallError:
        # What cannot be read is not called a failure.
        return False


def _settled(failed: Sequence[StoppedTask]) -> int:
    """Count the failures that a working breaker has counted by the time of the last one."""
    times = [task.stopped_at for task in failed if task.stopped_at]
    return sum(at <= max(times) - BREAKER_LAG for at in times) if times else 0


def _has_failed(task: StoppedTask) -> bool:
    return task.stop_code in FAILED_BY_THEMSELVES or "health checks" in task.stopped_reason


def _was_healthy(task: StoppedTask) -> bool:
    # A task that its load balancer found unhealthy was not healthy, whatever its containers' own checks say.
    is_unhealthy_target = "ELB health checks" in task.stopped_reason
    return not is_unhealthy_target and any(container.health == "HEALTHY" for container in task.containers)


def _has_healthy_task(service: Service, target: DeploymentRef, context: DeploymentContext) -> bool:
    aws, cluster = context.aws, service.cluster_arn
    arns = list(list_tasks(aws, cluster, service.name, "RUNNING"))
    running = [
        task
        for task in own_tasks(describe_tasks(aws, cluster, arns), service.name, target)
        if task.status == "RUNNING"
    ]
    if not running:
        return False
    groups = [group for choice in service.group_choices for group in choice]
    targets = [each for group in groups for each in target_health(aws, group)]
    return bool(healthy_tasks(service, running, targets, context))


def healthy_tasks(
    service: Service, running: Sequence[Task], targets: Sequence[TargetHealth], context: DeploymentContext
) -> list[Task]:
    """Return the running tasks that are healthy: behind every load balancer, else by their own checks."""
    if service.target_groups and any(task.private_address for task in running):
        choices = [[group.rpartition(":")[2] for group in choice] for choice in service.group_choices]
        healthy = {(t.target_group, t.address) for t in targets if t.state == "healthy"}
        return [
            task
            for task in running
            if all(any((group, task.private_address) in healthy for group in choice) for choice in choices)
        ]
    return [task for task in running if _stays_up(task, context)]


def _stays_up(task: Task, context: DeploymentContext) -> bool:
    if task.health in ("HEALTHY", "UNHEALTHY"):
        return task.health == "HEALTHY"
    # Both times are AWS': the clock of this machine may be minutes off.
    now = task.read_at or context.clock.now()
    return task.started_at is not None and now - task.started_at >= MIN_UPTIME
