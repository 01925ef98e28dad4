"""Go back to what a service ran before a deployment that failed."""

from datetime import timedelta

from attrs import evolve

from ecs_steps.aws.ecs import DeploymentRef
from ecs_steps.aws.service_deployments import describe_service_deployment, roll_back
from ecs_steps.context import DeploymentContext, WatchOptions
from ecs_steps.errors import (
    AwsCallError,
    DeploymentError,
    EcsStepsError,
    RolledBackError,
    RolloutFailedError,
)
from ecs_steps.polling import poll
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.start import look_at_service, start_rollout
from ecs_steps.rollouts.verdict import DeploymentStatus
from ecs_steps.rollouts.watch import ServiceWatch, await_verdict

# A rollback that was asked for has time of its own: the deployment's may be used up by then.
ROLLBACK_TIME = timedelta(minutes=30)


def roll_back_to(previous: str, watch: ServiceWatch, failure: DeploymentError) -> RolledBackError:
    """Go back to the revision that served before, wait until it serves, and return the error to end with.

    ECS is asked to stop its own service deployment where that is under way, which also undoes its other
    changes; else the service is pointed back.

    Raises:
        RolloutFailedError: The rollback did not come to an end either.
    """
    context = evolve(watch.context, deadline=watch.context.clock.now() + ROLLBACK_TIME)
    context.say(Level.WARNING, f"{failure.what}: {failure.why}. Going back to {previous}.")
    try:
        if not _stopped_by_ecs(watch, context):
            service = look_at_service(watch.cluster, watch.name_or_arn, context)
            deployment = start_rollout(service, previous, context, force=False)
            target = DeploymentRef(
                task_definition=previous,
                deployment_id=deployment.deployment_id,
                since=deployment.created_at,
            )
            rollback = ServiceWatch(watch.cluster, watch.name_or_arn, target, context)
            await_verdict(rollback, summed_up=False)
    except EcsStepsError as error:
        cause = f"{error.what}: {error.why}" if error.why else error.what
        look = "Look at the service at once: neither revision may be serving."
        raise RolloutFailedError(
            what=failure.what,
            why=f"{failure.why}; and the rollback to {previous} failed: {cause}",
            next_step=" ".join(filter(None, [look, error.next_step])),
            diagnosis=failure.diagnosis,
        ) from error
    return RolledBackError(
        what=failure.what,
        why=f"{failure.why}; the service runs {previous} again",
        diagnosis=failure.diagnosis,
    )


def _stopped_by_ecs(watch: ServiceWatch, context: DeploymentContext) -> bool:
    """Let ECS roll its own record of the deployment back; false where there is none to stop any more."""
    if not watch.record.arn:
        return False
    attempt = context.call_with_retries(
        "the deployment", lambda: describe_service_deployment(context.aws, watch.record.arn)
    )
    if attempt is None or not attempt.is_under_way:
        return False
    if not attempt.is_rolling_back:
        try:
            context.call_with_retries("the rollback", lambda: roll_back(context.aws, watch.record.arn))
        except AwsCallError as error:
            context.say(Level.VERBOSE, f"The service is pointed back by this step itself. {error}")
            return False
    # Of tasks that fail while ECS is already going back, there is nothing left to give up.
    patient = evolve(context, watch_options=WatchOptions(stopped_tasks=0))
    rollback = ServiceWatch(watch.cluster, watch.name_or_arn, watch.target, patient)
    rollback.record.arn = watch.record.arn
    seen = poll(
        rollback.look,
        clock=context.clock,
        deadline=context.deadline,
        report=context.report,
        waiting_for="the rollback",
    )
    if seen.value.status is DeploymentStatus.ROLLED_BACK:
        return True
    raise RolloutFailedError(what="The rollback did not end well", why=seen.value.reason)
