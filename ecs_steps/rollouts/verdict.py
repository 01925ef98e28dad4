"""From what ECS tells of a service to the verdict on *one* deployment; pure.

"One deployment and running equals desired" is what other tools test, and it takes the circuit breaker's
rollback for a success. Here the verdict is bound to a task definition, and to the deployment's id where it is
known.
"""

from enum import Enum

from attrs import frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import ServiceDeployment


class DeploymentStatus(Enum):
    """Where a deployment stands."""

    UNDER_WAY = "under way"
    SERVING = "serving"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"
    SUPERSEDED = "superseded"
    GONE = "gone"


@frozen(kw_only=True)
class Verdict:
    """Where a deployment stands, and why."""

    status: DeploymentStatus
    reason: str = ""

    @property
    def is_final(self) -> bool:
        return self.status is not DeploymentStatus.UNDER_WAY

    @property
    def is_bad(self) -> bool:
        return self.status not in (DeploymentStatus.UNDER_WAY, DeploymentStatus.SERVING)


UNDER_WAY = Verdict(status=DeploymentStatus.UNDER_WAY)
SERVING = Verdict(status=DeploymentStatus.SERVING)


def judge_service_deployment(attempt: ServiceDeployment, service: Service, target: DeploymentRef) -> Verdict:
    """Judge a deployment by ECS' own record of it.

    The record alone calls nothing a success: what it says succeeded must be what `service` runs.
    """
    if attempt.is_under_way:
        return UNDER_WAY
    why = attempt.status_reason or attempt.rollback_reason or "ECS gave no reason"
    match attempt.status:
        case "SUCCESSFUL":
            return judge(service, target)
        case "ROLLBACK_SUCCESSFUL":
            return Verdict(
                status=DeploymentStatus.ROLLED_BACK,
                reason=f"{why}; the service runs {service.task_definition} again",
            )
        case "STOPPED" if "replaced by" in why.casefold():
            return Verdict(status=DeploymentStatus.SUPERSEDED, reason=why)
        case "ROLLBACK_FAILED":
            return Verdict(status=DeploymentStatus.FAILED, reason=f"{why}; ECS could not roll it back either")
        case _:
            return Verdict(status=DeploymentStatus.FAILED, reason=why)


def gone(service: Service | None) -> Verdict:
    """Return the verdict on a deployment whose service is deleted or being deleted."""
    why = f"service {service.name} is {service.status}" if service else "ECS knows no service of that name"
    return Verdict(status=DeploymentStatus.GONE, reason=why)


def is_serving(service: Service, target: DeploymentRef) -> bool:
    """Tell whether the service runs the deployment, and all of it."""
    return judge(service, target).status is DeploymentStatus.SERVING


def judge(service: Service, target: DeploymentRef) -> Verdict:
    """Judge one deployment by the service's own list of deployments."""
    if service.status != "ACTIVE":
        return gone(service)
    primary = service.primary
    if primary is None:
        return UNDER_WAY
    if target.matches(primary):
        return _of_primary(primary)
    ours = next((d for d in service.deployments if target.matches(d)), None)
    if (ours and ours.rollout_state == "FAILED") or _was_rolled_back(service, primary, target):
        if primary.rollout_state == "IN_PROGRESS":
            return UNDER_WAY
        why = (ours and ours.rollout_reason) or primary.rollout_reason
        return Verdict(
            status=DeploymentStatus.ROLLED_BACK,
            reason=f"{why}; the service runs {primary.task_definition} again",
        )
    return Verdict(
        status=DeploymentStatus.SUPERSEDED,
        reason=f"deployment {primary.deployment_id} of {primary.task_definition} has taken its place",
    )


def _was_rolled_back(service: Service, primary: Deployment, target: DeploymentRef) -> bool:
    """Tell whether ECS went back by itself: no member says so once the rollback has completed.

    Until then the rollout state's reason does ("rolling back to deploymentId ..."), afterwards only the
    service's events.
    """
    told = [primary.rollout_reason, *(event.text for event in service.events if event.at >= target.since)]
    return any("rolling back" in text.casefold() for text in told)


def _of_primary(deployment: Deployment) -> Verdict:
    match deployment.rollout_state:
        case "FAILED":
            return Verdict(
                status=DeploymentStatus.FAILED, reason=deployment.rollout_reason or "ECS gave no reason"
            )
        # Tasks can fail between ECS' own verdict and this look: what completed must still be running.
        case "COMPLETED" if deployment.running >= deployment.desired:
            return SERVING
        case _:
            return UNDER_WAY
