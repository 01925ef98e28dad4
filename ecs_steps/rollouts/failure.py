"""From a watch whose deployment does not serve to the error that says so."""

from ecs_steps.errors import (
    DeploymentError,
    RolledBackError,
    RolloutFailedError,
    SupersededError,
    TimedOutError,
)
from ecs_steps.rollouts.unfinished import Unfinished
from ecs_steps.rollouts.verdict import DeploymentStatus
from ecs_steps.rollouts.watch import ServiceWatch


def failure_of(watch: ServiceWatch) -> DeploymentError:
    """Return the error for a deployment that does not serve, with its diagnosis."""
    verdict, diagnosis = watch.verdict, watch.diagnosis
    what = f"Service {watch.service_name} does not run {watch.target.name}"
    cause = str(diagnosis.root_cause) if diagnosis.root_cause else verdict.reason
    match verdict.status:
        case DeploymentStatus.ROLLED_BACK:
            before = watch.service.task_definition.rpartition("/")[2] if watch.service else ""
            return RolledBackError(
                what=f"{what}: it was rolled back to {before or 'what it ran before'}",
                why=cause,
                diagnosis=diagnosis,
                why_is_cause=True,
            )
        case DeploymentStatus.SUPERSEDED:
            return SupersededError(
                what=what,
                why=verdict.reason,
                next_step="Another deployment or person changed the service; the newer one counts.",
                diagnosis=diagnosis,
            )
        case DeploymentStatus.IN_PROGRESS:
            return _timed_out(watch, what)
        case _:
            return RolloutFailedError(what=what, why=cause, diagnosis=diagnosis, why_is_cause=True)


def rolled_back(failure: DeploymentError, what: str) -> RolledBackError:
    """Return the error for a deployment that failed and was undone: `what` is so instead."""
    return RolledBackError(
        what=f"{failure.what}: {what}",
        why=failure.why,
        diagnosis=failure.diagnosis,
        why_is_cause=failure.why_is_cause,
    )


def _timed_out(watch: ServiceWatch, what: str) -> TimedOutError:
    unfinished = watch.unfinished or Unfinished(why="its deployment was still in progress")
    diagnosis = watch.diagnosis
    # Where all new tasks serve there is no cause to look for, and no stopped task that would show one.
    is_fine = unfinished.is_healthy and diagnosis.root_cause is None
    return TimedOutError(
        what=f"{what} yet",
        why=f"{unfinished.why}, when the time to wait was over",
        next_step=" ".join(filter(None, [unfinished.next_step, "It continues in ECS."])),
        diagnosis=None if is_fine else diagnosis,
    )
