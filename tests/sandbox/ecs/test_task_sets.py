"""Task sets of an EXTERNAL service: what the five operations do and refuse."""

import math
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import botocore.session
import hypothesis.strategies as st
import pytest
from botocore.validate import ParamValidator
from hypothesis import given

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, SpotReclaimed, Superseded
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline
from sandbox.ecs.checkout import SERVICE, Checkout

LIMIT = (
    "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit."
)
OTHER_CONTROLLER = (
    "Amazon ECS only supports task set management on services configured to use external deployment "
    "controllers."
)


@pytest.fixture
def shop(ecs: EcsBackend, timeline: Timeline) -> Checkout:
    return Checkout(ecs, timeline)


def error_of(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ServiceError) as caught:
        call()
    return caught.value.code, caught.value.message


def test_the_service_starts_with_one_primary_set_that_serves(shop: Checkout) -> None:
    [primary] = shop.sets

    assert (primary["status"], primary["stabilityStatus"]) == ("PRIMARY", "STEADY_STATE")
    assert (primary["runningCount"], primary["computedDesiredCount"]) == (2, 2)
    assert shop.healthy_targets("blue") == 2
    service = shop.service
    assert service["taskSets"] == [primary]
    assert service["deployments"] == []
    assert not {"taskDefinition", "launchType", "networkConfiguration"} & service.keys()
    assert service["loadBalancers"] == []
    assert service["runningCount"] == 2


def test_a_set_starts_its_tasks_and_is_steady_when_all_of_them_are_healthy(shop: Checkout) -> None:
    created = shop.create(externalId="Deployments-7")

    assert created["id"].startswith("ecs-svc/")
    assert created["taskSetArn"].endswith(f":task-set/shop/checkout/{created['id']}")
    assert (created["status"], created["stabilityStatus"]) == ("ACTIVE", "STABILIZING")
    assert created["externalId"] == "Deployments-7"
    shop.later(10)
    assert shop.set(created["id"])["pendingCount"] == 2
    shop.later(25)
    assert (shop.set(created["id"])["runningCount"], shop.healthy_targets("green")) == (2, 0)
    assert shop.set(created["id"])["stabilityStatus"] == "STABILIZING"
    shop.later(30)
    assert shop.set(created["id"])["stabilityStatus"] == "STEADY_STATE"
    assert shop.set(created["id"])["stabilityStatusAt"] > created["createdAt"]
    assert shop.healthy_targets("green") == 2
    assert shop.service["runningCount"] == 4


def test_tasks_name_their_set(shop: Checkout) -> None:
    created = shop.create()
    shop.later(5)

    listed = shop.ecs.list_tasks({"cluster": "shop", "startedBy": created["id"]})["taskArns"]
    tasks = shop.ecs.describe_tasks({"cluster": "shop", "tasks": listed})["tasks"]

    assert [(task["startedBy"], task["group"]) for task in tasks] == [(created["id"], "service:checkout")] * 2


@given(desired=st.integers(0, 30), percent=st.integers(0, 1000))
def test_a_share_of_the_tasks_is_rounded_up(desired: int, percent: int) -> None:
    timeline = Timeline()
    seeded = random.Random(1)  # noqa: S311  repeatable ids, not secrets
    shop = Checkout(
        EcsBackend(timeline, EcsPlan(), region="eu-west-1", account="123456789012", random=seeded), timeline
    )
    shop.ecs.update_service(SERVICE | {"desiredCount": desired})

    created = shop.create(scale=percent / 10)
    shop.later(180)

    computed = math.ceil(desired * percent / 1000)
    described = shop.set(created["id"])
    assert (described["computedDesiredCount"], described["runningCount"]) == (computed, computed)
    assert described["stabilityStatus"] == "STEADY_STATE"
    assert shop.healthy_targets("green") == computed


def test_a_set_is_scaled_up_and_down(shop: Checkout) -> None:
    created = shop.create(scale=0)
    assert created["stabilityStatus"] == "STEADY_STATE"

    shop.scale(created["id"], 100)
    assert shop.set(created["id"])["stabilityStatus"] == "STABILIZING"
    shop.later(90)
    assert shop.set(created["id"])["runningCount"] == 2

    shop.scale(created["id"], 50)
    shop.later(90)
    described = shop.set(created["id"])
    assert (described["runningCount"], described["stabilityStatus"]) == (1, "STEADY_STATE")


