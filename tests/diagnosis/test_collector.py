"""Which tasks are a deployment's own, where their logs are, and what is read of them."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from ecs_steps import RolloutFailedError, UpdateEcsServiceStep
from ecs_steps.aws.ecs import DeploymentRef
from ecs_steps.aws.tasks import Task
from ecs_steps.diagnosis.evidence import own_tasks
from ecs_steps.sandbox import Sandbox, Scenario, cannot_pull, cannot_start, crashes
from explaining.shop import DEFINITION, SERVICE, make_service, on_ec2, rewrite, run, update_variables

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NEW = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:8"
TARGET = DeploymentRef(task_definition=NEW, deployment_id="ecs-svc/2", since=BEGAN)


def task(started_by: str, **members: Any) -> Task:  # noqa: ANN401  members of a task
    ours = Task(
        arn="arn:aws:ecs:eu-west-1:123456789012:task/shop/1",
        started_by=started_by,
        group="service:web",
        task_definition=NEW,
        status="RUNNING",
        health="UNKNOWN",
        created_at=BEGAN,
        started_at=None,
        read_at=None,
        private_address="",
        raw={},
    )
    return evolve(ours, **members)


def test_a_task_is_the_deployments_own_whose_id_it_carries() -> None:
    ours, other = task("ecs-svc/2"), task("ecs-svc/1")

    assert own_tasks([ours, other], "web", TARGET) == [ours]


def test_where_one_task_carries_an_id_the_others_are_not_guessed_at() -> None:
    assert own_tasks([task("ecs-svc/1"), task("web")], "web", TARGET) == []


@pytest.mark.parametrize(
    ("members", "is_own"),
    [
        ({}, True),
        ({"created_at": None}, True),
        ({"created_at": BEGAN - timedelta(seconds=1)}, False),
        ({"group": "service:other"}, False),
        ({"task_definition": NEW.replace(":8", ":7")}, False),
    ],
)
def test_without_any_ids_service_revision_and_age_decide(members: dict[str, Any], *, is_own: bool) -> None:
    candidate = task("web", **members)

    assert own_tasks([candidate], "web", TARGET) == ([candidate] if is_own else [])


def failed_update(definition: Any, service: Any, **members: str) -> str:  # noqa: ANN401  ECS' own
    """Return the text of an update whose containers crash, with members of its containers rewritten."""

    def change(parsed: dict[str, Any]) -> None:
        for container in [c for each in parsed.get("tasks", []) for c in each["containers"]]:
            container.update(members)

    with Sandbox(Scenario.of(crashes(log=("FATAL: no database",)))) as aws:
        make_service(aws, definition, service)
        rewrite(aws, "DescribeTasks", change)
        ended = run(UpdateEcsServiceStep(update_variables()), aws)
    assert isinstance(ended.error, RolloutFailedError)
    return str(ended.error)


def test_a_log_without_a_stream_prefix_has_its_stream_under_the_containers_runtime_id() -> None:
    definition, service = on_ec2()
    del definition["containerDefinitions"][0]["logConfiguration"]["options"]["awslogs-stream-prefix"]

    assert "log of container web is in log stream /ecs/app:0a1b2c" in failed_update(
        definition, service, runtimeId="0a1b2c"
    )


@pytest.mark.parametrize(
    ("launch", "place"), [("EC2", "the Docker logs of its container instance"), ("FARGATE", "has no log")]
)
def test_without_a_log_configuration_the_platform_says_whether_there_is_a_log(
    launch: str, place: str
) -> None:
    definition, service = on_ec2() if launch == "EC2" else (copy.deepcopy(dict(DEFINITION)), SERVICE)
    del definition["containerDefinitions"][0]["logConfiguration"]

    assert place in failed_update(definition, service)


@pytest.mark.parametrize(
    ("architecture", "text", "platform"),
    [
        ("", "CannotPullContainerError: no matching manifest for linux/arm64/v8", "linux/arm64"),
        ("arm64", "CannotStartContainerError: exec format error", "linux/arm64"),
        (
            "",
            "CannotPullContainerError: no matching manifest for windows/amd64 10.0.1",
            "the container instance",
        ),
    ],
)
def test_without_a_platform_in_the_task_definition_that_of_its_instance_is_meant(
    architecture: str, text: str, platform: str
) -> None:
    def change(parsed: dict[str, Any]) -> None:
        for each in parsed.get("tasks", []):
            each["attributes"] = [{"name": "ecs.cpu-architecture", "value": architecture}]

    with Sandbox(Scenario.of(cannot_pull(text))) as aws:
        make_service(aws, *on_ec2())
        rewrite(aws, "DescribeTasks", change)
        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert platform in str(ended.error)


def test_why_a_volume_could_not_be_attached_is_read_from_the_attachment() -> None:
    reason = "ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::1:role/volumes'."
    volume = {
        "type": "AmazonElasticBlockStorage",
        "status": "FAILED",
        "details": [{"name": "volumeName", "value": "data"}, {"name": "statusReason", "value": reason}],
    }

    def change(parsed: dict[str, Any]) -> None:
        for each in parsed.get("tasks", []):
            each["attachments"] = [volume]

    with Sandbox(Scenario.of(cannot_start("Task failed to start"))) as aws:
        make_service(aws)
        rewrite(aws, "DescribeTasks", change)
        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert "Task failed to start: ECS was unable to assume the configured" in str(ended.error)
    assert "AmazonECSInfrastructureRolePolicyForVolumes" in str(ended.error)


def test_a_log_of_another_driver_is_where_that_driver_sends_it() -> None:
    definition = copy.deepcopy(dict(DEFINITION))
    definition["containerDefinitions"][0]["logConfiguration"] = {"logDriver": "splunk", "options": {}}

    text = failed_update(definition, SERVICE)

    assert "log of container web is in the destination of its splunk log driver" in text
