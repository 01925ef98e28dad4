"""What each ending of a plan does to a task."""

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
)

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
FailingEcs = Callable[..., EcsBackend]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
Tasks = Callable[..., list[dict[str, Any]]]

TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/0123456789abcdef"


def containers(task: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {container["name"]: container for container in task["containers"]}


def test_a_task_that_fails_to_start_has_a_reason_and_no_exit_code(
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    reason = "CannotPullContainerError: web:2: not found"
    ecs = failing_ecs(FailsToStart(reason=reason))
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
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    reason = "CannotPullContainerError: web:2: not found"
    ecs = failing_ecs(FailsToStart(reason=reason))
    deployment_id = deploy(ecs, "billing")

    later(30)

    task = tasks(ecs, deployment_id, "STOPPED")[0]
    assert task["stoppedReason"] == "Task failed to start"
    assert containers(task)["worker"]["reason"] == reason


def test_a_task_without_a_network_interface_never_pulls(
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    reason = "Timeout waiting for network interface provisioning to complete."
    ecs = failing_ecs(FailsToStart(reason=reason, after=180, reaches="PROVISIONING"))
    deployment_id = deploy(ecs)

    later(170)
    waiting = tasks(ecs, deployment_id)[0]
    later(20)
    stopped = tasks(ecs, deployment_id, "STOPPED")[0]

    assert waiting["lastStatus"] == "PROVISIONING"
    assert "pullStartedAt" not in stopped
    assert "reason" not in containers(stopped)["web"]


def test_a_container_that_exits_stops_the_others(
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    ecs = failing_ecs(Exits(code=1, after=5))
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


def test_a_container_out_of_memory_has_that_reason(
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    reason = "OutOfMemoryError: Container killed due to memory usage"
    ecs = failing_ecs(Exits(code=137, reason=reason))
    deployment_id = deploy(ecs)

    later(40)

    web = containers(tasks(ecs, deployment_id, "STOPPED")[0])["web"]
    assert (web["exitCode"], web["reason"]) == (137, reason)


@pytest.mark.parametrize("ending", [Exits(code=2, container="log-router"), Exits(code=2, essential=False)])
def test_a_task_outlives_a_container_that_is_not_essential(
    *, failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later, ending: Ending
) -> None:
    ecs = failing_ecs(ending)
    deployment_id = deploy(ecs)

    later(200)

    for task in tasks(ecs, deployment_id):
        assert (task["lastStatus"], containers(task)["log-router"]["exitCode"]) == ("RUNNING", 2)


def test_a_task_without_the_container_that_would_exit_is_fine(
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    ecs = failing_ecs(Exits(code=1, container="unknown"))
    deployment_id = deploy(ecs)

    later(200)

    assert {task["lastStatus"] for task in tasks(ecs, deployment_id)} == {"RUNNING"}


def test_a_container_health_check_fails_after_its_start_period_and_retries(
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, messages: Messages, later: Later
) -> None:
    ecs = failing_ecs(FailsHealthCheck())
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
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, messages: Messages, later: Later
) -> None:
    ecs = failing_ecs(FailsTargetHealth())
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


@pytest.mark.parametrize("ending", [FailsHealthCheck(), FailsTargetHealth()])
def test_a_check_that_a_service_does_not_have_cannot_fail(
    failing_ecs: FailingEcs, deploy: Deploy, tasks: Tasks, later: Later, ending: Ending
) -> None:
    ecs = failing_ecs(ending)
    deployment_id = deploy(ecs, "billing")

    later(300)

    assert [task["lastStatus"] for task in tasks(ecs, deployment_id)] == ["RUNNING"]