def test_all_sets_follow_the_desired_count_of_their_service(shop: Checkout) -> None:
    created = shop.create(scale=50)
    shop.later(90)

    shop.ecs.update_service(SERVICE | {"desiredCount": 5})
    shop.later(90)

    assert [each["runningCount"] for each in shop.sets] == [5, 3]
    assert shop.set(created["id"])["computedDesiredCount"] == 3


def test_the_primary_changes_places(shop: Checkout) -> None:
    before = shop.primary
    created = shop.create()
    shop.later(90)

    shop.promote(created["id"])

    assert {each["id"]: each["status"] for each in shop.sets} == {before: "ACTIVE", created["id"]: "PRIMARY"}


def test_a_deleted_set_drains_and_is_gone_when_its_tasks_have_stopped(shop: Checkout) -> None:
    created = shop.create()
    shop.later(90)

    shop.delete(created["id"], force=True)
    shop.later(5)
    described = shop.set(created["id"])
    assert (described["status"], described["computedDesiredCount"]) == ("DRAINING", 0)
    assert described["runningCount"] == 0
    shop.later(90)

    assert [each["status"] for each in shop.sets] == ["PRIMARY"]
    assert shop.healthy_targets("green") == 0
    missing = shop.ecs.describe_task_sets(SERVICE | {"taskSets": [created["id"]]})
    assert missing == {"taskSets": [], "failures": [{"arn": created["taskSetArn"], "reason": "MISSING"}]}


def test_sets_are_found_by_id_and_by_arn(shop: Checkout) -> None:
    created = shop.create(tags=[{"key": "team", "value": "shop"}])

    for reference in (created["id"], created["taskSetArn"]):
        [found] = shop.ecs.describe_task_sets(SERVICE | {"taskSets": [reference], "include": ["TAGS"]})[
            "taskSets"
        ]
        assert (found["id"], found["tags"]) == (created["id"], [{"key": "team", "value": "shop"}])
    assert "tags" not in shop.set(created["id"])


def test_tags_of_a_set_are_changed_by_its_arn(shop: Checkout) -> None:
    created = shop.create()

    shop.ecs.tag_resource({"resourceArn": created["taskSetArn"], "tags": [{"key": "a", "value": "1"}]})

    tags = shop.ecs.list_tags_for_resource({"resourceArn": created["taskSetArn"]})["tags"]
    assert tags == [{"key": "a", "value": "1"}]


def test_a_client_token_makes_one_set(shop: Checkout) -> None:
    first = shop.create(clientToken="t-1")
    again = shop.create(clientToken="t-1")
    other = shop.create(clientToken="t-2")

    assert first["id"] == again["id"]
    assert len({first["id"], other["id"]}) == 2
    assert len(shop.sets) == 3


def test_the_sixth_set_is_refused_while_drained_ones_are_there(shop: Checkout) -> None:
    ids = [shop.create(scale=0)["id"] for _ in range(3)] + [shop.create()["id"]]
    shop.later(90)

    assert error_of(shop.create) == ("InvalidParameterException", LIMIT)
    shop.delete(ids[-1], force=True)
    shop.later(1)
    assert error_of(shop.create) == ("InvalidParameterException", LIMIT)
    shop.later(90)
    assert shop.create()["status"] == "ACTIVE"


@pytest.mark.parametrize("service", ["orders", "storefront"])
def test_services_of_other_controllers_have_no_task_sets(shop: Checkout, service: str) -> None:
    code = ("InvalidParameterException", OTHER_CONTROLLER)

    assert error_of(lambda: shop.create(service=service)) == code
    assert error_of(lambda: shop.ecs.describe_task_sets({"cluster": "shop", "service": service})) == code


def test_deleting_without_force_is_refused_while_it_matters(shop: Checkout) -> None:
    created = shop.create()

    assert error_of(lambda: shop.delete(shop.primary)) == (
        "InvalidParameterException",
        "Primary TaskSet cannot be deleted",
    )
    assert error_of(lambda: shop.delete(created["id"]))[0] == "InvalidParameterException"
    shop.scale(created["id"], 0)
    shop.delete(created["id"])
    assert shop.set(created["id"])["status"] == "DRAINING"


def test_a_set_that_drains_is_not_changed_again(shop: Checkout) -> None:
    created = shop.create()
    shop.later(90)
    shop.delete(created["id"], force=True)

    assert error_of(lambda: shop.scale(created["id"], 10))[0] == "InvalidParameterException"
    assert error_of(lambda: shop.promote(created["id"]))[0] == "InvalidParameterException"


