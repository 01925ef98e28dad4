import pytest
from botocore.session import Session

from ecs_steps.aws.stack_status import OperationKind, StackStatus
from ecs_steps.stacks.action import StackAction, first_action


def test_every_status_that_cloudformation_has_is_known() -> None:
    model = Session().get_service_model("cloudformation")

    assert {status.value for status in StackStatus} == set(model.shape_for("StackStatus").enum)  # type: ignore[attr-defined]  # its types forget enums


@pytest.mark.parametrize("status", StackStatus)
def test_every_status_has_a_first_move(status: StackStatus) -> None:
    assert isinstance(first_action(status), StackAction)


def test_a_stack_that_is_not_there_is_created() -> None:
    assert first_action(None) is StackAction.CREATE


def test_a_status_that_needs_a_delete_is_one_that_octopus_documents_or_an_empty_review() -> None:
    deleted = {status for status in StackStatus if first_action(status) is StackAction.DELETE}

    assert deleted == {
        StackStatus.CREATE_FAILED,
        StackStatus.ROLLBACK_COMPLETE,
        StackStatus.ROLLBACK_FAILED,
        StackStatus.DELETE_FAILED,
        StackStatus.REVIEW_IN_PROGRESS,
    }


def test_a_failed_rollback_is_continued_because_it_still_runs_a_service() -> None:
    assert first_action(StackStatus.UPDATE_ROLLBACK_FAILED) is StackAction.CONTINUE_ROLLBACK


def test_what_cloudformation_works_on_is_waited_for() -> None:
    waited = {status for status in StackStatus if first_action(status) is StackAction.WAIT}

    assert waited == {s for s in StackStatus if "IN_PROGRESS" in s} - {StackStatus.REVIEW_IN_PROGRESS}


def test_an_update_that_only_cleans_up_has_reached_its_goal() -> None:
    assert StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS in OperationKind.UPDATE.success_statuses


@pytest.mark.parametrize("kind", OperationKind)
def test_no_rollback_and_no_failure_is_the_goal_of_a_deployment(kind: OperationKind) -> None:
    if kind is OperationKind.CONTINUE_ROLLBACK:
        return

    assert not any("ROLLBACK" in goal or "FAILED" in goal for goal in kind.success_statuses)
