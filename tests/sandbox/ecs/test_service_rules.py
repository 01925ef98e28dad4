"""What CreateService and UpdateService refuse, what they add, and what starts a deployment."""

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


def test_fargate_services_have_a_platform_version(ecs: EcsBackend, describe: Describe) -> None:
    service = describe(ecs)

    assert (service["platformVersion"], service["deployments"][0]["platformVersion"]) == ("LATEST", "1.4.0")


@pytest.mark.parametrize(("provider", "kind"), [("FARGATE_SPOT", "FARGATE"), ("my-instances", "EC2")])
def test_a_capacity_provider_decides_where_tasks_run(
    ecs: EcsBackend, later: Later, describe: Describe, provider: str, kind: str
) -> None:
    service = {name: value for name, value in NEW.items() if name != "launchType"}
    strategy = [{"capacityProvider": provider, "weight": 1}]
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    ecs.create_service(
        service
        | {"taskDefinition": "orders", "networkConfiguration": network, "capacityProviderStrategy": strategy}
    )

    later(100)

    assert "launchType" not in describe(ecs, "mail")
    assert describe(ecs, "mail")["deployments"][0]["launchType"] == kind
    assert describe(ecs, "mail")["runningCount"] == 1


def test_a_service_runs_on_instances_where_nothing_else_is_said(ecs: EcsBackend) -> None:
    service = {name: value for name, value in NEW.items() if name != "launchType"}

    created = ecs.create_service(service)["service"]

    assert created["launchType"] == "EC2"


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found."),
        ({"taskDefinition": "unknown"}, "ClientException", "TaskDefinition not found."),
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
def test_an_impossible_service_is_refused(
    ecs: EcsBackend, change: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.create_service(NEW | change)

    assert refused.value.code == code
    assert message in refused.value.message


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

    with pytest.raises(ServiceError, match="The container web does not exist in the task definition"):
        ecs.update_service({**ORDERS, "taskDefinition": arn})


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
    begin: Begin, describe: Describe, controller: str, message: str
) -> None:
    ecs = begin(EcsPlan(service={"deploymentController": {"type": controller}}))

    with pytest.raises(ServiceError) as refused:
        ecs.update_service({**ORDERS, "taskDefinition": "orders"})

    assert (refused.value.code, refused.value.message) == ("InvalidParameterException", message)
    assert describe(ecs)["deployments"] == []


def test_another_controllers_service_lets_its_desired_count_be_set(begin: Begin) -> None:
    ecs = begin(EcsPlan(service={"deploymentController": {"type": "CODE_DEPLOY"}}))

    service = ecs.update_service({**ORDERS, "desiredCount": 5})["service"]

    assert service["desiredCount"] == 5
