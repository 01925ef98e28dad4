"""Wait for the service to run a revision; where it does not, roll it back if that was asked for."""

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import RolloutFailedError, TimedOutError
from ecs_steps.rollouts.rollback import roll_back_to
from ecs_steps.rollouts.watch import ServiceWatch, await_verdict, target_of


def wait_for_deployment(service: Service, deployment_id: str, context: DeploymentContext) -> Deployment:
    """Wait for a deployment that was started before, and return it.

    Raises:
        DeploymentError: It did not succeed; with the cause.
    """
    target = target_of(service, deployment_id)
    return await_verdict(ServiceWatch(service.cluster_arn, service.name, target, context))


def wait_for_revision(
    service: Service, target: DeploymentRef, context: DeploymentContext, *, roll_back: bool
) -> None:
    """Wait for a deployment that this step started; with `roll_back` a failed one is undone.

    Raises:
        RolledBackError: It failed, and the revision that served before serves again.
        DeploymentError: It did not succeed; with the cause.
    """
    watch = ServiceWatch(service.cluster_arn, service.name, target, context)
    try:
        await_verdict(watch)
    except (RolloutFailedError, TimedOutError) as error:
        if not roll_back:
            raise
        raise roll_back_to(service.task_definition, watch, error) from error
