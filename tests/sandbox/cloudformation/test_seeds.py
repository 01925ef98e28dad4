"""Every status that a stack can have, and what CloudFormation does with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_steps.sandbox.cloudformation.seeds import EMPTY_TEMPLATE
from ecs_steps.sandbox.protocol import service_model

Made = Callable[..., Any]

_MODEL: Any = service_model("cloudformation")
STATUSES: list[str] = list(_MODEL.shape_for("StackStatus").enum)
ENDS = {
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_COMPLETE",
    "IMPORT_IN_PROGRESS": "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_IN_PROGRESS": "IMPORT_ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS": "REVIEW_IN_PROGRESS",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
}
UPDATABLE = {
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
}
NOT_DELETABLE = {
    "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
}
OTHER = EMPTY_TEMPLATE.replace("Handle", "Other", 1)


def test_there_are_23_statuses() -> None:
    assert len(STATUSES) == 23


@pytest.mark.parametrize("status", STATUSES)
def test_a_seeded_stack_has_its_status_and_continues_to_its_natural_end(deployer: Made, status: str) -> None:
    maker = deployer()

    stack = maker.aws.cloudformation.seed("web-stack", status, after=20)
    begins = maker.stack(stack.id)["StackStatus"]
    maker.aws.clock.sleep(60)
    ends = maker.stack(stack.id)["StackStatus"]

    assert begins == status
    assert ends == ENDS.get(status, status)


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_stack_that_ended_well_can_be_updated(deployer: Made, status: str) -> None:
    maker = deployer()
    stack = maker.aws.cloudformation.seed("web-stack", status)

    outcome = _outcome(lambda: maker.update(OTHER))

    if status in UPDATABLE:
        assert outcome == ""
        assert maker.settle() == "UPDATE_COMPLETE"
    elif status == "DELETE_COMPLETE":
        assert outcome == "Stack [web-stack] does not exist"
    else:
        assert outcome == f"Stack:{stack.id} is in {status} state and can not be updated."


@pytest.mark.parametrize("status", STATUSES)
def test_all_but_a_busy_stack_can_be_deleted(deployer: Made, status: str) -> None:
    maker = deployer()
    stack = maker.aws.cloudformation.seed("web-stack", status)

    outcome = _outcome(lambda: maker.client.delete_stack(StackName="web-stack"))

    if status in NOT_DELETABLE:
        assert outcome == f"Stack [{stack.id}] cannot be deleted while in status {status}"
    else:
        assert outcome == ""
        assert maker.settle(stack.id) == "DELETE_COMPLETE"


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_running_update_can_be_cancelled(deployer: Made, status: str) -> None:
    maker = deployer()
    maker.aws.cloudformation.seed("web-stack", status)

    outcome = _outcome(lambda: maker.client.cancel_update_stack(StackName="web-stack"))

    if status == "UPDATE_IN_PROGRESS":
        assert maker.settle() == "UPDATE_ROLLBACK_COMPLETE"
    elif status == "DELETE_COMPLETE":
        assert outcome == "Stack [web-stack] does not exist"
    else:
        assert outcome == "CancelUpdateStack cannot be called from current stack status"


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_failed_rollback_can_be_continued(deployer: Made, status: str) -> None:
    maker = deployer()
    stack = maker.aws.cloudformation.seed("web-stack", status)

    outcome = _outcome(lambda: maker.client.continue_update_rollback(StackName="web-stack"))

    if status == "UPDATE_ROLLBACK_FAILED":
        assert maker.settle() == "UPDATE_ROLLBACK_COMPLETE"
    elif status == "DELETE_COMPLETE":
        assert outcome == "Stack [web-stack] does not exist"
    else:
        assert outcome == f"Stack:{stack.id} is in {status} state and can not continue rollback."


@pytest.mark.parametrize("status", STATUSES)
def test_a_name_is_taken_until_its_stack_is_deleted(deployer: Made, status: str) -> None:
    maker = deployer()
    maker.aws.cloudformation.seed("web-stack", status)

    outcome = _outcome(lambda: maker.create(EMPTY_TEMPLATE))

    assert outcome == ("" if status == "DELETE_COMPLETE" else "Stack [web-stack] already exists")


def test_a_seeded_stack_holds_what_its_template_declares(deployer: Made, template: dict[str, Any]) -> None:
    maker = deployer()

    maker.aws.cloudformation.seed(
        "web-stack",
        "UPDATE_ROLLBACK_FAILED",
        template=json.dumps(template),
        parameters={"Image": "nginx:9"},
        tags={"team": "shop"},
    )

    arn = maker.physical_id("Service")
    (service,) = maker.aws.clients.ecs.describe_services(cluster="web", services=[arn])["services"]
    assert service["runningCount"] == 2
    assert maker.stack()["Tags"] == [{"Key": "team", "Value": "shop"}]


def _outcome(call: Callable[[], object]) -> str:
    """Return the message that a call is refused with; empty where it is not."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""
