"""Change a service that this step does not own: read it, and point it at a revision."""

from collections.abc import Mapping
from typing import Any

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service, describe_service, update_service
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, DeploymentError, NotFoundError, RolloutFailedError
from ecs_steps.rollouts.strategies import StrategyType

ALTERNATIVES = {
    "CODE_DEPLOY": "Deploy it with AWS CodeDeploy, or give it the ECS deployment controller.",
    "EXTERNAL": "It is deployed by task sets: follow one with ecs-steps status VARIABLES.json --watch.",
}


def describe_updatable_service(
    cluster: str, name: str, context: DeploymentContext, *, with_task_sets: bool = False
) -> Service:
    """Return a service that takes updates from here, with its tags.

    With `with_task_sets` it may be one that is deployed by task sets (`has_task_sets`).

    Raises:
        NotFoundError: There is no such service or cluster, or the service is being deleted.
        DeploymentError: Its deployment controller takes no updates from here.
    """
    service = describe_service_of(cluster, name, context)
    if with_task_sets and has_task_sets(service):
        return service
    if service.controller in ALTERNATIVES:
        raise DeploymentError(
            what=f"Service {name} cannot be updated by this step",
            why=f"its deployment controller is {service.controller}, and ECS refuses a new task definition",
            next_step=ALTERNATIVES[service.controller],
        )
    return service


def has_task_sets(service: Service) -> bool:
    """Return whether a service is deployed by task sets: ECS leaves its deployments to others."""
    return service.controller == "EXTERNAL"


def describe_service_of(cluster: str, name: str, context: DeploymentContext) -> Service:
    """Return a service that exists, with its tags, whatever its deployment controller is.

    Raises:
        NotFoundError: There is no such service or cluster, or the service is being deleted.
    """
    return context.call_with_retries("the service", lambda: active_service(cluster, name, context))


def active_service(cluster: str, name: str, context: DeploymentContext, *, with_tags: bool = True) -> Service:
    """Read once a service that exists.

    Raises:
        NotFoundError: As `describe_service_of`.
    """
    service = describe_service(context.aws, cluster, name, with_tags=with_tags)
    if service is None or service.status != "ACTIVE":
        why = f"it is {service.status}" if service else f"cluster {cluster} has none of that name"
        raise NotFoundError(
            what=f"Service {name} was not found",
            why=why,
            next_step="Check the name, the cluster, the account and the region.",
        )
    return service


def check_strategy(service: Service, strategy: StrategyType, *, variable: str) -> None:
    """Refuse to shift traffic where the service has no second target group for it.

    The way there takes two deployments (ECS guide, update-rolling-to-bluegreen), and who owns the load
    balancers has to make the first.

    Raises:
        DeploymentError: The strategy is not possible.
    """
    if has_task_sets(service) and strategy is not StrategyType.KEEP:
        raise DeploymentError(
            what=f"Service {service.name} cannot be deployed as {strategy}",
            why="its deployment controller is EXTERNAL: it is deployed by task sets, a share at a time",
            next_step=f"Leave {variable} at Keep. Nothing was changed.",
        )
    if strategy.shifts and len(service.alternate_groups) < len(service.target_groups):
        raise DeploymentError(
            what=f"Service {service.name} cannot be deployed as {strategy}",
            why="its load balancers have no alternate target group and listener rules",
            next_step="Give them advancedConfiguration first, by a rolling deployment (with the tool that "
            f"owns the service), or leave {variable} at Keep. Nothing was changed.",
        )


def check_task_sets(service: Service, *, variables: str, names_task_sets: bool, has_safeguards: bool) -> None:
    """Refuse what only one kind of service takes, before anything is changed.

    `names_task_sets`: one of the `variables` that are about task sets is given; `has_safeguards`: a circuit
    breaker or alarms are.

    Raises:
        DeploymentError: The inputs are for the other kind.
    """
    if not has_task_sets(service) and names_task_sets:
        raise DeploymentError(
            what=f"Service {service.name} has no task sets",
            why=f"its deployment controller is {service.controller}; {variables} are for EXTERNAL",
            next_step="Leave them empty: the test rule of a strategy is the service's own.",
        )
    if has_task_sets(service) and has_safeguards:
        raise DeploymentError(
            what=f"Service {service.name} takes no circuit breaker and no alarms",
            why="its deployment controller is EXTERNAL, and ECS watches no deployment of it",
            next_step="Leave them empty. Nothing was changed.",
        )


def start_rollout(
    service: Service,
    task_definition: str,
    context: DeploymentContext,
    *,
    force: bool,
    configuration: Mapping[str, Any] | None = None,
) -> Deployment:
    """Point the service at a revision and return the deployment that this started.

    A deployment configuration goes with it; none leaves the service's own.

    Raises:
        AwsCallError: ECS refused it.
    """
    known = {deployment.deployment_id for deployment in service.deployments}

    def started(now: Service | None) -> Deployment | None:
        primary = now.primary if now else None
        if primary is None or primary.task_definition != task_definition:
            return None
        return primary if not force or primary.deployment_id not in known else None

    def act() -> Deployment | None:
        return started(
            update_service(context.aws, service, task_definition, force=force, configuration=configuration)
        )

    def done() -> Deployment | None:
        return started(describe_service(context.aws, service.cluster_arn, service.name))

    deployment = context.call_at_most_once("the service's update", act, done)
    if deployment is None:
        raise RolloutFailedError(
            what=f"Service {service.name} was updated, and shows another deployment",
            why="another process updated it in the same moment",
            next_step="Let one deployment at a time run for this service.",
        )
    return deployment


def target_of(service: Service, deployment_id: str, context: DeploymentContext) -> DeploymentRef:
    """Return a deployment of a service, by its id, as something to judge.

    What has become of one that the service no longer shows, its record shows.

    Raises:
        NotFoundError: Neither the service nor ECS' records have it.
    """
    shown = next((d for d in service.deployments if d.deployment_id == deployment_id), None)
    if shown:
        return shown.ref
    from ecs_steps.aws.service_deployments import find_service_deployment

    ids = ", ".join(d.deployment_id for d in service.deployments) or "none"
    why = f"the service shows {ids}"
    try:
        found = context.call_with_retries(
            "the deployment's record",
            lambda: find_service_deployment(context.aws, service.cluster_arn, service.name, deployment_id),
        )
    except AwsCallError as error:
        found, why = None, f"{why}, and ECS' records of older ones could not be read ({error.why})"
    if not found:
        raise NotFoundError(
            what=f"Service {service.name} has no deployment {deployment_id}",
            why=why,
            next_step="Check the deployment's id, the service, the account and the region.",
        )
    since = min((d.created_at for d in service.deployments), default=context.clock.now())
    return DeploymentRef(deployment_id=deployment_id, since=since)
