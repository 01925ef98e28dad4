"""The life of a healthy task, from PROVISIONING to STOPPED."""

from collections.abc import Callable
from typing import Any

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import FailsHealthCheck

Deploy = Callable[..., str]
FailingEcs = Callable[..., EcsBackend]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
Tasks = Callable[..., list[dict[str, Any]]]


def containers(task: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {container["name"]: container for container in task["containers"]}


def test_a_task_is_provisioned_pending_running_and_healthy(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    deployment_id = deploy(ecs)

    statuses = []
    for seconds in (1, 9, 13, 10):
        later(seconds)
        task = tasks(ecs, deployment_id)[0]
        statuses.append((task["lastStatus"], task["healthStatus"], "runtimeId" in task["containers"][0]))

    assert statuses == [
        ("PROVISIONING", "UNKNOWN", False),
        ("PENDING", "UNKNOWN", False),
        ("RUNNING", "UNKNOWN", True),
        ("RUNNING", "HEALTHY", True),
    ]


def test_a_tasks_timestamps_follow_each_other(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    deployment_id = deploy(ecs)
    later(200)
    ecs.stop_task({"cluster": "shop", "task": tasks(ecs, deployment_id)[0]["taskArn"]})
    later(100)

    task = tasks(ecs, deployment_id, "STOPPED")[0]

    names = ["createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt"]
    names += ["executionStoppedAt", "stoppedAt"]
    moments = [task[name] for name in names]
    assert moments == sorted(moments)
    assert len(set(moments)) == len(moments)


def test_a_task_of_an_instance_needs_no_network_interface(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    deployment_id = deploy(ecs, "billing")
    later(1)

    task = tasks(ecs, deployment_id)[0]

    assert (task["lastStatus"], task["launchType"], task["attachments"]) == ("PENDING", "EC2", [])
    assert "platformFamily" not in task
    assert ":container-instance/shop/" in task["containerInstanceArn"]


def test_without_target_group_or_health_check_a_task_settles_by_time(
    ecs: EcsBackend, deploy: Deploy, messages: Messages, later: Later
) -> None:
    deploy(ecs, "billing")

    later(14 + 40 - 1)
    before = messages(ecs, "billing")[-1]
    later(10)
    after = messages(ecs, "billing")[-1]

    assert "has started 1 tasks" in before
    assert after == "(service billing) has reached a steady state."


def test_a_task_with_targets_drains_before_it_stops(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    old_id = ecs.describe_services({"cluster": "shop", "services": ["orders"]})["services"][0]["deployments"][
        0
    ]["id"]
    deploy(ecs)

    statuses = []
    for seconds in (44, 30, 3, 2):
        later(seconds)
        statuses.append(tasks(ecs, old_id, "STOPPED")[0]["lastStatus"])

    assert statuses == ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]


def test_a_task_that_is_scaled_in_names_its_deployment(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    old_id = ecs.describe_services({"cluster": "shop", "services": ["orders"]})["services"][0]["deployments"][
        0
    ]["id"]
    deploy(ecs)

    later(60)

    task = tasks(ecs, old_id, "STOPPED")[0]
    assert (task["stopCode"], task["stoppedReason"]) == (
        "ServiceSchedulerInitiated",
        f"Scaling activity initiated by (deployment {old_id})",
    )


def test_a_tasks_health_is_that_of_its_essential_containers(
    failing_ecs: FailingEcs, deploy: Deploy, register: Callable[..., str], tasks: Tasks, later: Later
) -> None:
    ecs = failing_ecs(FailsHealthCheck(container="sidecar"))
    check = {"command": ["CMD", "true"], "interval": 5, "retries": 1}
    web = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 8080}], "healthCheck": check}
    sidecar = {"name": "sidecar", "image": "sidecar:1", "essential": False, "healthCheck": check}
    deployment_id = deploy(ecs, taskDefinition=register(ecs, containerDefinitions=[web, sidecar]))

    later(60)

    task = tasks(ecs, deployment_id)[0]
    assert (task["healthStatus"], containers(task)["sidecar"]["healthStatus"]) == ("HEALTHY", "UNHEALTHY")


def test_a_health_check_of_none_is_no_check(
    failing_ecs: FailingEcs, deploy: Deploy, register: Callable[..., str], tasks: Tasks, later: Later
) -> None:
    ecs = failing_ecs(FailsHealthCheck())
    web = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 8080}]}
    none = web | {"healthCheck": {"command": ["NONE"]}}
    deployment_id = deploy(ecs, taskDefinition=register(ecs, containerDefinitions=[none]))

    later(300)

    assert [task["healthStatus"] for task in tasks(ecs, deployment_id)] == ["UNKNOWN", "UNKNOWN"]
