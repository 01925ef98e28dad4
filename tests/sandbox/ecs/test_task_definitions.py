"""Families and their revisions."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.service_error import ServiceError

Begin = Callable[[EcsPlan], EcsBackend]
Register = Callable[..., str]

MINIMAL: dict[str, Any] = {
    "family": "web",
    "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 128}],
}


def test_revisions_of_a_family_are_counted_from_one(ecs: EcsBackend) -> None:
    first = ecs.register_task_definition(MINIMAL)["taskDefinition"]
    second = ecs.register_task_definition(MINIMAL)["taskDefinition"]

    assert (first["revision"], second["revision"]) == (1, 2)
    assert second["taskDefinitionArn"] == "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2"


def test_a_deregistered_revision_keeps_its_number(ecs: EcsBackend) -> None:
    ecs.register_task_definition(MINIMAL)
    ecs.deregister_task_definition({"taskDefinition": "web:1"})

    again = ecs.register_task_definition(MINIMAL)["taskDefinition"]

    assert again["revision"] == 2


def test_unknown_members_are_kept_as_sent(ecs: EcsBackend) -> None:
    container = {"name": "web", "image": "web:1", "memory": 128, "futureLimit": {"files": [1, 2]}}
    request = {"family": "web", "containerDefinitions": [container], "futureMode": {"on": True}}

    ecs.register_task_definition(request)

    described = ecs.describe_task_definition({"taskDefinition": "web"})["taskDefinition"]
    assert described["futureMode"] == {"on": True}
    assert described["containerDefinitions"][0]["futureLimit"] == {"files": [1, 2]}


def test_a_reply_holds_the_defaults_that_ecs_writes(ecs: EcsBackend) -> None:
    container = {
        "name": "web",
        "image": "web:1",
        "portMappings": [{"containerPort": 80}],
        "healthCheck": {"command": ["CMD", "true"]},
    }
    request = {
        "family": "web",
        "containerDefinitions": [container],
        "networkMode": "awsvpc",
        "cpu": ".25 vCPU",
        "memory": "0.5 GB",
        "volumes": [
            {"name": "scratch"},
            {"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
        ],
    }

    registered = ecs.register_task_definition(request)["taskDefinition"]

    written = registered["containerDefinitions"][0]
    assert (written["cpu"], written["essential"], written["environment"]) == (0, True, [])
    assert written["portMappings"] == [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
    assert written["healthCheck"] == {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3}
    assert (registered["cpu"], registered["memory"]) == ("256", "512")
    required = [attribute["name"] for attribute in registered["requiresAttributes"]]
    assert required == ["com.amazonaws.ecs.capability.docker-remote-api.1.19", "ecs.capability.task-eni"]
    assert registered["volumes"][0] == {"name": "scratch", "host": {}}
    assert registered["volumes"][1]["efsVolumeConfiguration"]["rootDirectory"] == "/"


def test_the_host_port_of_a_bridge_is_left_to_the_instance(ecs: EcsBackend) -> None:
    container = {"name": "web", "image": "web:1", "memory": 128, "portMappings": [{"containerPort": 80}]}
    request = {"family": "web", "containerDefinitions": [container], "networkMode": "bridge"}

    registered = ecs.register_task_definition(request)["taskDefinition"]

    assert registered["containerDefinitions"][0]["portMappings"][0]["hostPort"] == 0


def test_what_is_registered_does_not_change_with_the_request(ecs: EcsBackend) -> None:
    container = {"name": "web", "image": "web:1", "memory": 128}
    ecs.register_task_definition({"family": "web", "containerDefinitions": [container]})

    container["image"] = "web:2"

    described = ecs.describe_task_definition({"taskDefinition": "web"})["taskDefinition"]
    assert described["containerDefinitions"][0]["image"] == "web:1"


def test_a_family_alone_is_its_latest_active_revision(ecs: EcsBackend, register: Register) -> None:
    register(ecs)
    register(ecs)
    ecs.deregister_task_definition({"taskDefinition": "orders:3"})

    described = ecs.describe_task_definition({"taskDefinition": "orders"})["taskDefinition"]

    assert described["revision"] == 2


@pytest.mark.parametrize(
    "reference", ["orders:1", "arn:aws:ecs:eu-west-1:123456789012:task-definition/orders:1"]
)
def test_a_revision_is_found_by_name_and_by_arn(ecs: EcsBackend, reference: str) -> None:
    described = ecs.describe_task_definition({"taskDefinition": reference})["taskDefinition"]

    assert (described["family"], described["revision"]) == ("orders", 1)


@pytest.mark.parametrize("reference", ["unknown", "orders:7", "orders:0", "orders:x"])
def test_what_is_not_registered_cannot_be_described(ecs: EcsBackend, reference: str) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.describe_task_definition({"taskDefinition": reference})

    assert (refused.value.code, refused.value.message) == (
        "ClientException",
        "Unable to describe task definition.",
    )


def test_tags_come_with_a_task_definition_where_they_are_requested(ecs: EcsBackend) -> None:
    ecs.register_task_definition(MINIMAL | {"tags": [{"key": "team", "value": "shop"}]})

    without = ecs.describe_task_definition({"taskDefinition": "web"})
    with_tags = ecs.describe_task_definition({"taskDefinition": "web", "include": ["TAGS"]})

    assert "tags" not in without
    assert with_tags["tags"] == [{"key": "team", "value": "shop"}]
    assert "tags" not in with_tags["taskDefinition"]


def test_a_family_must_be_named_with_its_revision_to_deregister_it(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError, match="The specified task definition does not exist"):
        ecs.deregister_task_definition({"taskDefinition": "orders"})


def test_revisions_are_listed_by_family_status_and_page(ecs: EcsBackend, register: Register) -> None:
    for _ in range(3):
        register(ecs)
    ecs.deregister_task_definition({"taskDefinition": "orders:2"})

    page = ecs.list_task_definitions({"familyPrefix": "orders", "sort": "DESC", "maxResults": 2})
    rest = ecs.list_task_definitions(
        {"familyPrefix": "orders", "sort": "DESC", "maxResults": 2, "nextToken": page["nextToken"]}
    )
    inactive = ecs.list_task_definitions({"familyPrefix": "orders", "status": "INACTIVE"})

    assert [arn[-1] for arn in page["taskDefinitionArns"]] == ["4", "3"]
    assert [arn[-1] for arn in rest["taskDefinitionArns"]] == ["1"]
    assert "nextToken" not in rest
    assert [arn[-1] for arn in inactive["taskDefinitionArns"]] == ["2"]


def test_families_are_listed_by_prefix_and_status(ecs: EcsBackend) -> None:
    ecs.register_task_definition(MINIMAL)
    ecs.deregister_task_definition({"taskDefinition": "web:1"})

    active = ecs.list_task_definition_families({"status": "ACTIVE"})
    inactive = ecs.list_task_definition_families({"status": "INACTIVE"})
    all_of_them = ecs.list_task_definition_families({})
    prefixed = ecs.list_task_definition_families({"familyPrefix": "ord", "status": "ALL"})

    assert active["families"] == ["billing", "checkout", "orders", "storefront"]
    assert inactive["families"] == ["web"]
    assert all_of_them["families"] == ["billing", "checkout", "orders", "storefront", "web"]
    assert prefixed["families"] == ["orders"]
