"""Wait for a service to run a revision; go back to what it ran before where the deployment failed."""

from contextlib import suppress
from datetime import timedelta

from attrs import evolve

from ecs_steps.aws.ecs import DeploymentRef, Service, describe_service
from ecs_steps.aws.service_deployments import ServiceDeployment, describe_service_deployment, roll_back
from ecs_steps.context import DeploymentContext, WatchOptions
from ecs_steps.errors import (
    AwsCallError,
    DeploymentError,
    EcsStepsError,
    RolledBackError,
    RolloutFailedError,
)
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outputs
from ecs_steps.rollouts.failure import failure_of, rolled_back
from ecs_steps.rollouts.start import describe_updatable_service, start_rollout
from ecs_steps.rollouts.verdict import DeploymentStatus
from ecs_steps.rollouts.watch import ServiceWatch, wait_for_verdict

ROLLBACK_TIMEOUT = timedelta(minutes=30)
"""The time that a rollback has of its own: the deployment's may be used up by then."""


def wait_for_revision(
    service: Service, target: DeploymentRef, context: DeploymentContext, outputs: Outputs, *, roll_back: bool
) -> ServiceWatch:
    """Wait until the service runs the revision, or its deployment waits for a person.

    The outputs get a service deployment that shifts traffic as soon as it is known. With `roll_back` a failed
    deployment is undone, but neither one that waits for a person nor one whose new tasks are healthy.

    Raises:
        RolledBackError: It failed, and the revision that served before serves again.
        DeploymentError: It did not succeed; with the cause.
    """

    def put_out(record: ServiceDeployment) -> None:
        if record.strategy != "ROLLING":
            outputs.set(ServiceDeploymentArn=record.arn)

    watch = ServiceWatch(service.cluster_arn, service.name, target, context, on_record=put_out)
    verdict = wait_for_verdict(watch)
    if verdict.pause or verdict.status is DeploymentStatus.SERVING:
        return watch
    failure = failure_of(watch)
    if roll_back and watch.may_roll_back:
        raise roll_back_to(service.task_definition, watch, failure)
    if roll_back and watch.rollback_objection:
        context.say(Level.WARNING, f"It is not rolled back: {watch.rollback_objection}.")
    raise failure


def roll_back_to(previous: str, watch: ServiceWatch, failure: DeploymentError) -> RolledBackError:
    """Go back to the revision that served before, wait until it serves, and return the error to end with.

    ECS stops its own service deployment where that is in progress, which also undoes its other
    changes; else the service is pointed back. Check `ServiceWatch.may_roll_back` first.

    Raises:
        RolloutFailedError: The rollback did not come to an end either.
    """
    context = evolve(watch.context, deadline=watch.context.clock.now() + ROLLBACK_TIMEOUT)
    context.say(Level.WARNING, f"{failure.what}: {failure.why}. Going back to {previous}.")
    try:
        if not _rolled_back_by_ecs(watch, context):
            _point_back(previous, watch, context)
    except EcsStepsError as error:
        cause = f"{error.what}: {error.why}" if error.why else error.what
        serving = what_serves(watch, context)
        raise RolloutFailedError(
            what=failure.what,
            why=f"{failure.why}; and the rollback to {previous} failed: {cause}",
            next_step=" ".join(filter(None, [serving, error.next_step])),
            diagnosis=failure.diagnosis,
        ) from error
    return rolled_back(failure, f"the service runs {previous} again")


def _point_back(previous: str, watch: ServiceWatch, context: DeploymentContext) -> None:
    service = describe_updatable_service(watch.cluster, watch.name_or_arn, context)
    deployment = start_rollout(service, previous, context, force=False)
    rollback = ServiceWatch(watch.cluster, watch.name_or_arn, deployment.ref, context)
    verdict = wait_for_verdict(rollback, with_timing=False)
    if verdict.status is not DeploymentStatus.SERVING:
        raise failure_of(rollback)


def _rolled_back_by_ecs(watch: ServiceWatch, context: DeploymentContext) -> bool:
    """Let ECS roll its own record of the deployment back; false where that cannot be stopped any more."""
    if not watch.record.arn:
        return False
    record = context.call_with_retries(
        "the deployment", lambda: describe_service_deployment(context.aws, watch.record.arn)
    )
    if record is None or not record.is_in_progress:
        return False
    if not record.is_rolling_back:
        try:
            context.call_with_retries("the rollback", lambda: roll_back(context.aws, watch.record.arn))
        except AwsCallError as error:
            context.say(Level.VERBOSE, f"The service is pointed back by this step itself. {error}")
            return False
    # Tasks that fail while ECS goes back leave nothing to give up.
    without_fail_fast = evolve(context, watch_options=WatchOptions(stopped_tasks=0))
    rollback = ServiceWatch(watch.cluster, watch.name_or_arn, watch.target, without_fail_fast)
    rollback.record.arn = watch.record.arn
    verdict = wait_for_verdict(rollback, with_timing=False)
    if verdict.status is DeploymentStatus.ROLLED_BACK:
        return True
    raise RolloutFailedError(
        what="The rollback did not end well", why=verdict.reason or "it was still in progress"
    )


def what_serves(watch: ServiceWatch, context: DeploymentContext) -> str:
    """Return a sentence on what runs now, as far as it can be read."""
    service = None
    with suppress(EcsStepsError):
        service = describe_service(context.aws, watch.cluster, watch.name_or_arn)
    if service is None:
        return "Look at the service at once: what it runs now could not be read."
    running = [
        f"{d.running} tasks of {d.task_definition.rpartition('/')[2]}"
        for d in service.deployments
        if d.running
    ]
    if not running:
        return "Look at the service at once: no task of it runs now."
    return f"The service runs {' and '.join(running)} now."
