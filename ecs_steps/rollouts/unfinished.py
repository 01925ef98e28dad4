"""What a deployment still waited for when the time was over, and what helps; pure."""

from collections.abc import Sequence

from attrs import frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import ServiceDeployment

AFTER_TRAFFIC = ("POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP")
"""The stages in which the new tasks have all of the traffic."""


@frozen(kw_only=True)
class Unfinished:
    """Why there is no verdict yet, and what helps.

    Of a release that `is_healthy` all new tasks serve: a rollback would undo what works.
    """

    why: str
    next_step: str = ""
    is_healthy: bool = False


def explain_unfinished(
    service: Service | None,
    target: DeploymentRef,
    record: ServiceDeployment | None,
    *,
    healthy: int | None,
    pending: Sequence[str] = (),
    leaving: int = 0,
) -> Unfinished:
    """Return what is missing.

    `healthy` is the number of healthy new tasks (none: they could not be read), `pending` has a line for each
    status in which new tasks do not run yet, and `leaving` is the number of tasks that are being stopped.
    """
    ours = target.find_in(service) if service else None
    if service is None or ours is None:
        return Unfinished(why="its deployment was still in progress")
    counts = f"{ours.running} of {ours.desired} tasks were running, {ours.pending} pending"
    counts += f" and {ours.failed} failed"
    if record and record.lifecycle_stage in AFTER_TRAFFIC:
        return Unfinished(
            why=f"the new tasks have all of the traffic, and the deployment is in stage "
            f"{record.lifecycle_stage}",
            next_step="Wait for longer than the bake time of the service's deployment configuration.",
            is_healthy=True,
        )
    if healthy is not None and healthy >= ours.desired:
        return _all_healthy(healthy, leaving)
    if pending:
        return Unfinished(why=f"{counts}: {'; '.join(pending)}")
    if service.target_groups and ours.running >= ours.desired and healthy is not None:
        return _within_grace_period(service, ours, healthy)
    return Unfinished(why=counts)


def _all_healthy(healthy: int, leaving: int) -> Unfinished:
    if leaving:
        return Unfinished(
            why=f"all {healthy} new tasks are healthy, and {leaving} old tasks have not stopped yet",
            next_step="Lower the target group's deregistration_delay.timeout_seconds or the containers' "
            "stopTimeout, or wait for longer.",
            is_healthy=True,
        )
    return Unfinished(
        why=f"all {healthy} new tasks are healthy, and ECS has not completed the deployment yet",
        next_step="Wait for longer.",
        is_healthy=True,
    )


def _within_grace_period(service: Service, ours: Deployment, healthy: int) -> Unfinished:
    why = f"all {ours.running} new tasks are running, {healthy} of them healthy in every target group"
    if not service.grace_period:
        return Unfinished(why=why)
    return Unfinished(
        why=f"{why}; ECS stops none of the others within the {service.grace_period} s of the service's "
        "healthCheckGracePeriodSeconds",
        next_step="Wait for longer if the program starts slowly; else lower healthCheckGracePeriodSeconds.",
    )
