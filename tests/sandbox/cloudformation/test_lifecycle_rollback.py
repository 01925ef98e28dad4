"""Going back after an update that failed or was cancelled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecs_steps.sandbox import SCENARIOS, Sandbox, Scenario
from ecs_steps.sandbox.scenario import ResourceFailurePlan

Made = Callable[..., Any]
Template = dict[str, Any]

NEW_IMAGE = [{"ParameterKey": "Image", "ParameterValue": "nginx:2"}]
REFUSED = ResourceFailurePlan(resource="Service", on="update", reason="Refused", times=1)


def test_a_failed_update_goes_back_to_what_was(deployer: Made, template: Template) -> None:
    maker = deployer(Scenario(resources=(REFUSED,)))
    logs = template["Resources"].pop("Logs")
    maker.deploy(template)
    template["Resources"]["Logs"] = logs

    maker.update(template, Parameters=NEW_IMAGE)
    status = maker.settle()

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert maker.story("web-stack", operation="update") == [
        ("UPDATE_IN_PROGRESS", "User Initiated"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [Service]. "),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("UPDATE_ROLLBACK_COMPLETE", ""),
    ]
    assert maker.story("Service", operation="update") == [
        ("UPDATE_IN_PROGRESS", ""),
        ("UPDATE_FAILED", "Refused"),
        ("UPDATE_IN_PROGRESS", ""),
        ("UPDATE_COMPLETE", ""),
    ]
    assert maker.story("Logs", operation="update")[-1] == ("DELETE_COMPLETE", "")
    assert _revisions(maker) == {1: "ACTIVE", 2: "INACTIVE"}
    assert _served(maker) == 1
    parameters = {item["ParameterKey"]: item["ParameterValue"] for item in maker.stack()["Parameters"]}
    assert parameters["Image"] == "nginx:1"


def test_after_a_rollback_the_same_update_may_go_well(deployer: Made, template: Template) -> None:
    maker = deployer(Scenario(resources=(REFUSED,)))
    maker.deploy(template)
    maker.update(template, Parameters=NEW_IMAGE)
    maker.settle()

    maker.update(template, operation="again", Parameters=NEW_IMAGE)
    status = maker.settle()

    assert status == "UPDATE_COMPLETE"
    assert _served(maker) == 3


def test_a_failed_update_may_be_left_as_it_is_and_then_updated(deployer: Made, template: Template) -> None:
    maker = deployer(Scenario(resources=(REFUSED,)))
    maker.deploy(template)

    maker.update(template, Parameters=NEW_IMAGE, DisableRollback=True)
    left = maker.settle()
    maker.update(template, operation="again", Parameters=NEW_IMAGE)
    at_last = maker.settle()

    assert left == "UPDATE_FAILED"
    assert at_last == "UPDATE_COMPLETE"
    assert _served(maker) == 2
    assert _revisions(maker) == {1: "INACTIVE", 2: "ACTIVE"}


def test_a_replacement_that_failed_is_tried_again_by_the_next_update(
    deployer: Made, template: Template
) -> None:
    fails = ResourceFailurePlan(resource="Task", on="update", reason="Refused", times=1)
    maker = deployer(Scenario(resources=(fails,)))
    maker.deploy(template)

    maker.update(template, Parameters=NEW_IMAGE, DisableRollback=True)
    left = maker.settle()
    maker.update(template, operation="again", Parameters=NEW_IMAGE)
    at_last = maker.settle()

    assert (left, at_last) == ("UPDATE_FAILED", "UPDATE_COMPLETE")
    assert _served(maker) == 2


def test_a_service_that_did_not_stabilise_is_awaited_again_by_the_next_update(
    deployer: Made, template: Template
) -> None:
    maker = deployer()
    maker.deploy(template)
    maker.aws.ecs.plan = SCENARIOS["breaker"].ecs

    maker.update(template, Parameters=NEW_IMAGE, DisableRollback=True)
    left = maker.settle()
    maker.update(template, operation="again", Parameters=NEW_IMAGE, DisableRollback=True)
    again = maker.settle()

    assert (left, again) == ("UPDATE_FAILED", "UPDATE_FAILED")


def test_what_a_failed_update_left_is_deleted_by_the_next_one(deployer: Made, template: Template) -> None:
    maker = deployer(Scenario(resources=(REFUSED,)))
    maker.deploy(template)
    maker.update(template, Parameters=NEW_IMAGE, DisableRollback=True)
    maker.settle()

    newer = [{"ParameterKey": "Image", "ParameterValue": "nginx:3"}]
    maker.update(template, operation="again", Parameters=newer)
    maker.settle()

    assert _served(maker) == 3
    assert _revisions(maker) == {1: "INACTIVE", 2: "INACTIVE", 3: "ACTIVE"}


def test_a_service_that_ecs_rolls_back_fails_the_update(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    maker.aws.ecs.plan = SCENARIOS["breaker-rollback"].ecs

    maker.update(template, Parameters=NEW_IMAGE)
    status = maker.settle()

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert _served(maker) == 1


def test_cloudformation_may_ignore_that_ecs_rolled_back(
    deployer_in: Made, template: Template, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    with Sandbox("healthy", journal=journal) as healthy:
        healthy.add_cluster("web")
        deployer_in(healthy).deploy(template)

    with Sandbox("rollback-overlooked", journal=journal) as aws:
        maker = deployer_in(aws)
        maker.update(template, Parameters=NEW_IMAGE)
        status = maker.settle()

        assert status == "UPDATE_COMPLETE"
        assert _served(maker) == 1


def test_there_is_nothing_to_ignore_where_ecs_could_not_roll_back(deployer: Made, template: Template) -> None:
    maker = deployer("rollback-overlooked")

    assert maker.deploy(template) == "ROLLBACK_COMPLETE"


def test_a_rollback_that_fails_can_be_continued(deployer: Made, template: Template) -> None:
    maker = deployer("rollback-fails-once")
    maker.deploy(template)
    maker.update(template, Parameters=NEW_IMAGE)
    failed = maker.settle()

    maker.client.continue_update_rollback(StackName="web-stack", ClientRequestToken="continue")
    status = maker.settle()

    assert failed == "UPDATE_ROLLBACK_FAILED"
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert maker.story("web-stack", operation="continue") == [
        ("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("UPDATE_ROLLBACK_COMPLETE", ""),
    ]
    assert maker.story("Service", operation="continue") == [
        ("UPDATE_IN_PROGRESS", ""),
        ("UPDATE_COMPLETE", ""),
    ]
    assert _revisions(maker) == {1: "ACTIVE", 2: "INACTIVE"}


def test_a_rollback_that_fails_again_stays_failed_until_its_resource_is_skipped(
    deployer: Made, template: Template
) -> None:
    stuck = ResourceFailurePlan(resource="Service", on="rollback", reason="Stuck")
    maker = deployer(Scenario(resources=(REFUSED, stuck)))
    maker.deploy(template)
    maker.update(template, Parameters=NEW_IMAGE)
    maker.settle()

    maker.client.continue_update_rollback(StackName="web-stack")
    again = maker.settle()
    maker.client.continue_update_rollback(StackName="web-stack", ResourcesToSkip=["Service"])
    skipped = maker.settle()

    assert again == "UPDATE_ROLLBACK_FAILED"
    assert skipped == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stack_whose_rollback_failed_can_be_deleted_with_all_it_left(
    deployer: Made, template: Template
) -> None:
    maker = deployer("rollback-fails-once")
    stack_id = maker.create(template)
    maker.settle()
    maker.update(template, Parameters=NEW_IMAGE)
    maker.settle()

    maker.client.delete_stack(StackName="web-stack")
    status = maker.settle(stack_id)

    assert status == "DELETE_COMPLETE"
    assert _revisions(maker) == {1: "INACTIVE", 2: "INACTIVE"}


def test_a_delete_finds_what_a_failed_rollback_did_not_come_back_to(
    deployer: Made, template: Template
) -> None:
    stuck = ResourceFailurePlan(resource="Role", on="rollback", reason="Stuck")
    maker = deployer(Scenario(resources=(REFUSED, stuck)))
    stack_id = maker.create(template)
    maker.settle()
    template["Resources"]["Role"]["Properties"]["Tags"] = [{"Key": "changed", "Value": "in place"}]
    maker.update(template, Parameters=NEW_IMAGE)
    failed = maker.settle()

    maker.client.delete_stack(StackName="web-stack")
    maker.settle(stack_id)

    assert failed == "UPDATE_ROLLBACK_FAILED"
    assert _revisions(maker) == {1: "INACTIVE", 2: "INACTIVE"}


def test_a_running_update_can_be_cancelled(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    maker.update(template, Parameters=NEW_IMAGE)
    maker.aws.clock.sleep(10)

    maker.client.cancel_update_stack(StackName="web-stack", ClientRequestToken="cancel")
    status = maker.settle()

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert maker.story("web-stack", operation="cancel")[0] == (
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "User Initiated",
    )
    assert maker.story("Service", operation="cancel")[0] == ("UPDATE_FAILED", "Resource update cancelled")
    assert _served(maker) == 1


def test_without_a_token_of_its_own_a_cancel_keeps_that_of_the_update(
    deployer: Made, template: Template
) -> None:
    maker = deployer()
    maker.deploy(template)
    maker.update(template, Parameters=NEW_IMAGE)

    maker.client.cancel_update_stack(StackName="web-stack")
    maker.settle()

    assert maker.story("web-stack", operation="update")[-1] == ("UPDATE_ROLLBACK_COMPLETE", "")


def _service(maker: Any) -> dict[str, Any]:  # noqa: ANN401
    reply = maker.aws.clients.ecs.describe_services(
        cluster="web", services=[maker.physical_id("Service")], include=["TAGS"]
    )
    return dict(reply["services"][0])


def _served(maker: Any) -> int:  # noqa: ANN401
    """Return the revision that the service runs."""
    return int(_service(maker)["taskDefinition"].rpartition(":")[2])


def _revisions(maker: Any) -> dict[int, str]:  # noqa: ANN401
    """Return the status of every revision of the family."""
    ecs = maker.aws.clients.ecs
    found: dict[int, str] = {}
    for status in ("ACTIVE", "INACTIVE"):
        arns = ecs.list_task_definitions(familyPrefix="web", status=status)["taskDefinitionArns"]
        found |= {int(arn.rpartition(":")[2]): status for arn in arns}
    return dict(sorted(found.items()))
