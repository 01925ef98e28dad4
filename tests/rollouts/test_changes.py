from datetime import UTC, datetime

import pytest

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import RevisionShare, ServiceDeployment
from ecs_steps.reporting.events import Reported, RolloutChanged
from ecs_steps.rollouts.changes import ChangeReporter

THEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def deployment(deployment_id: str, *, is_primary: bool) -> Deployment:
    return Deployment(
        deployment_id=deployment_id,
        is_primary=is_primary,
        task_definition="arn:aws:ecs:eu-west-1:123456789012:task-definition/web:8",
        rollout_state="IN_PROGRESS",
        rollout_reason="",
        desired=2,
        running=1,
        pending=1,
        failed=0,
        created_at=THEN,
    )


SERVICE = Service(
    arn="arn:aws:ecs:eu-west-1:123456789012:service/shop/web",
    name="web",
    cluster_arn="arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
    status="ACTIVE",
    task_definition="arn:aws:ecs:eu-west-1:123456789012:task-definition/web:8",
    controller="ECS",
    desired=2,
    running=2,
    has_breaker=False,
    target_groups=(),
    deployments=(deployment("ecs-svc/2", is_primary=True), deployment("ecs-svc/1", is_primary=False)),
    events=(),
    tags=(),
)
TARGET = DeploymentRef(task_definition=SERVICE.task_definition, deployment_id="ecs-svc/2", since=THEN)


def record(weight: float | None) -> ServiceDeployment:
    return ServiceDeployment(
        arn="arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/web/x",
        status="IN_PROGRESS",
        status_reason="",
        target=RevisionShare(desired=2, running=1, pending=1, production_weight=weight),
        failures=0,
        threshold=3,
        rollback_reason="",
        alarms=(),
        created_at=THEN,
    )


def weights(reported: list[Reported]) -> dict[str, float | None]:
    return {each.deployment_id: each.traffic_weight for each in reported if isinstance(each, RolloutChanged)}


@pytest.mark.parametrize("weight", [None, 0.0, 20.0])
def test_this_deployment_is_reported_with_its_weight_and_no_other(weight: float | None) -> None:
    reported: list[Reported] = []

    ChangeReporter(TARGET, reported.append).report(SERVICE, record(weight))

    assert weights(reported) == {"ecs-svc/2": weight, "ecs-svc/1": None}


def test_traffic_that_shifts_is_a_change() -> None:
    reported: list[Reported] = []
    reporter = ChangeReporter(TARGET, reported.append)
    reporter.report(SERVICE, record(20.0))
    reported.clear()

    changes = reporter.report(SERVICE, record(50.0))

    assert changes.any
    assert weights(reported) == {"ecs-svc/2": 50.0}
