"""The operations on tasks."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, Exits, FailurePlan
from ecs_steps.sandbox.service_error import ServiceError

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Tasks = Callable[..., list[dict[str, Any]]]


def names(reply: dict[str, Any]) -> int:
    return len(reply["taskArns"])


def test_tasks_are_listed_by_service_family_and_deployment(
    ecs: EcsBackend, deploy: Deploy, later: Later
) -> None:
    deployment_id = deploy(ecs)
    later(30)

    everything = ecs.list_tasks({"cluster": "shop"})
    of_service = ecs.list_tasks({"cluster": "shop", "serviceName": "orders"})
    of_family = ecs.list_tasks({"cluster": "shop", "family": "billing"})
    of_deployment = ecs.list_tasks({"cluster": "shop", "startedBy": deployment_id})
    on_instances = ecs.list_tasks({"cluster": "shop", "launchType": "EC2"})

    counts = [names(reply) for reply in (everything, of_service, of_family, of_deployment, on_instances)]
    assert counts == [9, 4, 1, 2, 1]


def test_stopped_tasks_are_listed_where_they_are_requested_and_for_an_hour(
    begin: Begin, deploy: Deploy, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=Exits(code=1), first=2),)))
    deployment_id = deploy(ecs)
    later(200)

    running = ecs.list_tasks({"cluster": "shop", "startedBy": deployment_id})
    stopped = ecs.list_tasks({"cluster": "shop", "startedBy": deployment_id, "desiredStatus": "STOPPED"})
    later(3600)
    forgotten = ecs.list_tasks({"cluster": "shop", "startedBy": deployment_id, "desiredStatus": "STOPPED"})
    described = ecs.describe_tasks({"cluster": "shop", "tasks": stopped["taskArns"]})

    assert (names(running), names(stopped), names(forgotten)) == (2, 2, 0)
    assert [failure["reason"] for failure in described["failures"]] == ["MISSING", "MISSING"]


def test_the_stopped_tasks_of_a_deleted_service_outlive_it(
    ecs: EcsBackend, later: Later, tasks: Tasks
) -> None:
    described = ecs.describe_services({"cluster": "shop", "services": ["billing"]})["services"][0]
    ecs.delete_service({"cluster": "shop", "service": "billing", "force": True})

    later(60)

    stopped = tasks(ecs, described["deployments"][0]["id"], "STOPPED")
    assert [task["lastStatus"] for task in stopped] == ["STOPPED"]


def test_tasks_are_listed_a_hundred_a_page(begin: Begin) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": 120}))
    request = {"cluster": "shop", "serviceName": "orders"}

    page = ecs.list_tasks(request)
    rest = ecs.list_tasks({**request, "nextToken": page["nextToken"]})

    assert (names(page), names(rest)) == (100, 20)
    assert len({*page["taskArns"], *rest["taskArns"]}) == 120


def test_the_last_page_has_no_token_though_it_is_full(begin: Begin) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": 100}))

    page = ecs.list_tasks({"cluster": "shop", "serviceName": "orders"})

    assert (names(page), "nextToken" in page) == (100, False)


def test_an_unknown_token_is_refused(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError, match="Invalid token"):
        ecs.list_tasks({"cluster": "shop", "nextToken": "page-two"})


def test_tasks_of_a_service_that_is_not_there_are_not_found(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.list_tasks({"cluster": "shop", "serviceName": "unknown"})

    assert refused.value.code == "ServiceNotFoundException"


def test_describing_a_task_changes_nothing(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    deployment_id = deploy(ecs)
    later(15)

    first, second = (tasks(ecs, deployment_id) for _ in range(2))

    assert first == second


@pytest.mark.parametrize("count", [0, 101])
def test_tasks_are_described_from_one_to_a_hundred_at_a_time(ecs: EcsBackend, count: int) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.describe_tasks({"cluster": "shop", "tasks": [f"task{number}" for number in range(count)]})

    assert refused.value.code == "InvalidParameterException"


def test_a_task_that_is_not_there_is_missing(ecs: EcsBackend) -> None:
    described = ecs.describe_tasks({"cluster": "shop", "tasks": ["0" * 32]})

    assert described["failures"] == [
        {"arn": f"arn:aws:ecs:eu-west-1:123456789012:task/shop/{'0' * 32}", "reason": "MISSING"}
    ]


def test_a_stopped_task_names_the_person_and_is_replaced(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    deployment_id = deploy(ecs)
    later(100)
    arn = tasks(ecs, deployment_id)[0]["taskArn"]

    stopped = ecs.stop_task({"cluster": "shop", "task": arn, "reason": "a drill"})["task"]
    later(100)

    assert (stopped["desiredStatus"], stopped["stopCode"], stopped["stoppedReason"]) == (
        "STOPPED",
        "UserInitiated",
        "a drill",
    )
    assert [task["lastStatus"] for task in tasks(ecs, deployment_id)] == ["RUNNING", "RUNNING"]


def test_a_stopped_task_is_replaced_at_once(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    deployment_id = deploy(ecs)
    later(100)
    ecs.stop_task({"cluster": "shop", "task": tasks(ecs, deployment_id)[0]["taskArn"]})

    later(0)

    assert [task["lastStatus"] for task in tasks(ecs, deployment_id)] == ["RUNNING", "PROVISIONING"]


def test_an_unknown_task_cannot_be_stopped(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError, match="The referenced task was not found"):
        ecs.stop_task({"cluster": "shop", "task": "unknown"})


def test_tasks_carry_the_services_tags_and_those_that_ecs_manages(
    ecs: EcsBackend, deploy: Deploy, later: Later
) -> None:
    deployment_id = deploy(ecs)
    later(1)
    arns = ecs.list_tasks({"cluster": "shop", "startedBy": deployment_id})["taskArns"]

    task = ecs.describe_tasks({"cluster": "shop", "tasks": arns, "include": ["TAGS"]})["tasks"][0]

    tags = {tag["key"]: tag["value"] for tag in task["tags"]}
    assert tags == {
        "team": "shop",
        "cost-centre": "4711",
        "aws:ecs:clusterName": "shop",
        "aws:ecs:serviceName": "orders",
    }


def test_tasks_may_carry_the_task_definitions_tags(ecs: EcsBackend, deploy: Deploy, later: Later) -> None:
    ecs.update_service({"cluster": "shop", "service": "billing", "propagateTags": "TASK_DEFINITION"})
    deployment_id = deploy(ecs, "billing", taskDefinition="billing:1", forceNewDeployment=True)
    later(1)
    arns = ecs.list_tasks({"cluster": "shop", "startedBy": deployment_id})["taskArns"]

    task = ecs.describe_tasks({"cluster": "shop", "tasks": arns, "include": ["TAGS"]})["tasks"][0]

    assert task["tags"] == [{"key": "team", "value": "finance"}]
