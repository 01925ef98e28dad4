"""What comes from outside while a deployment is under way."""

from collections.abc import Callable
from typing import Any

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import (
    AlarmRaised,
    DesiredCountSet,
    EcsPlan,
    Happening,
    ServiceDeleted,
    SpotReclaimed,
    Superseded,
    TasksStopped,
)

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
See = Callable[..., dict[str, Any]]
Tasks = Callable[..., list[dict[str, Any]]]


def plan(*happenings: Happening) -> EcsPlan:
    return EcsPlan(happenings=happenings)


def newest(ecs: EcsBackend) -> dict[str, Any]:
    listed = ecs.list_service_deployments({"cluster": "shop", "service": "orders"})["serviceDeployments"]
    reply = ecs.describe_service_deployments({"serviceDeploymentArns": [listed[0]["serviceDeploymentArn"]]})
    described: dict[str, Any] = reply["serviceDeployments"][0]
    return described


def test_a_superseding_deployment_brings_back_what_served(
    begin: Begin, deploy: Deploy, see: See, later: Later
) -> None:
    ecs = begin(plan(Superseded(after=30)))
    deployment_id = deploy(ecs)

    later(200)

    service = see(ecs)
    briefs = ecs.list_service_deployments({"cluster": "shop", "service": "orders"})["serviceDeployments"]
    assert service["deployments"][0]["id"] != deployment_id
    assert service["taskDefinition"].endswith("orders:1")
    assert [brief["status"] for brief in briefs[:2]] == ["SUCCESSFUL", "STOPPED"]


def test_a_first_deployment_is_superseded_by_another_revision(begin: Begin, see: See, later: Later) -> None:
    ecs = begin(plan(Superseded(after=5)))
    ecs.create_service(
        {
            "cluster": "shop",
            "serviceName": "mail",
            "taskDefinition": "billing:1",
            "desiredCount": 1,
            "launchType": "EC2",
        }
    )

    later(200)

    newest, first = ecs.list_service_deployments({"cluster": "shop", "service": "mail"})["serviceDeployments"]
    assert (newest["status"], first["status"]) == ("SUCCESSFUL", "STOPPED")
    assert see(ecs, "mail")["taskDefinition"].endswith("billing:2")


def test_a_deleted_service_takes_its_deployment_along(
    begin: Begin, deploy: Deploy, see: See, later: Later
) -> None:
    ecs = begin(plan(ServiceDeleted(after=30)))
    deploy(ecs)

    later(31)
    draining = see(ecs)["status"]
    later(100)

    assert (draining, see(ecs)["status"]) == ("DRAINING", "INACTIVE")
    assert newest(ecs)["status"] == "STOPPED"


def test_a_desired_count_is_set_from_outside(begin: Begin, deploy: Deploy, see: See, later: Later) -> None:
    ecs = begin(plan(DesiredCountSet(after=30, count=0)))
    deployment_id = deploy(ecs)

    later(200)

    service = see(ecs)
    assert (service["desiredCount"], service["runningCount"]) == (0, 0)
    assert [(d["id"], d["rolloutState"]) for d in service["deployments"]] == [(deployment_id, "COMPLETED")]


def test_a_desired_count_is_heeded_when_all_is_quiet(
    begin: Begin, deploy: Deploy, see: See, later: Later
) -> None:
    ecs = begin(plan(DesiredCountSet(after=200, count=5)))
    deploy(ecs)

    later(300)

    assert see(ecs)["runningCount"] == 5


def test_a_person_stops_tasks_and_they_are_replaced(
    begin: Begin, deploy: Deploy, see: See, tasks: Tasks, later: Later
) -> None:
    ecs = begin(plan(TasksStopped(after=25, count=2)))
    deployment_id = deploy(ecs)

    later(300)

    stopped = tasks(ecs, deployment_id, "STOPPED")
    assert [(t["stopCode"], t["stoppedReason"]) for t in stopped] == [
        ("UserInitiated", "Task stopped by user")
    ] * 2
    assert see(ecs)["deployments"][0]["rolloutState"] == "COMPLETED"
    assert see(ecs)["deployments"][0]["failedTasks"] == 0


def test_spot_takes_a_task_back(begin: Begin, deploy: Deploy, tasks: Tasks, later: Later) -> None:
    ecs = begin(plan(SpotReclaimed(after=25)))
    deployment_id = deploy(ecs)

    later(30)

    stopped = tasks(ecs, deployment_id, "STOPPED")
    assert [(t["stopCode"], t["stoppedReason"]) for t in stopped] == [
        ("SpotInterruption", "Your Spot Task was interrupted.")
    ]


def test_an_alarm_of_the_service_rolls_its_deployment_back(
    begin: Begin, deploy: Deploy, messages: Messages, see: See, later: Later
) -> None:
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": True}
    ecs = begin(
        EcsPlan(
            happenings=(AlarmRaised(after=40, alarm="errors"),),
            service={"deploymentConfiguration": {"alarms": alarms}},
        )
    )
    deployment_id = deploy(ecs)

    watching = newest(ecs)["alarms"]["status"]
    later(300)

    assert watching == "MONITORING"
    assert (newest(ecs)["status"], newest(ecs)["alarms"]) == (
        "ROLLBACK_SUCCESSFUL",
        {"status": "TRIGGERED", "alarmNames": ["errors"], "triggeredAlarmNames": ["errors"]},
    )
    told = f"(service orders) (deployment {deployment_id}) deployment failed: alarm detected."
    assert told in messages(ecs)
    assert see(ecs)["taskDefinition"].endswith("orders:1")


def test_an_alarm_of_nobody_is_not_heeded(begin: Begin, deploy: Deploy, later: Later) -> None:
    ecs = begin(plan(AlarmRaised(after=40, alarm="errors")))
    deploy(ecs)

    later(300)

    assert (newest(ecs)["status"], newest(ecs)["alarms"]["status"]) == ("SUCCESSFUL", "DISABLED")


def test_a_happening_waits_for_its_deployment(begin: Begin, deploy: Deploy, see: See, later: Later) -> None:
    ecs = begin(plan(DesiredCountSet(after=10, deployment=2, count=5)))
    deploy(ecs)
    later(200)
    after_the_first = see(ecs)["desiredCount"]
    deploy(ecs)

    later(200)

    assert (after_the_first, see(ecs)["desiredCount"]) == (2, 5)


def test_another_plan_counts_deployments_anew(
    ecs: EcsBackend, deploy: Deploy, see: See, later: Later
) -> None:
    deploy(ecs)
    later(200)
    ecs.plan = plan(DesiredCountSet(after=10, count=5))
    deploy(ecs)

    later(200)

    assert see(ecs)["desiredCount"] == 5


def test_nothing_befalls_a_service_that_is_gone(begin: Begin, deploy: Deploy, see: See, later: Later) -> None:
    ecs = begin(plan(ServiceDeleted(after=10), DesiredCountSet(after=100, count=5)))
    deploy(ecs)

    later(200)

    assert (see(ecs)["status"], see(ecs)["desiredCount"]) == ("INACTIVE", 0)
