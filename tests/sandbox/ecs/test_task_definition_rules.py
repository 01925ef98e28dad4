"""What RegisterTaskDefinition refuses."""

from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.task_definition_rules import units
from ecs_steps.sandbox.service_error import ServiceError

CONTAINER = {"name": "web", "image": "web:1"}
FARGATE: dict[str, Any] = {
    "family": "web",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [CONTAINER],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"containerDefinitions": []}, "Container list cannot be empty."),
        ({"containerDefinitions": [CONTAINER | {"essential": False}]}, "must be marked as essential"),
        ({"containerDefinitions": [{"image": "web:1"}]}, "Container.name should not be null or empty."),
        ({"containerDefinitions": [{"name": "web"}]}, "Container.image should not be null or empty."),
        ({"cpu": None}, "Fargate requires that 'cpu' be defined at the task level."),
        ({"memory": ""}, "At least one of 'memory' or 'memoryReservation' must be specified."),
        ({"networkMode": "bridge"}, "Fargate only supports network mode 'awsvpc'."),
        ({"memory": "4096"}, "No Fargate configuration exists for given values."),
        ({"cpu": "300"}, "No Fargate configuration exists for given values."),
        ({"cpu": "much"}, "Invalid 'cpu' or 'memory' setting for task: much"),
        (
            {"containerDefinitions": [CONTAINER | {"mountPoints": [{"sourceVolume": "files"}]}]},
            "Unknown volume 'files'.",
        ),
        (
            {
                "containerDefinitions": [
                    CONTAINER
                    | {
                        "environment": [{"name": "TOKEN", "value": "x"}],
                        "secrets": [{"name": "TOKEN", "valueFrom": "arn"}],
                    }
                ]
            },
            "such as 'TOKEN'.",
        ),
        (
            {"containerDefinitions": [CONTAINER | {"secrets": [{"name": "TOKEN", "valueFrom": "arn"}]}]},
            "you must also specify an execution role.",
        ),
    ],
)
def test_a_task_definition_that_cannot_run_is_refused(
    ecs: EcsBackend, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.register_task_definition(FARGATE | change)

    assert refused.value.code == "ClientException"
    assert message in refused.value.message


def test_more_than_50_tags_are_refused(ecs: EcsBackend) -> None:
    tags = [{"key": f"key{number}", "value": "x"} for number in range(51)]

    with pytest.raises(ServiceError, match="Too many tags"):
        ecs.register_task_definition(FARGATE | {"tags": tags})


def test_tags_of_aws_are_refused(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError, match="aws: prefixed"):
        ecs.register_task_definition(FARGATE | {"tags": [{"key": "aws:stack", "value": "x"}]})


def test_a_refused_task_definition_uses_no_revision(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError):
        ecs.register_task_definition(FARGATE | {"memory": "4096"})

    registered = ecs.register_task_definition(FARGATE)

    assert registered["taskDefinition"]["revision"] == 1


@pytest.mark.parametrize(
    ("text", "amount"), [("256", 256), (".25 vCPU", 256), ("1 vcpu", 1024), ("0.5 GB", 512), ("2GB", 2048)]
)
def test_cpu_and_memory_are_read_in_every_spelling(text: str, amount: int) -> None:
    assert units(text, 1024) == amount


PORTS = {
    "family": "range",
    "networkMode": "bridge",
    "requiresCompatibilities": ["EC2"],
}


def with_ports(*mappings: dict[str, Any]) -> dict[str, Any]:
    container = {"name": "web", "image": "nginx", "memory": 128, "portMappings": list(mappings)}
    return PORTS | {"containerDefinitions": [container]}


def test_a_range_of_ports_is_kept_and_has_no_host_port(ecs: EcsBackend) -> None:
    registered = ecs.register_task_definition(with_ports({"containerPortRange": "9000-9010"}))

    mappings = registered["taskDefinition"]["containerDefinitions"][0]["portMappings"]
    assert mappings == [{"containerPortRange": "9000-9010", "protocol": "tcp"}]


def test_a_service_runs_a_task_definition_with_a_range_of_ports(ecs: EcsBackend) -> None:
    ecs.register_task_definition(with_ports({"containerPortRange": "9000-9010"}, {"containerPort": 80}))

    request = {"cluster": "shop", "serviceName": "range", "taskDefinition": "range", "desiredCount": 1}
    created = ecs.create_service(request)["service"]

    assert created["taskDefinition"].endswith("range:1")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({}, "specify either containerPort or containerPortRange"),
        ({"containerPort": 80, "containerPortRange": "80-81"}, "specify either"),
        ({"containerPortRange": "80-81", "hostPort": 80}, "a range takes no hostPort"),
        ({"containerPortRange": "9010-9000"}, "Invalid containerPortRange '9010-9000'"),
        ({"containerPortRange": "80"}, "Invalid containerPortRange '80'"),
        ({"containerPortRange": "1-65536"}, "Invalid containerPortRange"),
        ({"containerPortRange": "0-80"}, "Invalid containerPortRange"),
    ],
)
def test_an_impossible_port_mapping_is_refused(
    ecs: EcsBackend, mapping: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError, match=message):
        ecs.register_task_definition(with_ports(mapping))
