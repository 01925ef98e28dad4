"""What comes from outside during a deployment."""

from collections.abc import Callable
from typing import Any

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import (
    AlarmRaised,
    DesiredCountSet,
    EcsPlan,
    Event,
    ServiceDeleted,
    SpotReclaimed,
    Superseded,
    TasksStopped,
)

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
Describe = Callable[..., dict[str, Any]]
Tasks = Callable[..., list[dict[str, Any]]]


def plan(*events: Event) -> EcsPlan:
    return EcsPlan(events=events)


def newest(ecs: EcsBackend) -> dict[str, Any]:
    listed = ecs.list_service_deployments({"cluster": "shop", "service": "orders"})["serviceDeployments"]
    reply = ecs.describe_service_deployments({"serviceDeploymentArns": [listed[0]["serviceDeploymentArn"]]})
    described: dict[str, Any] = reply["serviceDeployments"][0]
    return described


def test_a_superseding_deployment_brings_back_what_served(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(plan(Superseded(after=30)))
    deployment_id = deploy(ecs)

    later(200)

    service = describe(ecs)
    briefs = ecs.list_service_deployments({"cluster": "shop", "service": "orders"})["serviceDeployments"]
    assert service["deployments"][0]["id"] != deployment_id
    assert service["taskDefinition"].endswith("orders:1")
    assert [brief["status"] for brief in briefs[:2]] == ["SUCCESSFUL", "STOPPED"]


def test_a_first_deployment_is_superseded_by_another_revision(
    begin: Begin, describe: Describe, later: Later
) -> None:
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
    assert describe(ecs, "mail")["taskDefinition"].endswith("billing:2")


def test_deleting_a_service_ends_its_deployment(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(plan(ServiceDeleted(after=30)))
    deploy(ecs)

    later(31)
    draining = describe(ecs)["status"]
    later(100)

    assert (draining, describe(ecs)["status"]) == ("DRAINING", "INACTIVE")
    assert newest(ecs)["status"] == "STOPPED"


def test_a_desired_count_is_set_from_outside(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(plan(DesiredCountSet(after=30, count=0)))
    deployment_id = deploy(ecs)

    later(200)

    service = describe(ecs)
    assert (service["desiredCount"], service["runningCount"]) == (0, 0)
    assert [(d["id"], d["rolloutState"]) for d in service["deployments"]] == [(deployment_id, "COMPLETED")]


def test_a_desired_count_is_heeded_when_all_is_quiet(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(plan(DesiredCountSet(after=200, count=5)))
    deploy(ecs)

    later(300)

    assert describe(ecs)["runningCount"] == 5


def test_a_person_stops_tasks_and_they_are_replaced(
    begin: Begin, deploy: Deploy, describe: Describe, tasks: Tasks, later: Later
) -> None:
    ecs = begin(plan(TasksStopped(after=25, count=2)))
    deployment_id = deploy(ecs)

    later(300)

    stopped = tasks(ecs, deployment_id, "STOPPED")
    assert [(t["stopCode"], t["stoppedReason"]) for t in stopped] == [
        ("UserInitiated", "Task stopped by user")
    ] * 2
    assert describe(ecs)["deployments"][0]["rolloutState"] == "COMPLETED"
    assert describe(ecs)["deployments"][0]["failedTasks"] == 0


def test_spot_takes_a_task_back(begin: Begin, deploy: Deploy, tasks: Tasks, later: Later) -> None:
    ecs = begin(plan(SpotReclaimed(after=25)))
    deployment_id = deploy(ecs)

    later(30)

    stopped = tasks(ecs, deployment_id, "STOPPED")
    assert [(t["stopCode"], t["stoppedReason"]) for t in stopped] == [
        ("SpotInterruption", "Your Spot Task was interrupted.")
    ]


def test_an_alarm_of_the_service_rolls_its_deployment_back(
    begin: Begin, deploy: Deploy, messages: Messages, describe: Describe, later: Later
) -> None:
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": True}
    ecs = begin(
        EcsPlan(
            events=(AlarmRaised(after=40, alarm="errors"),),
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
    details = f"(service orders) (deployment {deployment_id}) deployment failed: alarm detected."
    assert details in messages(ecs)
    assert describe(ecs)["taskDefinition"].endswith("orders:1")


def test_an_alarm_that_no_service_names_has_no_effect(begin: Begin, deploy: Deploy, later: Later) -> None:
    ecs = begin(plan(AlarmRaised(after=40, alarm="errors")))
    deploy(ecs)

    later(300)

    assert (newest(ecs)["status"], newest(ecs)["alarms"]["status"]) == ("SUCCESSFUL", "DISABLED")


def test_an_event_waits_for_its_deployment(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(plan(DesiredCountSet(after=10, deployment=2, count=5)))
    deploy(ecs)
    later(200)
    after_the_first = describe(ecs)["desiredCount"]
    deploy(ecs)

    later(200)

    assert (after_the_first, describe(ecs)["desiredCount"]) == (2, 5)


def test_another_plan_counts_deployments_from_the_start(
    ecs: EcsBackend, deploy: Deploy, describe: Describe, later: Later
) -> None:
    deploy(ecs)
    later(200)
    ecs.plan = plan(DesiredCountSet(after=10, count=5))
    deploy(ecs)

    later(200)

    assert describe(ecs)["desiredCount"] == 5


def test_a_deleted_service_has_no_events_applied(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(plan(ServiceDeleted(after=10), DesiredCountSet(after=100, count=5)))
    deploy(ecs)

    later(200)

    assert (describe(ecs)["status"], describe(ecs)["desiredCount"]) == ("INACTIVE", 0)
