"""Wait for the service to run a revision, and decide what the verdict means for the step."""

from ecs_steps.aws.ecs import DeploymentRef, Service
from ecs_steps.context import DeploymentContext
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.failure import failure_of
from ecs_steps.rollouts.rollback import roll_back_to
from ecs_steps.rollouts.start import target_of
from ecs_steps.rollouts.verdict import DeploymentStatus
from ecs_steps.rollouts.watch import ServiceWatch, wait_for_verdict


def wait_for_deployment(service: Service, deployment_id: str, context: DeploymentContext) -> ServiceWatch:
    """Wait for a deployment that was started before, until it serves or waits for a person.

    Raises:
        NotFoundError: Neither the service nor ECS' records have it.
        DeploymentError: It did not succeed; with the cause.
    """
    target = target_of(service, deployment_id, context)
    return wait_for_revision(service, target, context, roll_back=False)


def wait_for_revision(
    service: Service, target: DeploymentRef, context: DeploymentContext, *, roll_back: bool
) -> ServiceWatch:
    """Wait until the service runs the revision, or its deployment waits for a person.

    With `roll_back` a failed deployment is undone, but neither one that waits for a person nor one whose new
    tasks are healthy.

    Raises:
        RolledBackError: It failed, and the revision that served before serves again.
        DeploymentError: It did not succeed; with the cause.
    """
    watch = ServiceWatch(service.cluster_arn, service.name, target, context)
    verdict = wait_for_verdict(watch)
    if verdict.pause or verdict.status is DeploymentStatus.SERVING:
        return watch
    failure = failure_of(watch)
    if roll_back and watch.may_roll_back:
        raise roll_back_to(service.task_definition, watch, failure)
    if roll_back and watch.rollback_objection:
        context.say(Level.WARNING, f"It is not rolled back: {watch.rollback_objection}.")
    raise failure
