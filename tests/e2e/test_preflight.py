"""Preflight and discovery against an emulator that others wrote, where it has the service."""

import json
from typing import Any

import pytest

from e2e.initial_states import create_orders_service, reset_with_clusters
from ecs_steps import DiscoverEcsTargetsStep, UpdateEcsServiceStep
from ecs_steps.clock import SystemClock
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.scope import Guard
from ecs_steps.preflight.check import Status, run_checks
from ecs_steps.preflight.plan import FileSystem, LogGroup, TaskPlan
from ecs_steps.preflight.table import CHECKS
from ecs_steps.steps.update_ecs_service.preflight import task_plan
from explaining.runs import variables
from peers.ministack import Ministack

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
NOT_THERE = {"permissions", "quotas", "route"}
"""Checks of what ministack has not or answers differently; they are tried in the sandbox."""


@pytest.fixture
def aws(ministack: Ministack) -> Ministack:
    reset_with_clusters(ministack)
    return ministack


def context_of(aws: Ministack) -> DeploymentContext:
    return DeploymentContext(aws=aws.clients(), clock=SystemClock(), report=lambda _: None, deadline=None)


def found(aws: Ministack, plan: TaskPlan) -> dict[str, set[Status]]:
    results: dict[str, set[Status]] = {}
    # A registry that cannot be reached is tried for minutes.
    checks = [check for check in CHECKS if check.name != "images"]
    for each in run_checks(checks, plan, context_of(aws)).results:
        results.setdefault(each.check, set()).add(each.found.status)
    return results


def complete(aws: Ministack) -> TaskPlan:
    """Make what a deployment needs, and return its plan."""
    ec2, iam = aws.client("ec2"), aws.client("iam")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=vpc)["GroupId"]
    role = iam.create_role(RoleName="task", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    secret = aws.client("secretsmanager").create_secret(Name="database", SecretString="x")["ARN"]
    aws.client("logs").create_log_group(logGroupName="/shop/web")
    return TaskPlan(
        guard=Guard(cluster="shop"),
        task_role=role,
        secrets=(secret,),
        subnets=(subnet,),
        security_groups=(group,),
        log_groups=(LogGroup(name="/shop/web"),),
    )


def test_nothing_fails_where_everything_is_there(aws: Ministack) -> None:
    results = found(aws, complete(aws))

    assert results["cluster"] == results["roles"] == results["secrets"] == {Status.PASSED}
    assert (results["network"], results["log groups"]) == ({Status.PASSED}, {Status.PASSED}), results
    failed = {name for name, statuses in results.items() if Status.FAILED in statuses}
    assert failed <= NOT_THERE


def test_what_is_not_there_fails(aws: Ministack) -> None:
    plan = TaskPlan(
        guard=Guard(cluster="nowhere"),
        task_role="arn:aws:iam::123456789012:role/absent",
        secrets=("arn:aws:secretsmanager:eu-west-1:123456789012:secret:absent-AbCdEf", "/absent"),
        subnets=("subnet-00000000",),
        security_groups=("sg-00000000",),
        log_groups=(LogGroup(name="/absent"),),
        file_systems=(FileSystem(file_system="fs-00000000"),),
        target_groups=(("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/x/1", 80),),
    )

    results = found(aws, plan)

    expected = (
        {check.name for check in CHECKS} - NOT_THERE - {"environment", "stack", "images", "file systems"}
    )
    assert {name for name, statuses in results.items() if Status.FAILED in statuses} >= expected


def test_the_plan_of_an_update_is_read_from_the_service(aws: Ministack) -> None:
    create_orders_service(aws)
    step = UpdateEcsServiceStep(variables("update"))

    plan = task_plan(step.inputs, step.iam_policy(), context_of(aws))

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
