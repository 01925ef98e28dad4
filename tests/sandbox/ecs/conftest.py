"""A fake ECS for each test, called as the transport calls it; time passes when a test lets it."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, Ending, FailurePlan
from ecs_steps.sandbox.ecs.strategy_scenarios import STRATEGY_SCENARIOS
from ecs_steps.sandbox.timeline import Timeline
from sandbox.ecs.storefront import Storefront


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


@pytest.fixture
def begin(timeline: Timeline) -> Callable[[EcsPlan], EcsBackend]:
    """Start an ECS with a plan."""

    def begin(plan: EcsPlan) -> EcsBackend:
        seeded = random.Random(7)  # noqa: S311  repeatable ids, not secrets
        return EcsBackend(timeline, plan, region="eu-west-1", account="123456789012", random=seeded)

    return begin


@pytest.fixture
def ecs(begin: Callable[[EcsPlan], EcsBackend]) -> EcsBackend:
    """Start the healthy fixtures."""
    return begin(EcsPlan())


@pytest.fixture
def failing_ecs(begin: Callable[[EcsPlan], EcsBackend]) -> Callable[..., EcsBackend]:
    """Start an ECS where every new task ends in one way."""

    def failing_ecs(ending: Ending, *log: str) -> EcsBackend:
        return begin(EcsPlan(failure_plans=(FailurePlan(ending=ending, log=log),)))

    return failing_ecs


@pytest.fixture
def later(timeline: Timeline) -> Callable[[float], None]:
    """Let seconds pass."""

    def later(seconds: float) -> None:
        timeline.advance_to(timeline.now + timedelta(seconds=seconds))

    return later


@pytest.fixture
def register() -> Callable[..., str]:
    """Register another revision of a family, with other members where they are given; return its ARN."""

    def register(ecs: EcsBackend, family: str = "orders", **members: object) -> str:
        known = ecs.describe_task_definition({"taskDefinition": family})["taskDefinition"]
        written = ("taskDefinitionArn", "revision", "status", "registeredAt", "registeredBy")
        output = (*written, "compatibilities", "requiresAttributes")
        request = {name: value for name, value in known.items() if name not in output} | members
        arn: str = ecs.register_task_definition(request)["taskDefinition"]["taskDefinitionArn"]
        return arn

    return register


@pytest.fixture
def deploy(register: Callable[..., str]) -> Callable[..., str]:
    """Deploy another revision to a service of the cluster `shop`; return the deployment's id."""

    def deploy(ecs: EcsBackend, service: str = "orders", **update: object) -> str:
        request = {"cluster": "shop", "service": service, "taskDefinition": register(ecs, service)}
        updated = ecs.update_service(request | update)["service"]
        deployment_id: str = updated["deployments"][0]["id"]
        return deployment_id

    return deploy


@pytest.fixture
def describe() -> Callable[..., dict[str, Any]]:
    """Describe a service of the cluster `shop`."""

    def describe(ecs: EcsBackend, service: str = "orders") -> dict[str, Any]:
        described = ecs.describe_services({"cluster": "shop", "services": [service], "include": ["TAGS"]})
        seen: dict[str, Any] = described["services"][0]
        return seen

    return describe


@pytest.fixture
def messages(describe: Callable[..., dict[str, Any]]) -> Callable[..., list[str]]:
    """Read the messages of a service's events, oldest first."""

    def messages(ecs: EcsBackend, service: str = "orders") -> list[str]:
        return [event["message"] for event in reversed(describe(ecs, service)["events"])]

    return messages


@pytest.fixture
def tasks() -> Callable[..., list[dict[str, Any]]]:
    """Describe the tasks that a deployment started, those on their way out with ``STOPPED``."""

    def tasks(ecs: EcsBackend, started_by: str, desired_status: str = "RUNNING") -> list[dict[str, Any]]:
        listed = ecs.list_tasks(
            {"cluster": "shop", "startedBy": started_by, "desiredStatus": desired_status}
        )["taskArns"]
        if not listed:
            return []
        described: list[dict[str, Any]] = ecs.describe_tasks({"cluster": "shop", "tasks": listed})["tasks"]
        return described

    return tasks


@pytest.fixture
def enter_storefront(
    begin: Callable[[EcsPlan], EcsBackend], timeline: Timeline, register: Callable[..., str]
) -> Callable[..., Storefront]:
    """Start an ECS with a plan, a scenario, or a configuration of the service `storefront`."""

    def enter(plan: EcsPlan | str | dict[str, Any]) -> Storefront:
        match plan:
            case str():
                plan = STRATEGY_SCENARIOS[plan][1]
            case dict():
                plan = EcsPlan(services=plan)
        return Storefront(begin(plan), timeline, register)

    return enter
