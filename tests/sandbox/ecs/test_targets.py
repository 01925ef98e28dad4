"""The targets of tasks in Elastic Load Balancing."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, FailsTargetHealth, FailurePlan, TargetGroupSettings
from ecs_steps.sandbox.service_error import ServiceError

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/0123456789abcdef"


def health(ecs: EcsBackend) -> list[dict[str, str]]:
    reply = ecs.elbv2.describe_target_health({"TargetGroupArn": GROUP})
    return [described["TargetHealth"] for described in reply["TargetHealthDescriptions"]]


def test_the_targets_of_a_steady_service_are_healthy(ecs: EcsBackend) -> None:
    assert health(ecs) == [{"State": "healthy"}] * 2


def test_a_new_target_is_initial_then_healthy_and_an_old_one_drains(
    ecs: EcsBackend, deploy: Deploy, later: Later
) -> None:
    deploy(ecs)

    later(30)
    initial = health(ecs)[2:]
    later(20)
    draining = health(ecs)[:2]
    later(60)

    assert [target["Reason"] for target in initial] == ["Elb.InitialHealthChecking"] * 2
    assert [(t["State"], t["Reason"]) for t in draining] == [
        ("draining", "Target.DeregistrationInProgress")
    ] * 2
    assert health(ecs) == [{"State": "healthy"}] * 2


def test_an_unhealthy_target_has_a_reason_until_its_task_is_stopped(
    begin: Begin, deploy: Deploy, later: Later
) -> None:
    ending = FailsTargetHealth(reason="Target.Timeout", description="Request timed out")
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=ending),)))
    deploy(ecs)

    later(44)

    assert health(ecs)[2] == {
        "State": "unhealthy",
        "Reason": "Target.Timeout",
        "Description": "Request timed out",
    }


def test_targets_are_narrowed_to_those_requested(ecs: EcsBackend) -> None:
    described = ecs.elbv2.describe_target_health({"TargetGroupArn": GROUP})["TargetHealthDescriptions"]
    wanted = described[1]["Target"]

    narrowed = ecs.elbv2.describe_target_health({"TargetGroupArn": GROUP, "Targets": [{"Id": wanted["Id"]}]})

    assert [target["Target"] for target in narrowed["TargetHealthDescriptions"]] == [wanted]


def test_target_groups_have_the_plans_settings(begin: Begin) -> None:
    settings = TargetGroupSettings(
        health_check_interval=30, healthy_threshold=5, unhealthy_threshold=4, deregistration_delay=300
    )
    ecs = begin(EcsPlan(target_group=settings))

    group: dict[str, Any] = ecs.elbv2.describe_target_groups({"TargetGroupArns": [GROUP]})["TargetGroups"][0]
    attributes = ecs.elbv2.describe_target_group_attributes({"TargetGroupArn": GROUP})["Attributes"]

    assert (
        group["HealthCheckIntervalSeconds"],
        group["HealthyThresholdCount"],
        group["UnhealthyThresholdCount"],
    ) == (30, 5, 4)
    assert (group["TargetGroupName"], group["Port"]) == ("orders", 8080)
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "300"} in attributes


def test_all_target_groups_are_those_that_exist(ecs: EcsBackend) -> None:
    described = ecs.elbv2.describe_target_groups({})

    groups = described["TargetGroups"]
    assert [group["TargetGroupName"] for group in groups] == [
        "checkout-blue",
        "checkout-green",
        "orders",
        "storefront-blue",
        "storefront-green",
    ]
    assert [len(group["LoadBalancerArns"]) for group in groups] == [1, 1, 0, 1, 1]


@pytest.mark.parametrize("operation", ["describe_target_health", "describe_target_group_attributes"])
def test_an_unknown_target_group_is_not_found(ecs: EcsBackend, operation: str) -> None:
    with pytest.raises(ServiceError) as refused:
        getattr(ecs.elbv2, operation)({"TargetGroupArn": GROUP.replace("orders", "unknown")})

    assert (refused.value.code, refused.value.message) == (
        "TargetGroupNotFound",
        "One or more target groups not found",
    )


def test_slow_draining_delays_the_completion(
    begin: Begin, deploy: Deploy, later: Later, describe: Callable[..., dict[str, Any]]
) -> None:
    ecs = begin(EcsPlan(target_group=TargetGroupSettings(deregistration_delay=300)))
    deploy(ecs)

    states = []
    for seconds in (300, 100):
        later(seconds)
        states.append(describe(ecs)["deployments"][0]["rolloutState"])

    assert states == ["IN_PROGRESS", "COMPLETED"]


def test_target_groups_are_found_by_name_and_by_load_balancer(ecs: EcsBackend) -> None:
    [balancer] = ecs.elbv2.describe_load_balancers({})["LoadBalancers"]

    named = ecs.elbv2.describe_target_groups({"Names": ["checkout-green"]})["TargetGroups"]
    behind = ecs.elbv2.describe_target_groups({"LoadBalancerArn": balancer["LoadBalancerArn"]})

    assert [group["TargetGroupName"] for group in named] == ["checkout-green"]
    assert len(behind["TargetGroups"]) == 4
    with pytest.raises(ServiceError, match="not found"):
        ecs.elbv2.describe_target_groups({"Names": ["checkout-red"]})
