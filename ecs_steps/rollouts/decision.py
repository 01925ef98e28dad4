"""What a step that continues, or aborts, does with a deployment as it is now; pure.

This is the table of the contract: the state of the deployment and the pins decide, nothing else.
"""

from enum import Enum, auto

from attrs import frozen

from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.rollouts.pauses import waiting_hooks
from ecs_steps.rollouts.pins import Pins


class Action(Enum):
    """What to do next."""

    ANSWER = auto()
    """Answer the hook of the decision."""
    CHOOSE = auto()
    """Refuse: several hooks wait, and none is named."""
    WATCH = auto()
    """Change nothing: wait for the next pause or the end, which may have come already."""
    STOP = auto()
    """Stop the deployment, wherever it is, and let ECS roll it back."""
    FINISHED = auto()
    """It has succeeded."""


@frozen(kw_only=True)
class Decision:
    """What to do, and the hooks that wait."""

    action: Action
    hook_id: str = ""
    waiting: tuple[str, ...] = ()


def decide_to_continue(record: ServiceDeployment, pins: Pins) -> Decision:
    """Decide what continuing means: where a pinned hook does not wait, no other one is continued."""
    waiting = tuple(hook.hook_id for hook in waiting_hooks(record))
    if record.status == "SUCCESSFUL":
        return Decision(action=Action.FINISHED)
    if pins.hook_id:
        action = Action.ANSWER if pins.hook_id in waiting else Action.WATCH
        return Decision(action=action, hook_id=pins.hook_id, waiting=waiting)
    match waiting:
        case []:
            return Decision(action=Action.WATCH)
        case [only]:
            return Decision(action=Action.ANSWER, hook_id=only, waiting=waiting)
        case _:
            return Decision(action=Action.CHOOSE, waiting=waiting)


def decide_to_abort(record: ServiceDeployment) -> Decision:
    """Decide how a deployment is rolled back: by the answer to any hook that waits, else by a stop."""
    waiting = tuple(hook.hook_id for hook in waiting_hooks(record))
    if record.status == "SUCCESSFUL":
        return Decision(action=Action.FINISHED)
    if waiting:
        return Decision(action=Action.ANSWER, hook_id=waiting[0], waiting=waiting)
    action = Action.STOP if record.is_in_progress and not record.is_undone else Action.WATCH
    return Decision(action=action)
