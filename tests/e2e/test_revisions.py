"""A revision is registered, and deployed by its number, against ministack."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from e2e.facts import revision, revisions
from e2e.initial_states import create_orders_service
from e2e.runners import Runner
from explaining.runs import ECS
from peers.ministack import Ministack

REGISTER, REVISION = f"{ECS}.TaskDefinition", f"{ECS}.Revision"
FAMILY = "arn:aws:ecs:eu-west-1:123456789012:task-definition/orders"
IMAGE = "index.docker.io/acme/orders:2.0.0"


@pytest.fixture(autouse=True)
def orders(ministack: Ministack) -> None:
    create_orders_service(ministack)


def registration(**others: object) -> dict[str, object]:
    return {
        "Octopus.Action.Package[web].Image": IMAGE,
        f"{REGISTER}.Family": "orders",
        f"{REGISTER}.ContainerUpdates": [{"containerName": "web", "packageReference": "web"}],
        **{f"{REGISTER}.{name}": value for name, value in others.items()},
    }


def deployment(version: str, **others: object) -> dict[str, object]:
    return {
        f"{ECS}.ClusterName": "shop",
        f"{REVISION}.ServiceName": "orders",
        "Octopus.Action.Package[EcsRevision.TaskDefinition].PackageId": "orders",
        "Octopus.Action.Package[EcsRevision.TaskDefinition].PackageVersion": version,
        f"{ECS}.WaitOption": {"type": "WaitWithTimeout", "timeoutMinutes": 5},
        **{f"{REVISION}.{name}": value for name, value in others.items()},
    }


def service(aws: Ministack) -> Mapping[str, Any]:
    [found] = aws.client("ecs").describe_services(cluster="shop", services=["orders"])["services"]
    assert isinstance(found, dict)
    return found


def test_a_registered_revision_is_the_latest_one_with_the_new_image(
    runner: Runner, ministack: Ministack
) -> None:
    before = revision(ministack.clients(), "orders:1")

    ran = runner("register", registration(), ministack)

    assert (ran.code, ran.error) == (0, "")
    assert ran.outputs["TaskDefinitionArn"] == f"{FAMILY}:2"
    image = {"containerDefinitions[web].image": IMAGE}
    assert revision(ministack.clients(), "orders:2") == before | image
    assert service(ministack)["taskDefinition"] == f"{FAMILY}:1"


def test_an_equal_revision_is_registered_once(runner: Runner, ministack: Ministack) -> None:
    runner("register", registration(), ministack)

    again = runner("register", registration(), ministack)

    assert again.outputs["Outcome"] == "UNCHANGED"
    assert revisions(ministack.clients(), "orders") == ["orders:1", "orders:2"]


def test_a_document_is_registered_once(runner: Runner, ministack: Ministack) -> None:
    container = {"name": "web", "image": "acme/invoices:1", "memory": "128"}
    document = json.dumps({"family": "invoices", "containerDefinitions": [container]})
    variables = registration(Family="", ContainerUpdates="", Document=document)
    first = runner("register", variables, ministack)

    again = runner("register", variables, ministack)

    assert first.outputs["TaskDefinitionRevision"] == "1"
    assert again.outputs["Outcome"] == "UNCHANGED"


def test_the_service_runs_the_revision_that_the_release_has_chosen(
    runner: Runner, ministack: Ministack
) -> None:
    runner("register", registration(), ministack)

    ran = runner("deploy-revision", deployment("2-beta"), ministack)

    assert (ran.code, ran.error) == (0, "")
    assert ran.outputs["Outcome"] == "SUCCEEDED"
    assert ran.outputs["PreviousTaskDefinitionArn"] == f"{FAMILY}:1"
    assert ran.outputs["TaskDefinitionArn"] == service(ministack)["taskDefinition"] == f"{FAMILY}:2"


def test_a_revision_that_was_deregistered_or_never_was_is_refused(
    runner: Runner, ministack: Ministack
) -> None:
    runner("register", registration(), ministack)
    ministack.client("ecs").deregister_task_definition(taskDefinition="orders:2")

    inactive = runner("deploy-revision", deployment("2"), ministack)
    missing = runner("deploy-revision", deployment("9"), ministack)

    assert (inactive.code, missing.code) == (3, 3)
    assert service(ministack)["taskDefinition"] == f"{FAMILY}:1"
    assert len(service(ministack)["deployments"]) == 1
