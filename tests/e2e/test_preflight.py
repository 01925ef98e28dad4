"""Preflight and discovery against an emulator that others wrote, where it has the service."""

from collections.abc import Mapping
from typing import Any

import pytest

from e2e.initial_states import create_orders_service, reset_with_clusters
from ecs_steps import DiscoverEcsTargetsStep, UpdateEcsServiceStep
from ecs_steps.clock import SystemClock
from ecs_steps.context import DeploymentContext
from explaining.runs import variables
from peers.ministack import Ministack
from preflight.account import Account, complete
from preflight.cases import CASES

DIFFERENT = {
    "permissions": "its caller is the root of the account, which IAM's simulator takes no policy of",
    "and the step may pass it": "the same",
    "images": "they are in registries, and those are tried with docker-registry",
    "quotas": "it has no Service Quotas",
    "fs-00000000 does not exist": "it answers that such a file system has no mount targets",
}
"""Checks, and texts of one, that are tried in the sandbox alone, and why."""


@pytest.fixture
def aws(ministack: Ministack) -> Ministack:
    reset_with_clusters(ministack)
    return ministack


def context_of(aws: Ministack) -> DeploymentContext:
    return DeploymentContext(aws=aws.clients(), clock=SystemClock(), report=lambda _: None, deadline=None)


def complete_account(aws: Ministack) -> Account:
    made = aws.client("elbv2").create_load_balancer(Name="shop", Type="application")
    account = Account(aws.clients(), balancer=made["LoadBalancers"][0]["LoadBalancerArn"])
    complete(account)
    return account


def test_what_is_there_passes_and_what_is_not_fails_as_in_the_sandbox(aws: Ministack) -> None:
    account = complete_account(aws)

    for name, act, status, text in CASES:
        if DIFFERENT.keys() & {name, text} or not (act is None or isinstance(act, Mapping)):
            continue
        account.changes = dict(act or {})
        found = account.found(name)
        assert any(each.status is status and text in each.text for each in found), (name, act, found)


def test_the_plan_of_an_update_is_read_from_the_service(aws: Ministack) -> None:
    create_orders_service(aws)
    step = UpdateEcsServiceStep(variables("update"))

    plan = step._task_plan(context_of(aws))

    assert plan.subnets
    assert plan.target_groups
    assert plan.execution_role.endswith("role/orders-execution")


def test_discovery_finds_a_cluster_by_its_tags(aws: Ministack) -> None:
    tags: Any = [
        {"key": "octopus-environment", "value": "Test"},
        {"key": "Octopus-Role", "value": "ECS-orders"},
    ]
    aws.client("ecs").create_cluster(clusterName="shop-test", tags=tags)
    step = DiscoverEcsTargetsStep(
        {"Octopus.Environment.Name": "test", "Octopus.Action.Aws.Ecs.Discovery.Roles": "ecs-orders"}
    )

    result = step.run(aws=aws.clients(), report=lambda _: None)

    assert result.outputs["TargetNames"] == "aws-ecs/eu-west-1/shop-test"
