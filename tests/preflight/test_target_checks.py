"""The health of a target: each check passes, fails and is skipped."""

from collections.abc import Iterator, Mapping

import pytest
from attrs import evolve

from ecs_steps.aws.container_instances import ContainerInstance
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.scope import DeploymentScope, Guard
from ecs_steps.preflight.check import Status
from ecs_steps.preflight.plan import TaskPlan
from ecs_steps.preflight.target_checks import check_target, judge_instances
from ecs_steps.sandbox import Fault, FaultKind, Sandbox

TAGS = {"octopus-environment": "Test", "octopus-role": "ecs-orders"}


@pytest.fixture
def aws() -> Iterator[Sandbox]:
    with Sandbox() as aws:
        yield aws


def table(
    aws: Sandbox, plan: TaskPlan, tags: Mapping[str, str] = TAGS
) -> dict[str, list[tuple[Status, str]]]:
    arn = f"arn:aws:ecs:{aws.region}:123456789012:cluster/shop"
    items = [{"key": key, "value": value} for key, value in tags.items()]
    aws.ecs.tag_resource({"resourceArn": arn, "tags": items})
    context = DeploymentContext(aws=aws.clients, clock=aws.clock, report=lambda _: None, deadline=None)
    results: dict[str, list[tuple[Status, str]]] = {}
    for result in check_target(plan, context).results:
        results.setdefault(result.check, []).append((result.found.status, result.found.text))
    return results


def plan(cluster: str = "shop", environment: str = "Test") -> TaskPlan:
    scope = DeploymentScope(environment=environment)
    return TaskPlan(guard=Guard(scope=scope, cluster=cluster), target_tags=("ecs-orders",))


def test_a_healthy_target_passes(aws: Sandbox) -> None:
    results = table(aws, plan())

    assert results["cluster"][0][0] is Status.PASSED
    assert results["environment"][0][0] is Status.PASSED
    assert results["tags"] == [(Status.PASSED, "it is a target of Test: ecs-orders")]
    assert results["capacity"] == [
        (Status.PASSED, "7 tasks run, 0 are pending; capacity providers: none"),
        (Status.SKIPPED, "the cluster has no container instances"),
    ]


def test_tags_that_do_not_fit_fail_with_the_reasons(aws: Sandbox) -> None:
    results = table(aws, plan(), {"octopus-environment": "Production", "octopus-role": "ecs-orders"})

    [(status, text)] = results["tags"]
    assert status is Status.FAILED
    assert "its tag octopus-environment is Production; wanted is Test" in text
    assert results["environment"][0][0] is Status.FAILED


def test_a_cluster_that_does_not_exist_fails_once(aws: Sandbox) -> None:
    results = table(aws, plan("nowhere"))

    statuses = {name: [status for status, _ in found] for name, found in results.items()}
    assert statuses["cluster"] == [Status.FAILED]
    assert [name for name, found in statuses.items() if Status.FAILED in found] == ["cluster"]


def test_a_denied_read_is_a_skip_that_names_the_action(aws: Sandbox) -> None:
    aws.faults.apply(Fault("DescribeClusters", FaultKind.ACCESS_DENIED))

    results = table(aws, plan())

    assert all(status is Status.SKIPPED for found in results.values() for status, _ in found)
    assert "Allow ecs:DescribeClusters" in results["cluster"][0][1]


def register(aws: Sandbox, *states: str) -> None:
    """Register a container instance for each state that one is to have."""
    for state in states:
        made = aws.ecs.register_container_instance({"cluster": "shop"})["containerInstance"]
        named = {"cluster": "shop", "containerInstances": [made["containerInstanceArn"]], "status": state}
        aws.ecs.update_container_instances_state(named)


@pytest.mark.parametrize(
    ("states", "status", "text"),
    [
        (("ACTIVE", "DRAINING"), Status.PASSED, "1 container instances are ACTIVE and connected"),
        (("DRAINING",), Status.FAILED, "add one, or end the draining of one"),
        ((), Status.SKIPPED, "the cluster has no container instances"),
        (("ACTIVE",) * 101, Status.PASSED, "101 container instances are ACTIVE"),
    ],
)
def test_the_container_instances_of_a_cluster_are_read(
    states: tuple[str, ...], status: Status, text: str, aws: Sandbox
) -> None:
    register(aws, *states)

    [_, found] = table(aws, plan())["capacity"]

    assert (found[0], text in found[1]) == (status, True)


@pytest.mark.parametrize("operation", ["ListContainerInstances", "DescribeContainerInstances"])
def test_container_instances_that_may_not_be_read_are_a_skip_that_names_the_action(
    operation: str, aws: Sandbox
) -> None:
    register(aws, "ACTIVE")
    aws.faults.apply(Fault(operation, FaultKind.ACCESS_DENIED))

    [(_, text), (status, why)] = table(aws, plan())["capacity"]

    assert "7 tasks run" in text
    assert status is Status.SKIPPED
    assert f"Allow ecs:{operation} on " in why


def test_a_step_that_may_not_do_its_work_on_the_target_fails(aws: Sandbox) -> None:
    iam = aws.clients.service("iam")
    iam.create_user(UserName="moto")
    arn = f"arn:aws:ecs:{aws.region}:123456789012:service/shop/orders"
    policy = {"Statement": [{"Action": ["ecs:UpdateService"], "Resource": [arn]}]}

    [(status, text)] = table(aws, evolve(plan(), policy=policy))["permissions"]
    [(without_step, why)] = table(aws, plan())["permissions"]

    assert (status, without_step) == (Status.FAILED, Status.SKIPPED)
    assert f"ecs:UpdateService on {arn}" in text
    assert "--step says whose permissions are checked" in why


def instance(status: str = "ACTIVE", *, connected: bool = True) -> ContainerInstance:
    return ContainerInstance(arn="arn:x/i-1", status=status, is_connected=connected)


@pytest.mark.parametrize(
    ("instances", "status", "text"),
    [
        (
            [instance(), instance("DRAINING", connected=False)],
            Status.PASSED,
            "1 container instances are ACTIVE",
        ),
        ([instance(), instance(connected=False)], Status.FAILED, "the agent of i-1 is not connected"),
        ([instance("DRAINING")], Status.FAILED, "no container instance is ACTIVE"),
    ],
)
def test_instances_are_judged_by_their_agents(
    instances: list[ContainerInstance], status: Status, text: str
) -> None:
    found = judge_instances(instances)

    assert found.status is status
    assert text in found.text
