"""The life of a task, and the ends that it comes to."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import (
    EcsPlan,
    Ending,
    Exits,
    FailsHealthCheck,
    FailsTargetHealth,
    FailsToStart,
    TaskFate,
)

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
Tasks = Callable[..., list[dict[str, Any]]]

TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/0123456789abcdef"


@pytest.fixture
def doom(begin: Begin) -> Callable[..., EcsBackend]:
    """Start a world where every new task ends in one way."""

    def doom(ending: Ending, *log: str) -> EcsBackend:
        return begin(EcsPlan(fates=(TaskFate(ending=ending, log=log),)))

    return doom


Doom = Callable[..., EcsBackend]


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


def test_a_task_that_fails_to_start_says_why_and_has_no_exit_code(
    doom: Doom, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    reason = "CannotPullContainerError: web:2: not found"
    ecs = doom(FailsToStart(reason=reason))
    deployment_id = deploy(ecs)

    later(30)

    task = tasks(ecs, deployment_id, "STOPPED")[0]
    assert (task["lastStatus"], task["stopCode"], task["stoppedReason"]) == (
        "STOPPED",
        "TaskFailedToStart",
        reason,
    )
    assert "pullStartedAt" in task
    assert "startedAt" not in task
    assert "connectivity" not in task
    assert (task["launchType"], task["platformFamily"]) == ("FARGATE", "Linux")
    assert containers(task)["web"]["reason"] == reason
    assert "exitCode" not in containers(task)["web"]


def test_on_an_instance_the_reason_is_found_on_the_container(
    doom: Doom, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    reason = "CannotPullContainerError: web:2: not found"
    ecs = doom(FailsToStart(reason=reason))
    deployment_id = deploy(ecs, "billing")

    later(30)

    task = tasks(ecs, deployment_id, "STOPPED")[0]
    assert task["stoppedReason"] == "Task failed to start"
    assert containers(task)["worker"]["reason"] == reason


def test_a_task_without_a_network_interface_never_pulls(
    doom: Doom, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    reason = "Timeout waiting for network interface provisioning to complete."
    ecs = doom(FailsToStart(reason=reason, after=180, reaches="PROVISIONING"))
    deployment_id = deploy(ecs)

    later(170)
    waiting = tasks(ecs, deployment_id)[0]
    later(20)
    stopped = tasks(ecs, deployment_id, "STOPPED")[0]

    assert waiting["lastStatus"] == "PROVISIONING"
    assert "pullStartedAt" not in stopped
    assert "reason" not in containers(stopped)["web"]


def test_the_container_that_exits_takes_the_others_with_it(
    doom: Doom, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    ecs = doom(Exits(code=1, after=5))
    deployment_id = deploy(ecs)

    later(28)
    first = containers(tasks(ecs, deployment_id, "STOPPED")[0])
    later(10)
    task = tasks(ecs, deployment_id, "STOPPED")[0]

    assert (first["web"]["exitCode"], first["log-router"]["lastStatus"]) == (1, "RUNNING")
    assert (containers(task)["web"]["exitCode"], containers(task)["log-router"]["exitCode"]) == (1, 137)
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )


def test_a_container_out_of_memory_says_so(doom: Doom, deploy: Deploy, tasks: Tasks, later: Later) -> None:
    reason = "OutOfMemoryError: Container killed due to memory usage"
    ecs = doom(Exits(code=137, reason=reason))
    deployment_id = deploy(ecs)

    later(40)

    web = containers(tasks(ecs, deployment_id, "STOPPED")[0])["web"]
    assert (web["exitCode"], web["reason"]) == (137, reason)


@pytest.mark.parametrize("ending", [Exits(code=2, container="log-router"), Exits(code=2, essential=False)])
def test_a_task_outlives_a_container_that_is_not_essential(
    *, doom: Doom, deploy: Deploy, tasks: Tasks, later: Later, ending: Ending
) -> None:
    ecs = doom(ending)
    deployment_id = deploy(ecs)

    later(200)

    for task in tasks(ecs, deployment_id):
        assert (task["lastStatus"], containers(task)["log-router"]["exitCode"]) == ("RUNNING", 2)


def test_a_task_without_the_container_that_would_exit_is_fine(
    doom: Doom, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    ecs = doom(Exits(code=1, container="nobody"))
    deployment_id = deploy(ecs)

    later(200)

    assert {task["lastStatus"] for task in tasks(ecs, deployment_id)} == {"RUNNING"}


def test_a_container_health_check_fails_after_its_start_period_and_retries(
    doom: Doom, deploy: Deploy, tasks: Tasks, messages: Messages, later: Later
) -> None:
    ecs = doom(FailsHealthCheck())
    deployment_id = deploy(ecs)

    later(22 + 20 + 3 * 10 - 1)
    before = tasks(ecs, deployment_id, "STOPPED")
    later(1)
    task = tasks(ecs, deployment_id, "STOPPED")[0]

    assert before == []
    assert (task["healthStatus"], task["stopCode"], task["stoppedReason"]) == (
        "UNHEALTHY",
        "ServiceSchedulerInitiated",
        "Task failed container health checks",
    )
    task_id = task["taskArn"].rpartition("/")[2]
    assert f"(service orders) (task {task_id}) failed container health checks." in messages(ecs)


def test_targets_that_stay_unhealthy_stop_the_task_after_the_grace_period(
    doom: Doom, deploy: Deploy, tasks: Tasks, messages: Messages, later: Later
) -> None:
    ecs = doom(FailsTargetHealth())
    deployment_id = deploy(ecs)

    later(22 + 30 - 1)
    before = tasks(ecs, deployment_id, "STOPPED")
    later(1)
    task = tasks(ecs, deployment_id, "STOPPED")[0]

    assert before == []
    assert (task["stopCode"], task["stoppedReason"]) == (
        "ServiceSchedulerInitiated",
        f"Task failed ELB health checks in (target-group {TARGET_GROUP})",
    )
    task_id = task["taskArn"].rpartition("/")[2]
    assert (
        f"(service orders) (task {task_id}) (port 8080) is unhealthy in (target-group {TARGET_GROUP}) due to "
        "(reason Health checks failed with these codes: [502])."
    ) in messages(ecs)


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


@pytest.mark.parametrize("ending", [FailsHealthCheck(), FailsTargetHealth()])
def test_a_check_that_a_service_does_not_have_cannot_fail(
    doom: Doom, deploy: Deploy, tasks: Tasks, later: Later, ending: Ending
) -> None:
    ecs = doom(ending)
    deployment_id = deploy(ecs, "billing")

    later(300)

    assert [task["lastStatus"] for task in tasks(ecs, deployment_id)] == ["RUNNING"]


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
    doom: Doom, deploy: Deploy, register: Callable[..., str], tasks: Tasks, later: Later
) -> None:
    ecs = doom(FailsHealthCheck(container="sidecar"))
    check = {"command": ["CMD", "true"], "interval": 5, "retries": 1}
    web = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 8080}], "healthCheck": check}
    sidecar = {"name": "sidecar", "image": "sidecar:1", "essential": False, "healthCheck": check}
    deployment_id = deploy(ecs, taskDefinition=register(ecs, containerDefinitions=[web, sidecar]))

    later(60)

    task = tasks(ecs, deployment_id)[0]
    assert (task["healthStatus"], containers(task)["sidecar"]["healthStatus"]) == ("HEALTHY", "UNHEALTHY")


def test_a_health_check_of_none_is_no_check(
    doom: Doom, deploy: Deploy, register: Callable[..., str], tasks: Tasks, later: Later
) -> None:
    ecs = doom(FailsHealthCheck())
    web = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 8080}]}
    none = web | {"healthCheck": {"command": ["NONE"]}}
    deployment_id = deploy(ecs, taskDefinition=register(ecs, containerDefinitions=[none]))

    later(300)

    assert [task["healthStatus"] for task in tasks(ecs, deployment_id)] == ["UNKNOWN", "UNKNOWN"]
