"""Stacks that are there from the start, in any status."""

from ecs_steps.sandbox.cloudformation.stack import Stack
from ecs_steps.sandbox.coroutine import Coroutine

EMPTY_TEMPLATE = '{"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}'

HOLD_NOTHING = frozenset(
    {
        "DELETE_COMPLETE",
        "DELETE_IN_PROGRESS",
        "REVIEW_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_IN_PROGRESS",
    }
)
"""Statuses in which a seeded stack has no resources."""

_NEXT = {
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_COMPLETE",
    "IMPORT_IN_PROGRESS": "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_IN_PROGRESS": "IMPORT_ROLLBACK_COMPLETE",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
}


def seeded(stack: Stack, status: str, after: float) -> Coroutine:
    """Set a status, and continue from it as CloudFormation would: a step every `after` seconds."""
    stack.record(status)
    while stack.status in _NEXT:
        yield after
        stack.record(_NEXT[stack.status])
    if stack.status == "DELETE_COMPLETE":
        stack.deleted_at = stack.timeline.now
