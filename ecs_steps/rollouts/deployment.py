"""Move a service to a revision, as every step on a service that exists does.

service and revision -> deployment -> outputs -> wait -> verdict, pause or rollback -> result
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ecs_steps.aws.ecs import Service, revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.result import Outcome, Outputs, Result, StillRunning
from ecs_steps.rollouts.start import describe_updatable_service, start_rollout, target_of
from ecs_steps.rollouts.strategies import pause_points

if TYPE_CHECKING:
    from ecs_steps.rollouts.in_progress import DeploymentInProgress
    from ecs_steps.rollouts.watch import ServiceWatch


def deploy_to_service(
    service: Service,
    revision: str,
    context: DeploymentContext,
    outputs: Outputs,
    *,
    force: bool,
    roll_back: bool,
    add_tags: Callable[[], None],
    configuration: dict[str, Any] | None = None,
    is_begun: bool = False,
) -> Result:
    """Let a service run a revision, and wait where the context says so; outputs are set before the wait.

    The `configuration` is sent with it, where the service's own does not stay. With `is_begun` the deployment
    that is in progress is this one. `force` deploys a revision that the service runs already once more.
    `add_tags` is called once the deployment has started, or before one that may pause.

    Raises:
        DeploymentError: The service does not run the revision; with the cause.
        AwsCallError: A call was denied or refused, or did not get through.
    """
    outputs.set(**revision_outputs(revision), **service_outputs(service.arn))
    may_pause = bool(pause_points(configuration or service.deployment_configuration))
    if may_pause:
        # By its tags the next run knows it again at its pause, wherever this one is ended.
        add_tags()
    is_running = service.task_definition == revision
    running = service.primary if (is_running and not force) or is_begun else None
    outputs.starting = "" if running else f"UpdateService {service.name}"
    deployment = running or start_rollout(
        service, revision, context, force=is_running, configuration=configuration
    )
    outputs.set(DeploymentId=deployment.deployment_id)
    outputs.since = deployment.created_at
    if not may_pause:
        add_tags()
    target = deployment.ref
    if context.may_wait:
        # Only who waits pays for what judges a deployment and explains a failure.
        from ecs_steps.rollouts.rollback import wait_for_revision
        from ecs_steps.rollouts.verdict import is_serving

        if not (running and is_serving(service, target)):
            watch = wait_for_revision(service, target, context, outputs, roll_back=roll_back)
            if has_paused(watch, context, outputs):
                return outputs.result(Outcome.PAUSED)
    return outputs.result(outcome_of(unchanged=bool(running), waited=context.may_wait))


def watch_deployment(
    cluster: str, name: str, deployment_id: str, context: DeploymentContext, outputs: Outputs
) -> Result:
    """Wait for a deployment of a service that was started before, and return how it ended.

    Raises:
        NotFoundError: There is no such service or deployment.
        DeploymentError, AwsCallError: As `deploy_to_service`.
    """
    from ecs_steps.rollouts.rollback import wait_for_revision

    service = describe_updatable_service(cluster, name, context)
    outputs.set(**service_outputs(service.arn), DeploymentId=deployment_id)
    target = target_of(service, deployment_id, context)
    watch = wait_for_revision(service, target, context, outputs, roll_back=False)
    outputs.set(**revision_outputs(watch.target.task_definition))
    is_paused = has_paused(watch, context, outputs)
    return outputs.result(Outcome.PAUSED if is_paused else Outcome.SUCCEEDED)


def report_waiting_pause(
    service: Service,
    revision: str,
    found: "DeploymentInProgress",
    context: DeploymentContext,
    outputs: Outputs,
) -> bool:
    """Return whether a deployment that was begun before waits for a person; then set its outputs."""
    if found.pause is None:
        return False
    from ecs_steps.rollouts.progress import report_pause

    record = found.record
    outputs.set(
        **revision_outputs(revision), **service_outputs(service.arn), DeploymentId=record.deployment_id
    )
    outputs.set(**report_pause(record, found.pause, service, context))
    return True


def has_paused(watch: "ServiceWatch", context: DeploymentContext, outputs: Outputs) -> bool:
    """Return whether a deployment waits for a person; then report what that person decides on."""
    from ecs_steps.rollouts.progress import final_outputs, report_pause

    pause, record = watch.verdict.pause, watch.service_deployment
    if pause is None or record is None:
        outputs.set(**final_outputs(record))
        return False
    outputs.set(**report_pause(record, pause, watch.service, context))
    return True


def still_running(outputs: Mapping[str, str]) -> StillRunning | None:
    """Return what continues in ECS without this step, from the outputs known by then."""
    deployment = outputs.get("DeploymentId")
    if not deployment:
        return None
    return StillRunning(
        what=f"Deployment {deployment} continues in ECS",
        watch=f"ecs-steps watch VARIABLES.json --deployment {deployment}",
        undo=f"aws ecs stop-service-deployment --service-deployment-arn {_arn(outputs)}",
    )


def _arn(outputs: Mapping[str, str]) -> str:
    """Return the ARN of the service deployment, else the command that prints it."""
    cluster, service = outputs.get("ClusterName", "default"), outputs.get("ServiceName", "")
    listing = f"aws ecs list-service-deployments --cluster {cluster} --service {service} --status IN_PROGRESS"
    query = "--query serviceDeployments[0].serviceDeploymentArn --output text"
    return outputs.get("ServiceDeploymentArn") or f'"$({listing} {query})"'


def task_set_left(outputs: Mapping[str, str]) -> StillRunning | None:
    """Say of a task set that was made how it stays without this step, and how to continue or undo it."""
    task_set, share = outputs.get("TaskSetId"), outputs.get("ProductionTrafficPercent", "0")
    if not task_set:
        return None
    return StillRunning(
        what=f"Task set {task_set} stays in ECS with {share} % of the traffic",
        watch="run the step again",
        undo="ecs-steps abort VARIABLES.json",
    )


def found_still_running(outputs: Mapping[str, str]) -> StillRunning | None:
    """Say of a deployment that was found what it does without this step, and how to follow or undo it."""
    if outputs.get("TaskSetId"):
        return task_set_left(outputs)
    deployment = outputs.get("DeploymentId")
    if not deployment:
        return None
    hook, until = outputs.get("HookId"), outputs.get("PauseExpiresAt")
    pause = f"; the pause of hook {hook}, if it still waits, ends by itself at {until}" if hook else ""
    return StillRunning(
        what=f"Deployment {deployment} continues in ECS{pause}",
        watch="ecs-steps status VARIABLES.json --watch",
        undo="ecs-steps abort VARIABLES.json",
    )


def outcome_of(*, unchanged: bool, waited: bool) -> Outcome:
    """Return the outcome of a step that ended well: with nothing to change, with a wait, or without one."""
    if unchanged:
        return Outcome.UNCHANGED
    return Outcome.SUCCEEDED if waited else Outcome.STARTED
