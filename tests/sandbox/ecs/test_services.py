"""What callers may ask of services."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.refusal import Refusal

Begin = Callable[[EcsPlan], EcsBackend]
Later = Callable[[float], None]
See = Callable[..., dict[str, Any]]

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


def test_fargate_services_have_a_platform_version(ecs: EcsBackend, see: See) -> None:
    service = see(ecs)

    assert (service["platformVersion"], service["deployments"][0]["platformVersion"]) == ("LATEST", "1.4.0")


def test_a_service_is_missing_for_a_moment_where_the_plan_says_so(begin: Begin, later: Later) -> None:
    ecs = begin(EcsPlan(hidden_after_create=6))
    ecs.create_service(NEW)

    at_once = ecs.describe_services({"cluster": "shop", "services": ["mail"]})
    later(6)
    after = ecs.describe_services({"cluster": "shop", "services": ["mail"]})

    assert [failure["reason"] for failure in at_once["failures"]] == ["MISSING"]
    assert [service["serviceName"] for service in after["services"]] == ["mail"]


@pytest.mark.parametrize(("provider", "kind"), [("FARGATE_SPOT", "FARGATE"), ("my-instances", "EC2")])
def test_a_capacity_provider_says_where_tasks_run(
    ecs: EcsBackend, later: Later, see: See, provider: str, kind: str
) -> None:
    service = {name: value for name, value in NEW.items() if name != "launchType"}
    strategy = [{"capacityProvider": provider, "weight": 1}]
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    ecs.create_service(
        service
        | {"taskDefinition": "orders", "networkConfiguration": network, "capacityProviderStrategy": strategy}
    )

    later(100)

    assert "launchType" not in see(ecs, "mail")
    assert see(ecs, "mail")["deployments"][0]["launchType"] == kind
    assert see(ecs, "mail")["runningCount"] == 1


def test_a_service_runs_on_instances_where_nothing_else_is_said(ecs: EcsBackend) -> None:
    service = {name: value for name, value in NEW.items() if name != "launchType"}

    created = ecs.create_service(service)["service"]

    assert created["launchType"] == "EC2"


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found."),
        ({"taskDefinition": "nobody"}, "ClientException", "TaskDefinition not found."),
        ({"serviceName": "orders"}, "InvalidParameterException", "Creation of service was not idempotent."),
        ({"launchType": "FARGATE"}, "InvalidParameterException", "does not support launch_type FARGATE."),
        ({"taskDefinition": "orders"}, "InvalidParameterException", "Network Configuration must be provided"),
        (
            {"loadBalancers": [{"targetGroupArn": "arn", "containerName": "web", "containerPort": 80}]},
            "InvalidParameterException",
            "The container web does not exist in the task definition.",
        ),
        (
            {"loadBalancers": [{"targetGroupArn": "arn", "containerName": "worker", "containerPort": 80}]},
            "InvalidParameterException",
            "The container worker did not have a container port 80 defined.",
        ),
        ({"desiredCount": None}, "InvalidParameterException", "desired count"),
    ],
)
def test_a_service_that_cannot_be_is_refused(
    ecs: EcsBackend, change: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ecs.create_service(NEW | change)

    assert refused.value.code == code
    assert message in refused.value.message


def test_an_update_that_changes_nothing_starts_no_deployment(ecs: EcsBackend, see: See) -> None:
    before = see(ecs)

    after = ecs.update_service({**ORDERS, "taskDefinition": before["taskDefinition"]})["service"]

    assert after["deployments"] == before["deployments"]


@pytest.mark.parametrize(
    "change",
    [
        {"forceNewDeployment": True},
        {"platformVersion": "1.4.0"},
        {"loadBalancers": []},
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}},
    ],
)
def test_what_tasks_are_made_of_starts_a_deployment(ecs: EcsBackend, change: dict[str, Any]) -> None:
    service = ecs.update_service(ORDERS | change)["service"]

    assert [d["status"] for d in service["deployments"]] == ["PRIMARY", "ACTIVE"]


@pytest.mark.parametrize(
    "change",
    [
        {"desiredCount": 3},
        {"healthCheckGracePeriodSeconds": 5},
        {"enableExecuteCommand": True},
        {"propagateTags": "NONE"},
    ],
)
def test_what_tasks_are_not_made_of_starts_no_deployment(ecs: EcsBackend, change: dict[str, Any]) -> None:
    service = ecs.update_service(ORDERS | change)["service"]

    assert len(service["deployments"]) == 1
    assert change.items() <= service.items()


def test_a_deployment_configuration_keeps_what_an_update_leaves_out(ecs: EcsBackend) -> None:
    breaker = {"enable": True, "rollback": True}
    ecs.update_service({**ORDERS, "deploymentConfiguration": {"deploymentCircuitBreaker": breaker}})

    service = ecs.update_service({**ORDERS, "deploymentConfiguration": {"maximumPercent": 150}})["service"]

    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == breaker
    assert service["deploymentConfiguration"]["maximumPercent"] == 150
    assert len(service["deployments"]) == 1


def test_an_update_to_what_cannot_run_is_refused(ecs: EcsBackend, register: Callable[..., str]) -> None:
    arn = register(ecs, containerDefinitions=[{"name": "api", "image": "api:1"}])

    with pytest.raises(Refusal, match="The container web does not exist in the task definition"):
        ecs.update_service({**ORDERS, "taskDefinition": arn})


def test_a_deployment_says_where_its_tasks_are(ecs: EcsBackend, see: See) -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    ecs.update_service({**ORDERS, "networkConfiguration": network})

    new, old = see(ecs)["deployments"]

    assert new["networkConfiguration"] == network
    assert old["networkConfiguration"] != network
    assert "networkConfiguration" not in see(ecs, "billing")["deployments"][0]


def test_a_deregistered_revision_cannot_be_deployed(ecs: EcsBackend, register: Callable[..., str]) -> None:
    arn = register(ecs)
    ecs.deregister_task_definition({"taskDefinition": arn})

    with pytest.raises(Refusal) as refused:
        ecs.update_service({**ORDERS, "taskDefinition": arn})

    assert (refused.value.code, refused.value.message) == ("ClientException", "TaskDefinition is inactive")


@pytest.mark.parametrize(
    ("controller", "message"),
    [
        (
            "CODE_DEPLOY",
            (
                "Unable to update task definition on services with a CODE_DEPLOY deployment controller. "
                "Use AWS CodeDeploy to trigger a new deployment."
            ),
        ),
        ("EXTERNAL", "Unable to update task definition on services with an EXTERNAL deployment controller."),
    ],
)
def test_another_controllers_service_refuses_a_task_definition(
    begin: Begin, see: See, controller: str, message: str
) -> None:
    ecs = begin(EcsPlan(service={"deploymentController": {"type": controller}}))

    with pytest.raises(Refusal) as refused:
        ecs.update_service({**ORDERS, "taskDefinition": "orders"})

    assert (refused.value.code, refused.value.message) == ("InvalidParameterException", message)
    assert see(ecs)["deployments"] == []


def test_another_controllers_service_lets_its_desired_count_be_set(begin: Begin) -> None:
    ecs = begin(EcsPlan(service={"deploymentController": {"type": "CODE_DEPLOY"}}))

    service = ecs.update_service({**ORDERS, "desiredCount": 5})["service"]

    assert service["desiredCount"] == 5


def test_a_service_that_is_scaled_above_zero_is_deleted_by_force_alone(ecs: EcsBackend) -> None:
    with pytest.raises(Refusal, match="cannot be stopped while it is scaled above 0"):
        ecs.delete_service(ORDERS)

    service = ecs.delete_service({**ORDERS, "force": True})["service"]

    assert (service["status"], service["desiredCount"]) == ("DRAINING", 0)


def test_a_deleted_service_is_draining_then_inactive_then_missing(
    ecs: EcsBackend, later: Later, see: See
) -> None:
    ecs.delete_service({**ORDERS, "force": True})

    statuses, deployments = [], []
    for seconds in (10, 60):
        later(seconds)
        statuses.append(see(ecs)["status"])
        deployments.append(len(see(ecs)["deployments"]))
    later(3600)
    gone = ecs.describe_services({"cluster": "shop", "services": ["orders"]})

    assert statuses == ["DRAINING", "INACTIVE"]
    assert deployments == [1, 0]
    assert [failure["reason"] for failure in gone["failures"]] == ["MISSING"]


def test_a_service_that_is_gone_can_be_created_anew(ecs: EcsBackend, later: Later) -> None:
    ecs.delete_service({"cluster": "shop", "service": "billing", "force": True})
    with pytest.raises(Refusal, match="still Draining"):
        ecs.create_service(NEW | {"serviceName": "billing"})
    later(60)

    service = ecs.create_service(NEW | {"serviceName": "billing"})["service"]

    assert service["status"] == "ACTIVE"


def test_a_draining_service_refuses_updates(ecs: EcsBackend) -> None:
    ecs.delete_service({**ORDERS, "force": True})

    with pytest.raises(Refusal) as refused:
        ecs.update_service({**ORDERS, "forceNewDeployment": True})

    assert refused.value.code == "ServiceNotActiveException"


@pytest.mark.parametrize("operation", ["update_service", "delete_service"])
def test_an_inactive_service_is_refused_while_it_is_remembered(
    ecs: EcsBackend, later: Later, operation: str
) -> None:
    ecs.delete_service({**ORDERS, "force": True})
    later(60)

    with pytest.raises(Refusal) as remembered:
        getattr(ecs, operation)(ORDERS)
    later(3600)
    with pytest.raises(Refusal) as forgotten:
        getattr(ecs, operation)(ORDERS)

    assert remembered.value.code == "ServiceNotActiveException"
    assert forgotten.value.code == "ServiceNotFoundException"


@pytest.mark.parametrize("operation", ["update_service", "delete_service"])
def test_a_service_that_is_not_there_is_not_found(ecs: EcsBackend, operation: str) -> None:
    with pytest.raises(Refusal) as refused:
        getattr(ecs, operation)({"cluster": "shop", "service": "nobody"})

    assert (refused.value.code, refused.value.message) == ("ServiceNotFoundException", "Service not found.")


def test_a_service_is_found_by_its_arn(ecs: EcsBackend, see: See) -> None:
    arn = see(ecs)["serviceArn"]

    described = ecs.describe_services({"cluster": "shop", "services": [arn]})

    assert described["services"][0]["serviceName"] == "orders"


def test_ten_services_are_described_at_a_time(ecs: EcsBackend) -> None:
    described = ecs.describe_services({"cluster": "shop", "services": ["orders"] * 10})

    assert len(described["services"]) == 10


@pytest.mark.parametrize("services", [[], [f"service{number}" for number in range(11)]])
def test_services_are_described_from_one_to_ten_at_a_time(ecs: EcsBackend, services: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        ecs.describe_services({"cluster": "shop", "services": services})

    assert refused.value.code == "InvalidParameterException"


def test_services_are_listed_by_the_page_and_launch_type(ecs: EcsBackend) -> None:
    for number in range(12):
        ecs.create_service(NEW | {"serviceName": f"mail{number}"})

    page = ecs.list_services({"cluster": "shop"})
    rest = ecs.list_services({"cluster": "shop", "nextToken": page["nextToken"]})
    fargate = ecs.list_services({"cluster": "shop", "launchType": "FARGATE"})

    assert (len(page["serviceArns"]), len(rest["serviceArns"])) == (10, 4)
    assert [arn.rpartition("/")[2] for arn in fargate["serviceArns"]] == ["orders"]


def test_tags_come_with_a_service_where_they_are_asked_for(ecs: EcsBackend, see: See) -> None:
    without = ecs.describe_services({"cluster": "shop", "services": ["orders"]})["services"][0]

    with_tags = see(ecs)

    assert "tags" not in without
    assert {"key": "team", "value": "shop"} in with_tags["tags"]
    assert any(tag["key"].startswith("aws:") for tag in with_tags["tags"])


def test_the_plan_has_the_last_word_on_a_services_members(begin: Begin, see: See) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": 4}))

    created = ecs.create_service(NEW)["service"]

    assert created["desiredCount"] == 4
    assert (see(ecs)["desiredCount"], see(ecs)["runningCount"]) == (4, 4)


def test_another_plan_is_laid_over_the_services_that_are_there(
    ecs: EcsBackend, see: See, later: Later
) -> None:
    ecs.plan = EcsPlan(service={"desiredCount": 3})

    later(120)

    assert (see(ecs)["desiredCount"], see(ecs)["runningCount"]) == (3, 3)
