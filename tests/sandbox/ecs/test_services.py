"""The operations on services."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.service_error import ServiceError

Begin = Callable[[EcsPlan], EcsBackend]
Later = Callable[[float], None]
Describe = Callable[..., dict[str, Any]]

ORDERS = {"cluster": "shop", "service": "orders"}
NEW: dict[str, Any] = {
    "cluster": "shop",
    "serviceName": "mail",
    "taskDefinition": "billing",
    "desiredCount": 1,
    "launchType": "EC2",
}


def test_a_new_service_has_a_deployment_and_no_task_yet(ecs: EcsBackend) -> None:
    service = ecs.create_service(NEW)["service"]

    assert (service["status"], service["runningCount"]) == ("ACTIVE", 0)
    assert service["serviceArn"] == "arn:aws:ecs:eu-west-1:123456789012:service/shop/mail"
    assert [(d["status"], d["rolloutState"]) for d in service["deployments"]] == [("PRIMARY", "IN_PROGRESS")]
    assert service["deploymentConfiguration"]["maximumPercent"] == 200
    assert "platformVersion" not in service


def test_a_service_is_missing_for_a_moment_where_the_plan_has_it(begin: Begin, later: Later) -> None:
    ecs = begin(EcsPlan(hidden_after_create=6))
    ecs.create_service(NEW)

    burst = ecs.describe_services({"cluster": "shop", "services": ["mail"]})
    later(6)
    after = ecs.describe_services({"cluster": "shop", "services": ["mail"]})

    assert [failure["reason"] for failure in burst["failures"]] == ["MISSING"]
    assert [service["serviceName"] for service in after["services"]] == ["mail"]


def test_an_update_that_changes_nothing_starts_no_deployment(ecs: EcsBackend, describe: Describe) -> None:
    before = describe(ecs)

    after = ecs.update_service({**ORDERS, "taskDefinition": before["taskDefinition"]})["service"]

    assert after["deployments"] == before["deployments"]


def test_a_deployment_describes_where_its_tasks_are(ecs: EcsBackend, describe: Describe) -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    ecs.update_service({**ORDERS, "networkConfiguration": network})

    new, old = describe(ecs)["deployments"]

    assert new["networkConfiguration"] == network
    assert old["networkConfiguration"] != network
    assert "networkConfiguration" not in describe(ecs, "billing")["deployments"][0]


def test_a_deregistered_revision_cannot_be_deployed(ecs: EcsBackend, register: Callable[..., str]) -> None:
    arn = register(ecs)
    ecs.deregister_task_definition({"taskDefinition": arn})

    with pytest.raises(ServiceError) as refused:
        ecs.update_service({**ORDERS, "taskDefinition": arn})

    assert (refused.value.code, refused.value.message) == ("ClientException", "TaskDefinition is inactive")


def test_a_service_that_is_scaled_above_zero_is_deleted_by_force_alone(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError, match="cannot be stopped while it is scaled above 0"):
        ecs.delete_service(ORDERS)

    service = ecs.delete_service({**ORDERS, "force": True})["service"]

    assert (service["status"], service["desiredCount"]) == ("DRAINING", 0)


def test_a_deleted_service_is_draining_then_inactive_then_missing(
    ecs: EcsBackend, later: Later, describe: Describe
) -> None:
    ecs.delete_service({**ORDERS, "force": True})

    statuses, deployments = [], []
    for seconds in (10, 60):
        later(seconds)
        statuses.append(describe(ecs)["status"])
        deployments.append(len(describe(ecs)["deployments"]))
    later(3600)
    deleted = ecs.describe_services({"cluster": "shop", "services": ["orders"]})

    assert statuses == ["DRAINING", "INACTIVE"]
    assert deployments == [1, 0]
    assert [failure["reason"] for failure in deleted["failures"]] == ["MISSING"]


def test_a_deleted_service_can_be_created_again(ecs: EcsBackend, later: Later) -> None:
    ecs.delete_service({"cluster": "shop", "service": "billing", "force": True})
    with pytest.raises(ServiceError, match="still Draining"):
        ecs.create_service(NEW | {"serviceName": "billing"})
    later(60)

    service = ecs.create_service(NEW | {"serviceName": "billing"})["service"]

    assert service["status"] == "ACTIVE"


def test_a_draining_service_refuses_updates(ecs: EcsBackend) -> None:
    ecs.delete_service({**ORDERS, "force": True})

    with pytest.raises(ServiceError) as refused:
        ecs.update_service({**ORDERS, "forceNewDeployment": True})

    assert refused.value.code == "ServiceNotActiveException"


@pytest.mark.parametrize("operation", ["update_service", "delete_service"])
def test_an_inactive_service_is_refused_while_it_is_remembered(
    ecs: EcsBackend, later: Later, operation: str
) -> None:
    ecs.delete_service({**ORDERS, "force": True})
    later(60)

    with pytest.raises(ServiceError) as remembered:
        getattr(ecs, operation)(ORDERS)
    later(3600)
    with pytest.raises(ServiceError) as forgotten:
        getattr(ecs, operation)(ORDERS)

    assert remembered.value.code == "ServiceNotActiveException"
    assert forgotten.value.code == "ServiceNotFoundException"


@pytest.mark.parametrize("operation", ["update_service", "delete_service"])
def test_a_service_that_is_not_there_is_not_found(ecs: EcsBackend, operation: str) -> None:
    with pytest.raises(ServiceError) as refused:
        getattr(ecs, operation)({"cluster": "shop", "service": "unknown"})

    assert (refused.value.code, refused.value.message) == ("ServiceNotFoundException", "Service not found.")


def test_a_service_is_found_by_its_arn(ecs: EcsBackend, describe: Describe) -> None:
    arn = describe(ecs)["serviceArn"]

    described = ecs.describe_services({"cluster": "shop", "services": [arn]})

    assert described["services"][0]["serviceName"] == "orders"


def test_ten_services_are_described_at_a_time(ecs: EcsBackend) -> None:
    described = ecs.describe_services({"cluster": "shop", "services": ["orders"] * 10})

    assert len(described["services"]) == 10


@pytest.mark.parametrize("services", [[], [f"service{number}" for number in range(11)]])
def test_services_are_described_from_one_to_ten_at_a_time(ecs: EcsBackend, services: list[str]) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.describe_services({"cluster": "shop", "services": services})

    assert refused.value.code == "InvalidParameterException"


def test_services_are_listed_by_the_page_and_launch_type(ecs: EcsBackend) -> None:
    for number in range(12):
        ecs.create_service(NEW | {"serviceName": f"mail{number}"})

    page = ecs.list_services({"cluster": "shop"})
    rest = ecs.list_services({"cluster": "shop", "nextToken": page["nextToken"]})
    fargate = ecs.list_services({"cluster": "shop", "launchType": "FARGATE"})

    assert (len(page["serviceArns"]), len(rest["serviceArns"])) == (10, 6)
    assert [arn.rpartition("/")[2] for arn in fargate["serviceArns"]] == [
        "storefront",
        "orders",
    ]


def test_tags_come_with_a_service_where_they_are_requested(ecs: EcsBackend, describe: Describe) -> None:
    without = ecs.describe_services({"cluster": "shop", "services": ["orders"]})["services"][0]

    with_tags = describe(ecs)

    assert "tags" not in without
    assert {"key": "team", "value": "shop"} in with_tags["tags"]
    assert any(tag["key"].startswith("aws:") for tag in with_tags["tags"])


def test_the_plan_has_the_last_word_on_a_services_members(begin: Begin, describe: Describe) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": 4}))

    created = ecs.create_service(NEW)["service"]

    assert created["desiredCount"] == 4
    assert (describe(ecs)["desiredCount"], describe(ecs)["runningCount"]) == (4, 4)


def test_another_plan_is_laid_over_the_services_that_are_there(
    ecs: EcsBackend, describe: Describe, later: Later
) -> None:
    ecs.plan = EcsPlan(service={"desiredCount": 3})

    later(120)

    assert (describe(ecs)["desiredCount"], describe(ecs)["runningCount"]) == (3, 3)
