"""From what ECS says of a service to the verdict on *one* deployment; pure.

"One deployment and running equals desired" is what other tools test, and it takes the circuit breaker's
rollback for a success. Here the verdict is bound to a task definition, and to the deployment's id where it is
known.
"""

from enum import Enum

from attrs import frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.rollouts.pauses import Pause, describe_pause, pause_of, utc


class DeploymentStatus(Enum):
    """The state of a deployment."""

    IN_PROGRESS = "in progress"
    PAUSED = "paused"
    SERVING = "serving"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"
    SUPERSEDED = "superseded"
    DELETED = "deleted"


@frozen(kw_only=True)
class Verdict:
    """The state of a deployment, and why; with the pause where it is paused."""

    status: DeploymentStatus
    reason: str = ""
    pause: Pause | None = None

    @property
    def is_settled(self) -> bool:
        """Whether waiting for longer changes nothing by itself."""
        return self.status is not DeploymentStatus.IN_PROGRESS

    @property
    def is_bad(self) -> bool:
        """Whether the deployment does not serve, and will not."""
        return self.status in (
            DeploymentStatus.FAILED,
            DeploymentStatus.ROLLED_BACK,
            DeploymentStatus.SUPERSEDED,
            DeploymentStatus.DELETED,
        )


IN_PROGRESS = Verdict(status=DeploymentStatus.IN_PROGRESS)
SERVING = Verdict(status=DeploymentStatus.SERVING)


def judge_service_deployment(record: ServiceDeployment, service: Service, target: DeploymentRef) -> Verdict:
    """Judge a deployment by ECS' own record of it.

    The record alone is no success: what it says succeeded must be what `service` runs.
    """
    if record.is_in_progress:
        return _judge_in_progress(record, service, target)
    why = _why(record)
    match record.status:
        case "SUCCESSFUL":
            return judge(service, target)
        case "ROLLBACK_SUCCESSFUL":
            return Verdict(
                status=DeploymentStatus.ROLLED_BACK,
                reason=_joined(why, f"the service runs {service.task_definition} again"),
            )
        case "STOPPED" if "replaced by" in why.casefold() or _newer(record, service, target):
            newer = _newer(record, service, target)
            return Verdict(status=DeploymentStatus.SUPERSEDED, reason=_joined(why, newer) if newer else why)
        case "ROLLBACK_FAILED":
            reason = _joined(why, "ECS could not roll it back either")
            return Verdict(status=DeploymentStatus.FAILED, reason=reason)
        case _:
            return Verdict(status=DeploymentStatus.FAILED, reason=why)


def _judge_in_progress(record: ServiceDeployment, service: Service, target: DeploymentRef) -> Verdict:
    pause = pause_of(record)
    if pause and not pause.missing:
        return paused(pause)
    # A status that ECS has added since may be an end, which the service shows as well.
    return IN_PROGRESS if pause or record.is_status_known else judge(service, target)


def _why(record: ServiceDeployment) -> str:
    why = record.status_reason or record.rollback_reason or "ECS gave no reason"
    if "pause hook timed out" not in why:
        return why
    expired = [hook.expires_at for hook in record.hooks if hook.status == "TIMED_OUT"]
    at = next(iter(expired), None) or record.rollback_started_at
    return f"{why.rstrip('.')}; the pause expired at {utc(at)}" if at else why


def _newer(record: ServiceDeployment, service: Service, target: DeploymentRef) -> str:
    """Name the deployment that was started after this one; empty where there is none."""
    newest = service.primary
    if newest is None or target.matches(newest) or newest.created_at <= record.created_at:
        return ""
    return f"deployment {newest.deployment_id} of {newest.task_definition} is newer"


def paused(pause: Pause) -> Verdict:
    """Return the verdict on a deployment that waits for a person."""
    return Verdict(status=DeploymentStatus.PAUSED, reason=describe_pause(pause), pause=pause)


def deleted(service: Service | None) -> Verdict:
    """Return the verdict on a deployment whose service is deleted or being deleted."""
    why = f"service {service.name} is {service.status}" if service else "ECS knows no service of that name"
    return Verdict(status=DeploymentStatus.DELETED, reason=why)


def is_serving(service: Service, target: DeploymentRef) -> bool:
    """Return whether the service runs the deployment, and all of it."""
    return judge(service, target).status is DeploymentStatus.SERVING


def judge(service: Service, target: DeploymentRef) -> Verdict:
    """Judge one deployment by the service's own list of deployments."""
    if service.status != "ACTIVE":
        return deleted(service)
    primary = service.primary
    if primary is None:
        return IN_PROGRESS
    if target.matches(primary):
        return _judge_primary(primary, is_alone=len(service.deployments) == 1)
    ours = target.find_in(service)
    if (ours and ours.rollout_state == "FAILED") or _was_rolled_back(service, primary, target):
        if primary.rollout_state == "IN_PROGRESS":
            return IN_PROGRESS
        why = (ours and ours.rollout_reason) or primary.rollout_reason or "ECS gave no reason"
        return Verdict(
            status=DeploymentStatus.ROLLED_BACK,
            reason=_joined(why, f"the service runs {primary.task_definition} again"),
        )
    return Verdict(
        status=DeploymentStatus.SUPERSEDED,
        reason=f"deployment {primary.deployment_id} of {primary.task_definition} has taken its place",
    )


def _was_rolled_back(service: Service, primary: Deployment, target: DeploymentRef) -> bool:
    """Return whether ECS went back by itself: no member says so once the rollback has completed.

    Until then the rollout state's reason does ("rolling back to deploymentId ..."), afterwards only the
    service's events.
    """
    texts = [primary.rollout_reason, *(event.text for event in service.events if event.at >= target.since)]
    return any("rolling back" in text.casefold() for text in texts)


def _judge_primary(deployment: Deployment, *, is_alone: bool) -> Verdict:
    runs_all = deployment.running >= deployment.desired
    match deployment.rollout_state:
        case "FAILED":
            return Verdict(
                status=DeploymentStatus.FAILED, reason=deployment.rollout_reason or "ECS gave no reason"
            )
        # Tasks can fail between ECS' own verdict and this read: what completed must still be running.
        case "COMPLETED" if runs_all:
            return SERVING
        # Behind a Classic Load Balancer ECS shows no state (API_Deployment): the tasks decide, once the old
        # deployment has ended.
        case "" if runs_all and is_alone and not deployment.pending:
            return SERVING
        case _:
            return IN_PROGRESS


def _joined(why: str, what: str) -> str:
    # ECS ends some of its reasons with a full stop.
    return f"{why.removesuffix('.')}; {what}"
