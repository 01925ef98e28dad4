"""Find the service deployment that a step is about, and whose it is.

AWS keeps the state: the service names its current deployment, the deployment its hooks. An ARN or a hook's id
that an earlier step has put out is a pin: with it the step is exact, without it the only candidate is taken,
if this Octopus deployment has started it.
"""

from collections.abc import Collection

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import (
    ServiceDeployment,
    describe_service_deployment,
    newest_service_deployment,
)
from ecs_steps.aws.task_definitions import describe_task_definition
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import NotFoundError, SupersededError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.pauses import Pause, pause_of, pause_outputs, percent, waiting_hooks, waits_at
from ecs_steps.rollouts.pins import Pins
from ecs_steps.rollouts.review import Review, deployed_task_definition, review, short_name
from ecs_steps.rollouts.review_text import describe_review
from ecs_steps.rollouts.watch import ServiceWatch
from ecs_steps.tags import Tag, deployment_of


def find_service_deployment(
    service: Service, pins: Pins, context: DeploymentContext
) -> ServiceDeployment | None:
    """Return the pinned deployment, else the service's current one; none where it has none.

    Raises:
        NotFoundError: ECS does not know the pinned one (any more: it keeps them for 90 days).
    """
    arn = pins.service_deployment_arn or service.current_service_deployment
    if not arn:
        arn = context.call_with_retries(
            "the service's deployments",
            lambda: newest_service_deployment(context.aws, service.cluster_arn, service.name),
        )
    record = None
    if arn:
        record = context.call_with_retries(
            "the service deployment", lambda: describe_service_deployment(context.aws, arn)
        )
    if record is None and pins.service_deployment_arn:
        raise NotFoundError(
            what=f"Service deployment {arn} was not found",
            why=f"ECS has no such deployment of service {service.name}; it keeps them for 90 days",
            next_step="Check the pin, the account and the region.",
        )
    return record


def is_pinned(record: ServiceDeployment, pins: Pins) -> bool:
    """Return whether a pin says that this deployment is meant: its ARN, or a hook that waits in it."""
    return bool(pins.service_deployment_arn) or waits_at(record, pins.hook_id)


def refuse_foreign(
    service: Service, record: ServiceDeployment, pins: Pins, context: DeploymentContext, *, variable: str
) -> None:
    """Refuse a deployment that this Octopus deployment has not started; `variable` names the pin of its ARN.

    The tag on the service alone survives another one's UpdateService: the task definition that is deployed
    must have it as well. Where neither has one, whoever names the service means its deployment.

    Raises:
        SupersededError: Another Octopus deployment, or something else, has started it.
    """
    if is_pinned(record, pins):
        return
    task_definition = deployed_task_definition(record, service, context)
    tags = _tags_of(task_definition, context) if task_definition else ()
    of_service, of_revision = deployment_of(service.tags), deployment_of(tags)
    if not of_service and not of_revision:
        return
    if of_revision == pins.octopus_deployment and of_service in ("", pins.octopus_deployment):
        return
    starter = f"Octopus deployment {of_revision}" if of_revision else "something other than Octopus"
    raise SupersededError(
        what=f"The deployment of {short_name(task_definition)} to service {service.name} is not this one's",
        why=f"{starter} has started it"
        + (f", and this is {pins.octopus_deployment}" if pins.octopus_deployment else ""),
        next_step=f"Nothing was changed. If you mean this deployment, name it: {variable} = {record.arn}.",
    )


def is_tagged(service: Service, record: ServiceDeployment, pins: Pins, context: DeploymentContext) -> bool:
    """Return whether a deployment that no one has pinned is surely of this Octopus deployment."""
    if is_pinned(record, pins):
        return True
    task_definition = deployed_task_definition(record, service, context)
    tags = _tags_of(task_definition, context) if task_definition else ()
    ours = pins.octopus_deployment
    return bool(ours) and deployment_of(service.tags) == deployment_of(tags) == ours


def watch_service_deployment(
    service: Service,
    record: ServiceDeployment,
    seen: Review,
    context: DeploymentContext,
    *,
    answered: Collection[str] = (),
) -> ServiceWatch:
    """Return the watch of a service deployment; the `answered` hooks are no pause any more."""
    target = DeploymentRef(
        task_definition=seen.task_definition, deployment_id=record.deployment_id, since=record.created_at
    )
    watch = ServiceWatch(
        service.cluster_arn,
        service.name,
        target,
        context,
        answered_hooks=frozenset(answered),
        known_hooks=frozenset(hook.hook_id for hook in waiting_hooks(record)) if answered else frozenset(),
    )
    watch.record.arn = record.arn
    return watch


def newer_deployment(service: Service, record: ServiceDeployment) -> Deployment | None:
    """Return the deployment that has taken a service deployment's place; none where nothing has."""
    primary = service.primary
    if primary is None or primary.deployment_id == record.deployment_id:
        return None
    return primary if primary.created_at > record.created_at else None


def final_outputs(record: ServiceDeployment | None) -> dict[str, str]:
    """Return the output variables on where a deployment is; what ECS does not show is left out."""
    if record is None:
        return {}
    values = {
        "LifecycleStage": record.lifecycle_stage,
        "ProductionTrafficPercent": percent(record.target.production_weight),
        "TestTrafficPercent": percent(record.target.test_weight),
    }
    return {name: value for name, value in values.items() if value}


def progress_outputs(record: ServiceDeployment, review: Review) -> dict[str, str]:
    """Return the output variables of a service deployment and its pause; what is not known is left out."""
    pause = pause_of(record)
    values = {
        "ServiceDeploymentArn": record.arn,
        "DeploymentId": record.deployment_id,
        "TaskDefinitionArn": review.task_definition,
        "PreviousTaskDefinitionArn": review.previous,
        "TargetGroupArn": ", ".join(balancer.target_group for balancer in review.balancers),
        **(pause_outputs(pause) if pause else {}),
    }
    return {name: value for name, value in values.items() if value}


def report_pause(
    record: ServiceDeployment, pause: Pause, service: Service | None, context: DeploymentContext
) -> dict[str, str]:
    """Report what a person decides on at a pause; return its output variables.

    What is wrong with the deployment is a warning here: before it is continued it is an error.
    """
    seen = review(record, service, context)
    context.report(describe_review(seen, pause, service.name if service else ""))
    for finding in seen.findings:
        context.say(Level.WARNING, f"Before you continue: {finding}.")
    for error in seen.unread:
        context.say(Level.WARNING, f"Before you continue, check what could not be read. {error}")
    return progress_outputs(record, seen)


def _tags_of(task_definition: str, context: DeploymentContext) -> tuple[Tag, ...]:
    described = context.call_with_retries(
        "the task definition", lambda: describe_task_definition(context.aws, task_definition)
    )
    return tuple(described.tags)
