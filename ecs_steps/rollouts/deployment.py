"""Move a service to a revision, as every step on a service that exists does.

service and revision -> deployment -> outputs -> wait -> verdict, pause or rollback -> result
"""

from collections.abc import Callable, Mapping

from ecs_steps.aws.ecs import DeploymentRef, Service, revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.result import Outcome, Outputs, Result, StillRunning
from ecs_steps.rollouts.start import describe_updatable_service, start_rollout
from ecs_steps.rollouts.verdict import is_serving


def deploy_to_service(
    service: Service,
    revision: str,
    context: DeploymentContext,
    outputs: Outputs,
    *,
    force: bool,
    roll_back: bool,
    add_tags: Callable[[], None],
) -> Result:
    """Let a service run a revision, and wait where the context says so.

    A service that runs it already is deployed again with `force`, and left alone without. Outputs are set
    before the wait; `add_tags` is called once the deployment has started.

    Raises:
        DeploymentError: The service does not run the revision; with the cause.
        AwsCallError: A call was denied or refused, or did not get through.
    """
    outputs.set(**revision_outputs(revision), **service_outputs(service.arn))
    is_running = service.task_definition == revision
    running = service.primary if is_running and not force else None
    deployment = running or start_rollout(service, revision, context, force=is_running)
    outputs.set(DeploymentId=deployment.deployment_id)
    outputs.since = deployment.created_at
    add_tags()
    target = DeploymentRef(
        task_definition=revision, deployment_id=deployment.deployment_id, since=deployment.created_at
    )
    needs_wait = context.may_wait and not (running and is_serving(service, target))
    if needs_wait and _wait(service, target, context, outputs, roll_back=roll_back):
        return outputs.result(Outcome.PAUSED)
    return outputs.result(_outcome(unchanged=bool(running), waited=context.may_wait))


def _wait(
    service: Service, target: DeploymentRef, context: DeploymentContext, outputs: Outputs, *, roll_back: bool
) -> bool:
    """Wait until the service runs the revision; return whether its deployment waits for a person."""
    # Only who waits pays for what explains a failure.
    from ecs_steps.rollouts.pauses import pause_outputs
    from ecs_steps.rollouts.waiting import wait_for_revision

    pause = wait_for_revision(service, target, context, roll_back=roll_back)
    if pause:
        outputs.set(**pause_outputs(pause))
    return pause is not None


def watch_deployment(
    cluster: str, name: str, deployment_id: str, context: DeploymentContext, outputs: Outputs
) -> Result:
    """Wait for a deployment of a service that was started before, and return how it ended.

    Raises:
        NotFoundError: There is no such service or deployment.
        DeploymentError, AwsCallError: As `deploy_to_service`.
    """
    from ecs_steps.rollouts.pauses import pause_outputs
    from ecs_steps.rollouts.waiting import wait_for_deployment

    service = describe_updatable_service(cluster, name, context)
    outputs.set(**service_outputs(service.arn), DeploymentId=deployment_id)
    target, pause = wait_for_deployment(service, deployment_id, context)
    outputs.set(**revision_outputs(target.task_definition))
    if pause:
        outputs.set(**pause_outputs(pause))
    return outputs.result(Outcome.PAUSED if pause else Outcome.SUCCEEDED)


def still_running(outputs: Mapping[str, str]) -> StillRunning | None:
    """Return what continues in ECS without this step, from the outputs known by then."""
    deployment = outputs.get("DeploymentId")
    if not deployment:
        return None
    return StillRunning(
        what=f"Deployment {deployment} continues in ECS",
        watch=f"ecs-steps watch VARIABLES.json --deployment {deployment}",
        undo="aws ecs stop-service-deployment",
    )


def _outcome(*, unchanged: bool, waited: bool) -> Outcome:
    if unchanged:
        return Outcome.UNCHANGED
    return Outcome.SUCCEEDED if waited else Outcome.STARTED