def test_an_unknown_set_is_not_found(shop: Checkout) -> None:
    unknown = "ecs-svc/1111111111111111111"

    for operation in (shop.promote, shop.delete, partial(shop.scale, value=10)):
        assert error_of(partial(operation, unknown))[0] == "TaskSetNotFoundException"


@pytest.mark.parametrize(
    "members",
    [
        {"scale": 101.0},
        {"scale": -1.0},
        {"clientToken": "x" * 37},
        {"clientToken": "with space"},
        {"networkConfiguration": None},
        {"loadBalancers": [{"containerName": "web", "containerPort": 8080, "targetGroupArn": "unknown"}]},
    ],
)
def test_what_cannot_run_is_refused(shop: Checkout, members: dict[str, Any]) -> None:
    assert error_of(lambda: shop.create(**members))[0] == "InvalidParameterException"
    assert len(shop.sets) == 1


def test_a_set_has_one_target_group_at_most(shop: Checkout) -> None:
    balancers = [
        {"targetGroupArn": shop.group(colour), "containerName": "web", "containerPort": 8080}
        for colour in ("blue", "green")
    ]

    assert error_of(lambda: shop.create(loadBalancers=balancers))[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "member",
    [
        {"taskDefinition": "checkout"},
        {"forceNewDeployment": True},
        {"platformVersion": "1.4.0"},
        {"loadBalancers": []},
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}},
        {"serviceRegistries": []},
        {"capacityProviderStrategy": []},
    ],
    ids=lambda member: next(iter(member)),
)
def test_an_update_of_what_sets_have_is_refused(shop: Checkout, member: dict[str, Any]) -> None:
    code, message = error_of(lambda: shop.ecs.update_service(SERVICE | member))

    assert code == "InvalidParameterException"
    assert message.endswith("services with an EXTERNAL deployment controller.")


@pytest.mark.parametrize(
    "member",
    [
        {"taskDefinition": "checkout"},
        {"launchType": "FARGATE"},
        {"loadBalancers": [{"containerName": "web"}]},
        {"schedulingStrategy": "DAEMON"},
    ],
    ids=lambda member: next(iter(member)),
)
def test_an_external_service_is_created_without_what_sets_have(
    shop: Checkout, member: dict[str, Any]
) -> None:
    bare = {"cluster": "shop", "serviceName": "bare", "deploymentController": {"type": "EXTERNAL"}}

    assert error_of(lambda: shop.ecs.create_service(bare | member))[0] == "InvalidParameterException"
    created = shop.ecs.create_service(bare)["service"]
    assert (created["deployments"], created["desiredCount"]) == ([], 0)
    assert "taskDefinition" not in created


def test_a_service_that_ecs_deploys_needs_a_task_definition(shop: Checkout) -> None:
    code, message = error_of(
        lambda: shop.ecs.create_service({"cluster": "shop", "serviceName": "bare", "desiredCount": 1})
    )

    assert (code, message) == ("InvalidParameterException", "taskDefinition can not be blank.")


def test_a_deleted_service_takes_its_sets_with_it(shop: Checkout) -> None:
    shop.create()
    shop.later(90)

    shop.ecs.delete_service(SERVICE | {"force": True})
    shop.later(1)
    assert error_of(shop.create)[0] == "ServiceNotActiveException"
    shop.later(120)

    assert (shop.service["status"], shop.service["runningCount"]) == ("INACTIVE", 0)
    assert "taskSets" not in shop.service


def test_a_task_that_is_taken_away_is_replaced(
    begin: Callable[[EcsPlan], EcsBackend], timeline: Timeline
) -> None:
    shop = Checkout(begin(EcsPlan(events=(SpotReclaimed(after=90), Superseded(after=95)))), timeline)
    created = shop.create()

    shop.later(92)
    assert shop.set(created["id"])["stabilityStatus"] == "STABILIZING"
    shop.later(120)

    assert shop.set(created["id"])["stabilityStatus"] == "STEADY_STATE"
    assert [each["status"] for each in shop.sets] == ["PRIMARY", "ACTIVE"]


def test_a_described_set_fits_botocores_model(shop: Checkout) -> None:
    shop.create(externalId="x", tags=[{"key": "a", "value": "b"}])
    model = botocore.session.get_session().get_service_model("ecs")

    sets = shop.ecs.describe_task_sets(SERVICE | {"include": ["TAGS"]})["taskSets"]

    for described in sets:
        report = ParamValidator().validate(described, model.shape_for("TaskSet"))
        assert not report.has_errors(), report.generate_report()
        assert set(described) <= set(model.shape_for("TaskSet").members)  # type: ignore[attr-defined]  # a structure
