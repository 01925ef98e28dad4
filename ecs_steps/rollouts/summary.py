"""What is told at the end of a deployment that succeeded: where its time went, and which setting took it."""

from datetime import datetime

from ecs_steps.aws.ecs import Deployment, Service
from ecs_steps.aws.task_definitions import describe_task_definition
from ecs_steps.aws.tasks import (
    MAX_DESCRIBED_TASKS,
    describe_tasks,
    list_tasks,
    target_group_attributes,
    target_group_health_check,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import EcsStepsError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.timing import (
    Phases,
    Setting,
    container_health_check,
    deregistration_delay,
    phases,
    target_health_check,
    task_times,
)

DELAY = "deregistration_delay.timeout_seconds"


def tell_phases(
    service: Service, deployment: Deployment, context: DeploymentContext, *, began: datetime
) -> None:
    """Report the phases of a deployment that was made since `began`, if they can be read.

    That is two reads, and a third where one phase was long. Of more tasks than one call describes the last to
    start might not be among them: such a service has no summary.
    """
    if deployment.created_at < began or not 0 < deployment.running <= MAX_DESCRIBED_TASKS:
        return
    ended = context.clock.now()
    took: Phases | None = None
    setting: Setting | None = None
    try:
        took = _phases(service, deployment, context, began=began, ended=ended)
        setting = _setting(took, service, context) if took else None
    except EcsStepsError as error:
        context.say(Level.VERBOSE, f"Where the time went is told as far as it is known. {error}")
    if took:
        context.report(took.took(setting))


def _phases(
    service: Service, deployment: Deployment, context: DeploymentContext, *, began: datetime, ended: datetime
) -> Phases | None:
    arns = list(list_tasks(context.aws, service.cluster_arn, service.name, "RUNNING"))[:MAX_DESCRIBED_TASKS]
    ours = [
        task_times(task.raw)
        for task in describe_tasks(context.aws, service.cluster_arn, arns)
        if task.started_by == deployment.deployment_id
    ]
    return phases(deployment, filter(None, ours), service.events, began=began, ended=ended)


def _setting(took: Phases, service: Service, context: DeploymentContext) -> Setting | None:
    """Read the setting that the longest phase hangs on: one call at most."""
    aws = context.aws
    match took.dominating, service.target_groups:
        case "draining", [group, *_]:
            return deregistration_delay(int(target_group_attributes(aws, group).get(DELAY, 0)))
        case "health", [group, *_]:
            interval, threshold = target_group_health_check(aws, group)
            return target_health_check(interval=interval, healthy_threshold=threshold)
        case "health", _:
            return container_health_check(describe_task_definition(aws, service.task_definition).raw)
        case _:
            return None
