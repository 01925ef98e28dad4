"""A sandbox that another process continues."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_a_second_process_finds_what_the_first_one_made(
    journal: Path, deployer_in: Callable[..., Any], template: dict[str, Any]
) -> None:
    with Sandbox(journal=journal) as first:
        first.add_cluster("web")
        maker = deployer_in(first)
        maker.deploy(template)
        first.session.client("iam").create_role(RoleName="by-hand", AssumeRolePolicyDocument="{}")
        made = maker.stack(), maker.events(), maker.physical_id("Service")
        ended = first.clock.now()

    with Sandbox(journal=journal) as second:
        began = second.clock.now()
        finder = deployer_in(second)
        found = finder.stack(), finder.events(), finder.physical_id("Service")
        role = second.session.client("iam").get_role(RoleName="by-hand")["Role"]["RoleName"]

    assert began == ended
    assert found == made
    assert role == "by-hand"


def test_a_process_that_was_killed_leaves_what_it_had_done(journal: Path) -> None:
    killed = Sandbox(journal=journal)
    killed.clients.ecs.create_cluster(clusterName="web")

    with Sandbox(journal=journal) as aws:
        clusters = aws.clients.ecs.describe_clusters(clusters=["web"])["clusters"]

    assert len(clusters) == 1


def test_a_stack_that_was_left_in_progress_continues(
    journal: Path, deployer_in: Callable[..., Any], template: dict[str, Any]
) -> None:
    with Sandbox(journal=journal) as first:
        first.add_cluster("web")
        deployer_in(first).create(template)

    with Sandbox(journal=journal) as second:
        status = deployer_in(second).settle()

    assert status == "CREATE_COMPLETE"


def test_reads_and_refusals_are_not_kept(journal: Path) -> None:
    denied = Fault("CreateCluster", FaultKind.ACCESS_DENIED)
    with Sandbox(Scenario(faults=(denied,)), journal=journal) as aws:
        aws.clients.ecs.list_clusters()
        with pytest.raises(aws.clients.ecs.exceptions.ClientError):
            aws.clients.ecs.create_cluster(clusterName="web")
        with pytest.raises(aws.clients.ecs.exceptions.ClientError):
            aws.clients.ecs.update_service(cluster="unknown", service="unknown")

    assert "operation" not in journal.read_text()


def test_a_change_whose_reply_was_lost_is_kept(journal: Path) -> None:
    lost = Fault("CreateCluster", FaultKind.TRUNCATED_BODY)
    with Sandbox(Scenario(faults=(lost,)), journal=journal) as aws:
        aws.clients.ecs.create_cluster(clusterName="web")

    with Sandbox(journal=journal) as aws:
        clusters = aws.clients.ecs.describe_clusters(clusters=["web"])["clusters"]

    assert len(clusters) == 1


def test_each_process_brings_its_own_scenario_and_the_past_keeps_its(
    journal: Path, deployer_in: Callable[..., Any], template: dict[str, Any]
) -> None:
    with Sandbox("healthy", journal=journal) as first:
        first.add_cluster("web")
        assert deployer_in(first).deploy(template) == "CREATE_COMPLETE"

    with Sandbox("update-refused", journal=journal) as second:
        updater = deployer_in(second)
        updater.update(template, Parameters=[{"ParameterKey": "Image", "ParameterValue": "nginx:2"}])
        after = updater.settle()

    with Sandbox("healthy", journal=journal) as third:
        at_last = deployer_in(third).stack()["StackStatus"]

    assert after == "UPDATE_ROLLBACK_COMPLETE"
    assert at_last == after


def test_the_fixtures_are_those_of_the_first_scenario_whatever_the_scenario_is_now(
    journal: Path, deployer_in: Callable[..., Any], template: dict[str, Any]
) -> None:
    with Sandbox("healthy", journal=journal) as first:
        first.add_cluster("web")
        maker = deployer_in(first)
        maker.deploy(template)
        made = maker.stack()["StackId"], maker.physical_id("Service")

    with Sandbox("earlier-failure", journal=journal) as second:
        finder = deployer_in(second)
        found = finder.stack()["StackId"], finder.physical_id("Service")

    assert found == made


def test_reading_another_region_changes_nothing_of_what_follows(journal: Path) -> None:
    with Sandbox(journal=journal) as first:
        make_region = first.session.client("ecs", region_name="us-east-1")
        make_region.list_clusters()
        made = make_region.register_task_definition(
            family="web", containerDefinitions=[{"name": "web", "image": "nginx", "memory": 128}]
        )["taskDefinition"]["taskDefinitionArn"]
        first.add_cluster("web")

    with Sandbox(journal=journal) as second:
        make_region = second.session.client("ecs", region_name="us-east-1")
        found = make_region.list_task_definitions(familyPrefix="web")["taskDefinitionArns"]

    assert found == [made]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '"text"',
        '{"scenario": "healthy"}',
        '{"at": "yesterday"}',
        '{"at": "2026-01-05T09:00:00", "scenario": "healthy"}',
        '{"at": "2026-01-05T09:00:00+00:00", "scenario": "perfect"}',
        '{"at": "2026-01-05T09:00:00+00:00", "operation": "CreateCluster"}',
        json.dumps(
            {
                "at": "2026-01-05T09:00:00+00:00",
                "service": "ecs",
                "region": "eu-west-1",
                "operation": "UpdateService",
                "params": {"cluster": "unknown", "service": "unknown"},
            }
        ),
    ],
)
def test_a_damaged_line_is_named(journal: Path, line: str) -> None:
    journal.write_text('{"at": "2026-01-05T09:00:00+00:00", "scenario": "healthy"}\n' + line + "\n")

    with pytest.raises(ValueError, match="line 2") as caught:
        Sandbox(journal=journal)

    assert str(journal) in str(caught.value)


def test_what_two_processes_changed_at_once_is_refused_with_the_way_out(journal: Path) -> None:
    with Sandbox(journal=journal) as one, Sandbox(journal=journal) as other:
        one.clients.ecs.delete_service(cluster="shop", service="orders", force=True)
        other.clients.ecs.update_service(cluster="shop", service="orders", desiredCount=1)

    with pytest.raises(ValueError, match="one process at a time; delete the file"):
        Sandbox(journal=journal)
