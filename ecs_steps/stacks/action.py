"""What a deployment does first with a stack, by the stack's status; pure."""

from enum import Enum

from ecs_steps.aws.stack_status import StackStatus


class StackAction(Enum):
    """What a deployment does first with a stack."""

    CREATE = "create it"
    UPDATE = "update it"
    WAIT = "wait until CloudFormation is done with it"
    DELETE = "delete it, since it can only be created again"
    CONTINUE_ROLLBACK = "continue its failed rollback"
    MANUAL = "leave it: only a person can repair it"


_ACTIONS = {
    # Octopus documents these four as states from which a stack can only be created again.
    StackStatus.CREATE_FAILED: StackAction.DELETE,
    StackStatus.ROLLBACK_COMPLETE: StackAction.DELETE,
    StackStatus.ROLLBACK_FAILED: StackAction.DELETE,
    StackStatus.DELETE_FAILED: StackAction.DELETE,
    # Made by a change set that never ran: the stack holds nothing.
    StackStatus.REVIEW_IN_PROGRESS: StackAction.DELETE,
    # Octopus deletes this one too, but it still runs the service that worked last.
    StackStatus.UPDATE_ROLLBACK_FAILED: StackAction.CONTINUE_ROLLBACK,
    StackStatus.DELETE_COMPLETE: StackAction.CREATE,
    StackStatus.CREATE_COMPLETE: StackAction.UPDATE,
    StackStatus.UPDATE_COMPLETE: StackAction.UPDATE,
    StackStatus.UPDATE_FAILED: StackAction.UPDATE,
    StackStatus.UPDATE_ROLLBACK_COMPLETE: StackAction.UPDATE,
    StackStatus.IMPORT_COMPLETE: StackAction.UPDATE,
    StackStatus.IMPORT_ROLLBACK_COMPLETE: StackAction.UPDATE,
    StackStatus.IMPORT_ROLLBACK_FAILED: StackAction.MANUAL,
}


def first_action(status: StackStatus | None) -> StackAction:
    """Return what a deployment does first with a stack in this status; without one there is no stack."""
    if status is None:
        return StackAction.CREATE
    return StackAction.WAIT if status.in_progress else _ACTIONS[status]
