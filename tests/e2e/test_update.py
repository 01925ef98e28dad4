from collections.abc import Mapping
from typing import Any

import pytest

from e2e.facts import revision, revisions
from e2e.initial_states import create_orders_service
from e2e.runners import Runner
from explaining.runs import ECS, variables
from peers.ministack import Ministack

CLUSTER = "shop"
FAMILY = "arn:aws:ecs:eu-west-1:123456789012:task-definition/orders"


@pytest.fixture(autouse=True)
def orders(ministack: Ministack) -> None:
    create_orders_service(ministack)


def service(aws: Ministack) -> Mapping[str, Any]:
    described = aws.client("ecs").describe_services(cluster=CLUSTER, services=["orders"], include=["TAGS"])
    [found] = described["services"]
    assert isinstance(found, dict)
    return found


def test_a_new_image_is_a_new_revision_and_nothing_else_of_it_is_lost(
    runner: Runner, ministack: Ministack
) -> None:
    before = revision(ministack.clients(), "orders:1")
    ran = runner("update", variables("update", tag="2.0.0"), ministack)

    after = revision(ministack.clients(), "orders:2")
    image = {"containerDefinitions[web].image": "index.docker.io/acme/orders:2.0.0"}
    assert (ran.code, ran.error) == (0, "")
    assert len(after) > 40
    assert after == before | image
    assert ran.outputs["Outcome"] == "SUCCEEDED"
    assert ran.outputs["PreviousTaskDefinitionArn"] == f"{FAMILY}:1"
    assert ran.outputs["TaskDefinitionArn"] == service(ministack)["taskDefinition"] == f"{FAMILY}:2"
    assert ran.outputs["DeploymentId"] == service(ministack)["deployments"][0]["id"]


def test_the_same_again_deploys_again_and_registers_nothing(runner: Runner, ministack: Ministack) -> None:
    first = runner("update", variables("update"), ministack)
    again = runner("update", variables("update"), ministack)

    assert again.code == 0
    assert again.outputs["TaskDefinitionArn"] == first.outputs["TaskDefinitionArn"]
    assert again.outputs["DeploymentId"] != first.outputs["DeploymentId"]
    assert revisions(ministack.clients(), "orders") == ["orders:1", "orders:2"]


def test_the_same_again_without_force_is_unchanged(runner: Runner, ministack: Ministack) -> None:
    unforced = variables("update", others={f"{ECS}.Update.ForceNewDeployment": "False"})
    first = runner("update", unforced, ministack)
    again = runner("update", unforced, ministack)

    assert again.outputs["Outcome"] == "UNCHANGED"
    assert again.outputs["DeploymentId"] == first.outputs["DeploymentId"]


def test_tags_are_merged_into_the_revision_and_the_service(runner: Runner, ministack: Ministack) -> None:
    tags = [{"key": "team", "value": "checkout"}]
    others = {"Octopus.Action.Aws.Tags": tags, "Octopus.Deployment.Id": "Deployments-1"}
    ran = runner("update", variables("update", others=others), ministack)

    after = revision(ministack.clients(), "orders:2")
    of_service = {tag["key"]: tag["value"] for tag in service(ministack)["tags"]}
    merged = {"team": "checkout", "Octopus.Deployment.Id": "Deployments-1"}
    of_revision = {key: after[f"tags[{key}].value"] for key in ("data-class", *merged)}
    assert ran.code == 0
    assert of_revision == {"data-class": "internal", **merged}
    assert of_service == {"cost-centre": "4711", **merged}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({f"{ECS}.ClusterName": "nowhere"}, "Cluster nowhere was not found"),
        ({f"{ECS}.Update.ServiceName": "absent"}, "Service absent was not found"),
        ({f"{ECS}.Update.TargetTaskDefinitionName": "nothing"}, "nothing"),
        ({f"{ECS}.Update.TemplateTaskDefinitionName": "orders:7"}, "orders:7"),
    ],
)
def test_what_does_not_exist_is_named_and_nothing_is_changed(
    runner: Runner, ministack: Ministack, wrong: dict[str, object], text: str
) -> None:
    ran = runner("update", variables("update", others=wrong), ministack)

    assert ran.code == 3
    assert text in ran.error
    assert "was not found" in ran.error
    assert revisions(ministack.clients(), "orders") == ["orders:1"]
    assert service(ministack)["taskDefinition"] == f"{FAMILY}:1"
    assert len(service(ministack)["deployments"]) == 1


def test_an_update_that_is_only_started_is_not_waited_for(runner: Runner, ministack: Ministack) -> None:
    ran = runner("update", variables("update", minutes=0), ministack)

    assert ran.code == 0
    assert ran.outputs["Outcome"] == "STARTED"
    assert ran.outputs["TaskDefinitionArn"] == service(ministack)["taskDefinition"] == f"{FAMILY}:2"
