"""A deployment of the service that waits for a person already, when an update is about to begin."""

from attrs import frozen

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.service_deployments import ServiceDeployment, describe_service_deployment
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, SupersededError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.pauses import Pause, describe_pause, pause_of


@frozen(kw_only=True)
class PausedDeployment:
    """A deployment that waits for a person, and its record."""

    record: ServiceDeployment
    pause: Pause

    def refusal(self, service: Service) -> SupersededError:
        """Return the error of an update that would end it."""
        running = service.task_definition.rpartition("/")[2]
        return SupersededError(
            what=f"Service {service.name} waits for a person at another deployment, of {running}",
            why=f"deployment {self.record.deployment_id} is {describe_pause(self.pause)}",
            next_step="Continue or abort it first, or set Octopus.Action.Aws.Ecs.Update.WhenPaused to "
            "Replace. Nothing was changed.",
        )


def find_paused(service: Service, context: DeploymentContext) -> PausedDeployment | None:
    """Return the deployment of a service that waits for a person; none where none does.

    A service without pause hooks, or without a deployment in progress, is not asked for its record.
    """
    primary = service.primary
    may_wait = service.has_pause_hooks and primary is not None and primary.rollout_state == "IN_PROGRESS"
    if not may_wait or not service.current_service_deployment:
        return None
    try:
        record = context.call_with_retries(
            "the deployment that is in progress",
            lambda: describe_service_deployment(context.aws, service.current_service_deployment),
        )
    except AwsCallError as error:
        context.say(Level.WARNING, f"Whether a deployment waits for a person is not known. {error}")
        return None
    pause = pause_of(record) if record else None
    return PausedDeployment(record=record, pause=pause) if record and pause else None
