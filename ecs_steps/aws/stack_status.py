"""The statuses that a stack can have, and the operations that lead to them; pure."""

from enum import Enum, StrEnum


class StackStatus(StrEnum):
    """Every status that CloudFormation has."""

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    CREATE_COMPLETE = "CREATE_COMPLETE"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"
    ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_FAILED = "DELETE_FAILED"
    DELETE_COMPLETE = "DELETE_COMPLETE"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    UPDATE_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_COMPLETE = "UPDATE_COMPLETE"
    UPDATE_FAILED = "UPDATE_FAILED"
    UPDATE_ROLLBACK_IN_PROGRESS = "UPDATE_ROLLBACK_IN_PROGRESS"
    UPDATE_ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_ROLLBACK_COMPLETE = "UPDATE_ROLLBACK_COMPLETE"
    REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS"
    IMPORT_IN_PROGRESS = "IMPORT_IN_PROGRESS"
    IMPORT_COMPLETE = "IMPORT_COMPLETE"
    IMPORT_ROLLBACK_IN_PROGRESS = "IMPORT_ROLLBACK_IN_PROGRESS"
    IMPORT_ROLLBACK_FAILED = "IMPORT_ROLLBACK_FAILED"
    IMPORT_ROLLBACK_COMPLETE = "IMPORT_ROLLBACK_COMPLETE"

    @property
    def in_progress(self) -> bool:
        """Whether CloudFormation is at work; a change set awaiting review is not."""
        return self.endswith("_IN_PROGRESS") and self is not StackStatus.REVIEW_IN_PROGRESS

    @property
    def is_rollback(self) -> bool:
        """Whether an update is being undone, or has been."""
        return self.startswith("UPDATE_ROLLBACK")


class OperationKind(Enum):
    """What can be done to a stack: its status meanwhile, and the statuses that say it succeeded."""

    CREATE = (StackStatus.CREATE_IN_PROGRESS, frozenset({StackStatus.CREATE_COMPLETE}))
    # What is cleaned up after an update has no part in its success.
    UPDATE = (
        StackStatus.UPDATE_IN_PROGRESS,
        frozenset({StackStatus.UPDATE_COMPLETE, StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS}),
    )
    DELETE = (StackStatus.DELETE_IN_PROGRESS, frozenset({StackStatus.DELETE_COMPLETE}))
    CONTINUE_ROLLBACK = (
        StackStatus.UPDATE_ROLLBACK_IN_PROGRESS,
        frozenset({StackStatus.UPDATE_ROLLBACK_COMPLETE}),
    )

    def __init__(self, in_progress_status: StackStatus, success_statuses: frozenset[StackStatus]) -> None:
        self.in_progress_status = in_progress_status
        self.success_statuses = success_statuses
