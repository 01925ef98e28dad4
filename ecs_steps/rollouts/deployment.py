"""Move a service to a revision, as every step on a service that exists does.

service and revision -> deployment -> outputs -> wait -> verdict, or rollback -> result
"""

from collections.abc import Callable, Mapping

from ecs_steps.aws.ecs import DeploymentRef, Service, revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.start import look_at_service, start_rollout
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
    add_tags()
    target = DeploymentRef(
        task_definition=revision, deployment_id=deployment.deployment_id, since=deployment.created_at
    )
    if context.may_wait and not (running and is_serving(service, target)):
        # Only who waits pays for what explains a failure.
        from ecs_steps.rollouts.waiting import wait_for_revision

        wait_for_revision(service, target, context, roll_back=roll_back)
    return outputs.result(_outcome(unchanged=bool(running), waited=context.may_wait))


def watch_deployment(
    cluster: str, name: str, deployment_id: str, context: DeploymentContext, outputs: Outputs
) -> Result:
    """Wait for a deployment of a service that was started before, and return how it ended.

    Raises:
        NotFoundError: There is no such service.
        DeploymentError, AwsCallError: As `deploy_to_service`.
    """
    from ecs_steps.rollouts.waiting import wait_for_deployment

    service = look_at_service(cluster, name, context)
    outputs.set(**service_outputs(service.arn), DeploymentId=deployment_id)
    deployment = wait_for_deployment(service, deployment_id, context)
    outputs.set(**revision_outputs(deployment.task_definition))
    return outputs.result(Outcome.SUCCEEDED)


def still_running_hint(outputs: Mapping[str, str]) -> str:
    """Say what continues in ECS without this step, from the outputs known by then."""
    deployment = outputs.get("DeploymentId")
    if not deployment:
        return ""
    return (
        f"Deployment {deployment} continues in ECS; to resume waiting: ecs-steps watch VARIABLES.json "
        f"--deployment {deployment}; to stop it: aws ecs stop-service-deployment"
    )


def _outcome(*, unchanged: bool, waited: bool) -> Outcome:
    if unchanged:
        return Outcome.UNCHANGED
    return Outcome.SUCCEEDED if waited else Outcome.STARTED
