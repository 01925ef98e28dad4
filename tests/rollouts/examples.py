"""A service, the deployment that it is moving to, and ECS' record of it: tests change what they are about."""

from datetime import UTC, datetime

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import RevisionShare, ServiceDeployment

THEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NEW = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:8"
OLD = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7"
TARGET = DeploymentRef(task_definition=NEW, deployment_id="ecs-svc/2", since=THEN)
DEPLOYMENT = Deployment(
    deployment_id="ecs-svc/2",
    is_primary=True,
    task_definition=NEW,
    rollout_state="IN_PROGRESS",
    rollout_reason="",
    desired=2,
    running=2,
    pending=0,
    failed=0,
    created_at=THEN,
)
SERVICE = Service(
    arn="arn:aws:ecs:eu-west-1:123456789012:service/shop/web",
    name="web",
    cluster_arn="arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
    status="ACTIVE",
    task_definition=NEW,
    controller="ECS",
    desired=2,
    running=2,
    has_breaker=False,
    target_groups=(),
    deployments=(DEPLOYMENT,),
    events=(),
    tags=(),
)
RECORD = ServiceDeployment(
    arn="arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/web/x",
    status="IN_PROGRESS",
    status_reason="",
    target=RevisionShare(desired=2, running=2),
    failures=0,
    threshold=3,
    rollback_reason="",
    alarms=(),
    created_at=THEN,
)
