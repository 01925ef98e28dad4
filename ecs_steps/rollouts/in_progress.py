"""A deployment of the service that is in progress already, when an update is about to begin."""

from attrs import frozen

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.service_deployments import ServiceDeployment, describe_service_deployment
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, SupersededError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.pauses import Pause, describe_pause, pause_of


@frozen(kw_only=True)
class DeploymentInProgress:
    """A deployment that pauses on its way, and the pause that it waits at now."""

    record: ServiceDeployment
    pause: Pause | None

    def refusal(self, service: Service, pause: Pause, *, variable: str) -> SupersededError:
        """Return the error of an update that would end it at its pause."""
        running = service.task_definition.rpartition("/")[2]
        return SupersededError(
            what=f"Service {service.name} waits for a person at another deployment, of {running}",
            why=f"deployment {self.record.deployment_id} is {describe_pause(pause)}",
            next_step=f"Continue or abort it first, or set {variable} to Replace. Nothing was changed.",
        )


def find_in_progress(service: Service, context: DeploymentContext) -> DeploymentInProgress | None:
    """Return the deployment of a service that pauses on its way and is in progress; none where there is none.

    A service without pause hooks, or without a deployment in progress, has no record that is read.
    """
    primary = service.primary
    may_pause = service.has_pause_hooks and primary is not None and primary.rollout_state == "IN_PROGRESS"
    if not may_pause or not service.current_service_deployment:
        return None
    try:
        record = context.call_with_retries(
            "the deployment that is in progress",
            lambda: describe_service_deployment(context.aws, service.current_service_deployment),
        )
    except AwsCallError as error:
        context.say(Level.WARNING, f"Whether a deployment waits for a person is not known. {error}")
        return None
    if record is None or record.status not in ("PENDING", "IN_PROGRESS"):
        return None
    return DeploymentInProgress(record=record, pause=pause_of(record))
