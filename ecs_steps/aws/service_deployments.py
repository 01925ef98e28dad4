"""Service deployments: ECS' own record of one deployment, since 2024 (and not everywhere allowed)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

UNDER_WAY = (
    "PENDING",
    "IN_PROGRESS",
    "STOP_REQUESTED",
    "ROLLBACK_REQUESTED",
    "ROLLBACK_IN_PROGRESS",
)


@frozen(kw_only=True)
class ServiceDeployment:
    """A service deployment, as DescribeServiceDeployments shows it. Weights are percents of traffic."""

    arn: str
    status: str
    status_reason: str
    desired: int
    running: int
    pending: int
    failures: int
    threshold: int
    rollback_reason: str
    alarms: tuple[str, ...]
    traffic_weight: float | None
    created_at: datetime

    @property
    def is_under_way(self) -> bool:
        return self.status in UNDER_WAY

    @property
    def is_rolling_back(self) -> bool:
        return self.status.startswith("ROLLBACK")


def find_service_deployment(aws: "AwsClients", cluster: str, service: str, deployment_id: str) -> str | None:
    """Return the ARN of the service deployment that belongs to a deployment of DescribeServices.

    The service revision that it targets ends in the deployment id's digits (``ecs-svc/123`` and
    ``...:service-revision/cluster/service/123``); no other call tells.
    """
    digits = deployment_id.rpartition("/")[2]
    for told in _listed(aws, cluster, service):
        if told.get("targetServiceRevisionArn", "").rpartition("/")[2] == digits:
            return str(told["serviceDeploymentArn"])
    return None


def _listed(aws: "AwsClients", cluster: str, service: str) -> Iterator[Mapping[str, Any]]:
    more: dict[str, Any] = {}
    while True:
        with calling("ecs:ListServiceDeployments", f"service {service}"):
            reply: Mapping[str, Any] = aws.ecs.list_service_deployments(
                cluster=cluster, service=service, **more
            )
        yield from member(reply, "serviceDeployments", "ListServiceDeployments")
        if not reply.get("nextToken"):
            return
        more = {"nextToken": reply["nextToken"]}


def describe_service_deployment(aws: "AwsClients", arn: str) -> ServiceDeployment | None:
    """Return the service deployment, or none where ECS no longer knows it."""
    with calling("ecs:DescribeServiceDeployments", arn):
        reply: Mapping[str, Any] = aws.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
    described = member(reply, "serviceDeployments", "DescribeServiceDeployments")
    if not described:
        return None
    told = described[0]
    target = told.get("targetServiceRevision", {})
    breaker = told.get("deploymentCircuitBreaker", {})
    return ServiceDeployment(
        arn=told["serviceDeploymentArn"],
        status=told["status"],
        status_reason=told.get("statusReason", ""),
        desired=target.get("requestedTaskCount", 0),
        running=target.get("runningTaskCount", 0),
        pending=target.get("pendingTaskCount", 0),
        failures=breaker.get("failureCount", 0),
        threshold=breaker.get("threshold", 0),
        rollback_reason=told.get("rollback", {}).get("reason", ""),
        alarms=tuple(told.get("alarms", {}).get("triggeredAlarmNames", ())),
        traffic_weight=target.get("requestedProductionTrafficWeight"),
        created_at=told["createdAt"],
    )


def roll_back(aws: "AwsClients", arn: str) -> None:
    """Ask ECS to stop a service deployment and go back to what served before."""
    with calling("ecs:StopServiceDeployment", arn):
        aws.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
