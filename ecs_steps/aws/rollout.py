"""From what ECS tells of a service to the verdict on *one* deployment; pure.

"One deployment and running equals desired" is what other tools test, and it takes the circuit breaker's
rollback for a success. Here the verdict is bound to a task definition, and to the deployment's id where it is
known.
"""

from enum import Enum

from attrs import frozen

from ecs_steps.aws.ecs import Deployment, Service


class Standing(Enum):
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

    standing: Standing
    reason: str = ""

    @property
    def is_final(self) -> bool:
        return self.standing is not Standing.UNDER_WAY


@frozen(kw_only=True)
class Target:
    """The deployment that is judged: its task definition's ARN, and its id (empty: the service's primary)."""

    task_definition: str
    deployment_id: str = ""


UNDER_WAY = Verdict(standing=Standing.UNDER_WAY)
SERVING = Verdict(standing=Standing.SERVING)


def is_rollback(deployment: Deployment) -> bool:
    """Tell whether ECS started a deployment by itself, to undo another.

    Its circuit breaker and its alarms say "rolling back to deploymentId ..." as the rollout state's reason.
    """
    return "rolling back" in deployment.rollout_reason.casefold()


def judge(service: Service, target: Target) -> Verdict:
    """Judge one deployment by the service's own list of deployments."""
    if service.status != "ACTIVE":
        return Verdict(standing=Standing.GONE, reason=f"service {service.name} is {service.status}")
    primary = service.primary
    if primary is None:
        return UNDER_WAY
    if _is_target(primary, target):
        return _of_primary(primary)
    ours = next((d for d in service.deployments if not d.is_primary and _is_target(d, target)), None)
    if is_rollback(primary) or (ours and ours.rollout_state == "FAILED"):
        if primary.rollout_state == "IN_PROGRESS":
            return UNDER_WAY
        why = (ours and ours.rollout_reason) or primary.rollout_reason
        return Verdict(
            standing=Standing.ROLLED_BACK, reason=f"{why}; the service runs {primary.task_definition} again"
        )
    return Verdict(
        standing=Standing.SUPERSEDED,
        reason=f"deployment {primary.deployment_id} of {primary.task_definition} has taken its place",
    )


def _is_target(deployment: Deployment, target: Target) -> bool:
    if deployment.task_definition != target.task_definition:
        return False
    return not target.deployment_id or deployment.deployment_id == target.deployment_id


def _of_primary(deployment: Deployment) -> Verdict:
    match deployment.rollout_state:
        case "FAILED":
            return Verdict(standing=Standing.FAILED, reason=deployment.rollout_reason or "ECS gave no reason")
        # Tasks can fail between ECS' own verdict and this look: what completed must still be running.
        case "COMPLETED" if deployment.running >= deployment.desired:
            return SERVING
        case _:
            return UNDER_WAY
