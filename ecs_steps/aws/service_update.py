"""Change a service that somebody else owns: look at it, point it at a revision, and back again."""

from datetime import timedelta

from attrs import evolve

from ecs_steps.aws.ecs import Deployment, Service, describe_service, update_service
from ecs_steps.aws.rollout import Standing, Target
from ecs_steps.aws.service_deployments import describe_service_deployment, roll_back
from ecs_steps.aws.service_watch import ServiceWatch, await_verdict
from ecs_steps.aws.surroundings import Surroundings, Vigilance
from ecs_steps.errors import (
    AwsCallError,
    DeploymentError,
    EcsStepsError,
    NotFoundError,
    RolledBackError,
    RolloutFailedError,
)
from ecs_steps.polling import poll
from ecs_steps.report import Level

# A rollback that was asked for has time of its own: the deployment's may be used up by then.
ROLLBACK_TIME = timedelta(minutes=30)

INSTEAD = {
    "CODE_DEPLOY": "Deploy it with AWS CodeDeploy, or give it the ECS deployment controller.",
    "EXTERNAL": "Change its task sets with the tool that owns them, or use the ECS deployment controller.",
}


def look_at_service(cluster: str, name: str, around: Surroundings) -> Service:
    """Return a service that can be updated, with its tags.

    Raises:
        NotFoundError: There is no such service or cluster, or the service is being deleted.
        DeploymentError: Its deployment controller takes no updates from here.
    """
    service = around.insist(
        "the service", lambda: describe_service(around.aws, cluster, name, with_tags=True)
    )
    if service is None or service.status != "ACTIVE":
        why = f"it is {service.status}" if service else f"cluster {cluster} has none of that name"
        raise NotFoundError(
            what=f"Service {name} was not found",
            why=why,
            next_step="Check the name, the cluster, the account and the region.",
        )
    if service.controller in INSTEAD:
        raise DeploymentError(
            what=f"Service {name} cannot be updated by this step",
            why=f"its deployment controller is {service.controller}, and ECS refuses a new task definition",
            next_step=INSTEAD[service.controller],
        )
    return service


def start_rollout(service: Service, task_definition: str, around: Surroundings, *, force: bool) -> Deployment:
    """Point the service at a revision and return the deployment that this started.

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
        return started(update_service(around.aws, service, task_definition, force=force))

    def done() -> Deployment | None:
        return started(describe_service(around.aws, service.cluster_arn, service.name))

    deployment = around.insist_once("the service's update", act, done)
    if deployment is None:
        raise RolloutFailedError(
            what=f"Service {service.name} was updated, and shows another deployment",
            why="somebody else updated it in the same moment",
            next_step="Let one deployment at a time run for this service.",
        )
    return deployment


def roll_back_to(previous: str, watch: ServiceWatch, failure: DeploymentError) -> RolledBackError:
    """Go back to the revision that served before, wait until it serves, and return the error to end with.

    ECS is asked to stop its own service deployment where that is under way, which also undoes its other
    changes; else the service is pointed back.

    Raises:
        RolloutFailedError: The rollback did not come to an end either.
    """
    around = evolve(watch.around, deadline=watch.around.clock.now() + ROLLBACK_TIME)
    around.say(Level.WARNING, f"{failure.what}: {failure.why}. Going back to {previous}.")
    try:
        if not _stopped_by_ecs(watch, around):
            service = look_at_service(watch.cluster, watch.name_or_arn, around)
            deployment = start_rollout(service, previous, around, force=False)
            target = Target(
                task_definition=previous,
                deployment_id=deployment.deployment_id,
                since=deployment.created_at,
            )
            rollback = ServiceWatch(watch.cluster, watch.name_or_arn, target, around)
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


def _stopped_by_ecs(watch: ServiceWatch, around: Surroundings) -> bool:
    """Let ECS roll its own record of the deployment back; false where there is none to stop any more."""
    if not watch.record.arn:
        return False
    attempt = around.insist(
        "the deployment", lambda: describe_service_deployment(around.aws, watch.record.arn)
    )
    if attempt is None or not attempt.is_under_way:
        return False
    if not attempt.is_rolling_back:
        try:
            around.insist("the rollback", lambda: roll_back(around.aws, watch.record.arn))
        except AwsCallError as error:
            around.say(Level.VERBOSE, f"{error.what}: {error.why}; pointing the service back instead.")
            return False
    # Of tasks that fail while ECS is already going back, there is nothing left to give up.
    patient = evolve(around, vigilance=Vigilance(stopped_tasks=0))
    rollback = ServiceWatch(watch.cluster, watch.name_or_arn, watch.target, patient)
    rollback.record.arn = watch.record.arn
    seen = poll(
        rollback.look,
        clock=around.clock,
        deadline=around.deadline,
        report=around.report,
        waiting_for="the rollback",
    )
    if seen.value.standing is Standing.ROLLED_BACK:
        return True
    raise RolloutFailedError(what="The rollback did not end well", why=seen.value.reason)
