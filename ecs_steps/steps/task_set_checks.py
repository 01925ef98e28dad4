"""What keeps a task set from being made, or from more traffic; checked before anything is changed."""

from collections.abc import Iterable

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.task_sets import TaskSet
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import DeploymentError, SupersededError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.review import short_name
from ecs_steps.rollouts.task_sets import TaskSetState, scale_for


def sets_in_the_way(state: TaskSetState, task_definition: str) -> tuple[TaskSet, ...]:
    """Return the sets in the new one's place: others', and this deployment's of another revision."""
    new = state.new
    is_other = new is not None and not new.is_primary and new.task_definition != task_definition
    return (*state.strays, *((new,) if new and is_other else ()))


def check_replaceable(others: Iterable[TaskSet], service: Service, *, replace: bool) -> None:
    """Refuse sets that stand in the way and are not to be replaced, or are of another controller.

    Raises:
        SupersededError: One of them is.
    """
    for other in others:
        if not replace or not other.external_id:
            raise _refusal(other, service)


def check_ready_for_more(
    state: TaskSetState, service: Service, context: DeploymentContext, *, only_healthy: bool
) -> None:
    """Refuse more traffic for a set that could not serve it now, but wait for one that is scaled.

    Raises:
        SupersededError: Another set is in the same target group.
        DeploymentError: No task is wanted, or the set is not healthy and `only_healthy` ones get more.
    """
    new = state.new
    if new is None:
        return
    if state.strays:
        raise _refusal(state.strays[0], service)
    if not service.desired:
        raise DeploymentError(
            what=f"Task set {new.task_set_id} can serve no traffic",
            why=f"the desired count of service {service.name} is 0",
            next_step="Set the desired count first. Nothing was changed.",
        )
    is_settled = new.scale <= scale_for(int(state.share))
    healthy = state.healthy.get(state.new_group, 0)
    # A set that has become smaller is not steady before its other tasks have stopped.
    if 0 < new.computed <= healthy or not is_settled:
        return
    why = f"{new.running} of {new.computed} tasks run, {healthy} of them healthy"
    if only_healthy:
        raise DeploymentError(
            what=f"Task set {new.task_set_id} gets no more traffic",
            why=why,
            next_step="Nothing was changed: mend it and run the step again, abort the deployment, or set "
            "Octopus.Action.Aws.Ecs.Continue.WhenUnhealthy to Continue.",
        )
    context.say(Level.WARNING, f"Task set {new.task_set_id} is not healthy: {why}; waiting for it")


def _refusal(other: TaskSet, service: Service) -> SupersededError:
    whose = f"{other.external_id} has made it" if other.external_id else "something else has made it"
    return SupersededError(
        what=f"Service {service.name} has another task set, {other.task_set_id} of "
        f"{short_name(other.task_definition)}",
        why=whose,
        next_step="Abort that deployment, or delete the task set (aws ecs delete-task-set --force) when its "
        "target group has no weight. Nothing was changed.",
    )
