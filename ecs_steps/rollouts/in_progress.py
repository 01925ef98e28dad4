"""A deployment of the service that is in progress already, when another one is about to begin."""

from attrs import evolve, frozen

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.service_deployments import (
    ServiceDeployment,
    describe_service_deployment,
    newest_service_deployment,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, Problem, SupersededError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.pauses import Pause, describe_pause, pause_of
from ecs_steps.rollouts.strategies import Strategy


@frozen(kw_only=True)
class DeploymentInProgress:
    """A deployment that pauses on its way, and the pause that it waits at now."""

    record: ServiceDeployment
    pause: Pause | None
    warnings: tuple[Problem, ...] = ()

    def superseded_error(self, service: Service, pause: Pause, *, variable: str) -> SupersededError:
        """Return the error of an update that would end it at its pause."""
        running = service.task_definition.rpartition("/")[2]
        return SupersededError(
            what=f"Service {service.name} waits for a person at another deployment, of {running}",
            why=f"deployment {self.record.deployment_id} is {describe_pause(pause)}",
            next_step=f"Continue or abort it first, or set {variable} to Replace. Nothing was changed.",
        )


def find_own_deployment(
    service: Service,
    context: DeploymentContext,
    *,
    is_ours: bool,
    strategy: Strategy | None,
    may_replace: bool,
    variable: str,
) -> DeploymentInProgress | None:
    """Return this very deployment where it was begun before; none where one is to begin.

    `is_ours` says that this Octopus deployment has begun what the service runs. Begun with another strategy
    it is resumed with a warning, or begins again where it `may_replace` what waits, as `variable` says.

    Raises:
        SupersededError: Another deployment waits for a person, and may not be replaced.
    """
    found = _find_in_progress(service, context)
    if found is None:
        return None
    if is_ours and (strategy is None or strategy.is_in_force(found.record.configuration)):
        return found
    if is_ours and not may_replace:
        message = (
            "the strategy has changed, and the deployment that waits was started with another one; "
            "the change is not applied (Replace starts again)"
        )
        return evolve(found, warnings=(Problem(path=variable, message=message),))
    if found.pause and not may_replace:
        raise found.superseded_error(service, found.pause, variable=variable)
    return None


def _find_in_progress(service: Service, context: DeploymentContext) -> DeploymentInProgress | None:
    """Return the deployment of a service that is in progress and may pause; none where there is none."""
    if not service.may_be_paused:
        return None
    try:
        record = context.call_with_retries(
            "the deployment that is in progress",
            lambda: _current_record(service, context),
        )
    except AwsCallError as error:
        context.say(Level.WARNING, f"Whether a deployment waits for a person is not known. {error}")
        return None
    if record is None or record.is_undone or not record.is_in_progress:
        return None
    return DeploymentInProgress(record=record, pause=pause_of(record))


def _current_record(service: Service, context: DeploymentContext) -> ServiceDeployment | None:
    arn = service.current_service_deployment or newest_service_deployment(
        context.aws, service.cluster_arn, service.name
    )
    return describe_service_deployment(context.aws, arn) if arn else None
