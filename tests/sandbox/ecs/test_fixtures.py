"""The services that were made by hand."""

import random
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.timeline import Timeline


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("ecs")


def definition(ecs: EcsBackend, family: str) -> dict[str, Any]:
    described: dict[str, Any] = ecs.describe_task_definition({"taskDefinition": family})["taskDefinition"]
    return described


def test_the_fargate_service_has_what_an_update_may_not_lose(ecs: EcsBackend) -> None:
    orders = definition(ecs, "orders")

    web, router = orders["containerDefinitions"]
    assert (web["name"], router["name"]) == ("web", "log-router")
    present = {"secrets", "environment", "dockerLabels", "mountPoints", "healthCheck", "dependsOn", "ulimits"}
    assert present <= set(web)
    assert {"runtimePlatform", "ephemeralStorage", "volumes", "taskRoleArn"} <= set(orders)


def test_the_instance_service_has_what_fargate_has_not(ecs: EcsBackend) -> None:
    billing = definition(ecs, "billing")

    worker = billing["containerDefinitions"][0]
    assert (billing["networkMode"], worker["links"]) == ("bridge", ["cache:cache"])
    assert worker["memoryReservation"] == 256
    assert billing["placementConstraints"][0]["type"] == "memberOf"


@pytest.mark.parametrize("family", ["orders", "billing"])
def test_families_carry_tags_of_people_and_of_aws(ecs: EcsBackend, family: str) -> None:
    tags = ecs.describe_task_definition({"taskDefinition": family, "include": ["TAGS"]})["tags"]

    of_aws = [tag["key"] for tag in tags if tag["key"].startswith("aws:")]
    assert 0 < len(of_aws) < len(tags)


def test_newer_members_are_where_the_plan_puts_them(
    begin: Callable[[EcsPlan], EcsBackend], model: ServiceModel
) -> None:
    ecs = begin(EcsPlan(newer_members={"futureA": 1}, newer_container_members={"futureB": [2]}))

    orders = definition(ecs, "orders")

    assert "futureA" not in model.shape_for("TaskDefinition").members  # type: ignore[attr-defined]  # a structure
    assert (orders["futureA"], orders["containerDefinitions"][0]["futureB"]) == (1, [2])


@pytest.mark.parametrize("family", ["orders", "billing"])
def test_a_described_task_definition_fits_botocores_model(
    ecs: EcsBackend, model: ServiceModel, family: str
) -> None:
    report = ParamValidator().validate(definition(ecs, family), model.shape_for("TaskDefinition"))

    assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "us-gov-west-1"])
def test_arns_have_the_partition_of_their_region(region: str) -> None:
    partition = {"eu": "aws", "cn": "aws-cn", "us": "aws-us-gov"}[region[:2]]
    seeded = random.Random(1)  # noqa: S311  repeatable ids, not secrets

    ecs = EcsBackend(Timeline(), EcsPlan(), region=region, account="123456789012", random=seeded)

    assert definition(ecs, "orders")["taskDefinitionArn"].startswith(f"arn:{partition}:ecs:{region}:")
