"""The end of a deployment that succeeded: where its time went, and which setting took it."""

from datetime import datetime

from ecs_steps.aws.ecs import Deployment, Service
from ecs_steps.aws.elbv2 import target_group_attributes, target_group_health_check
from ecs_steps.aws.task_definitions import describe_task_definition
from ecs_steps.aws.tasks import MAX_DESCRIBED_TASKS, describe_tasks, list_tasks
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.evidence import own_tasks
from ecs_steps.errors import EcsStepsError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.timing import (
    Phases,
    TimingHint,
    container_health_check,
    deregistration_delay,
    phases,
    target_health_check,
    task_times,
)

DELAY = "deregistration_delay.timeout_seconds"


def report_timing(
    service: Service, deployment: Deployment, context: DeploymentContext, *, began: datetime
) -> None:
    """Report the phases of a deployment that was made since `began` (AWS' time), if they can be read.

    That is two reads, and a third where one phase was long. Of more tasks than one call describes the last to
    start might not be among them: such a service has no summary.
    """
    if deployment.created_at < began or not 0 < deployment.running <= MAX_DESCRIBED_TASKS:
        return
    read: Phases | None = None
    hint: TimingHint | None = None
    try:
        read = _phases(service, deployment, context, began=began)
        hint = _hint(read, service, context) if read else None
    except EcsStepsError as error:
        context.say(Level.VERBOSE, f"Where the time went is reported as far as it is known. {error}")
    if read:
        context.report(read.report(hint))


def _phases(
    service: Service, deployment: Deployment, context: DeploymentContext, *, began: datetime
) -> Phases | None:
    arns = list(list_tasks(context.aws, service.cluster_arn, service.name, "RUNNING"))[:MAX_DESCRIBED_TASKS]
    tasks = list(describe_tasks(context.aws, service.cluster_arn, arns))
    times = [task_times(task.raw) for task in own_tasks(tasks, service.name, deployment.ref)]
    # AWS' own time, since the clock of this machine may be minutes off.
    ended = max((task.read_at for task in tasks if task.read_at), default=context.clock.now())
    return phases(deployment, filter(None, times), service.events, began=began, ended=ended)


def _hint(read: Phases, service: Service, context: DeploymentContext) -> TimingHint | None:
    """Read the setting that the longest phase depends on: one call at most."""
    aws = context.aws
    match read.dominating, service.target_groups:
        case "draining", [group, *_]:
            return deregistration_delay(int(target_group_attributes(aws, group).get(DELAY, 0)))
        case "health", [group, *_]:
            interval, threshold = target_group_health_check(aws, group)
            return target_health_check(interval=interval, healthy_threshold=threshold)
        case "health", _:
            return container_health_check(describe_task_definition(aws, service.task_definition).raw)
        case _:
            return None
