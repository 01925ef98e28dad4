"""ECS' calls, in the library's own words."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.retries import at_most_once
from ecs_steps.errors import AwsCallError, NotFoundError
from ecs_steps.tags import Tag

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class Deployment:
    """One deployment of a service, as DescribeServices shows it."""

    deployment_id: str
    is_primary: bool
    task_definition: str
    rollout_state: str
    rollout_reason: str
    desired: int
    running: int
    pending: int
    failed: int
    created_at: datetime


@frozen(kw_only=True)
class DeploymentRef:
    """The deployment that is judged.

    Its task definition's ARN, its id (empty: whichever deployment of that revision), and when it began: what
    the service told before does not concern it.
    """

    task_definition: str
    deployment_id: str = ""
    since: datetime

    def matches(self, deployment: Deployment) -> bool:
        """Return whether it is this deployment."""
        if self.deployment_id:
            return deployment.deployment_id == self.deployment_id
        return deployment.task_definition == self.task_definition


@frozen(kw_only=True)
class ServiceMessage:
    """One event of a service."""

    event_id: str
    at: datetime
    text: str


@frozen(kw_only=True)
class BalancedContainer:
    """The container and the port that a load balancer of a service sends requests to."""

    name: str
    port: int


@frozen(kw_only=True)
class Service:
    """A service, as DescribeServices shows it.

    `launch_type` is empty where capacity providers other than Fargate's decide.
    """

    arn: str
    name: str
    cluster_arn: str
    status: str
    task_definition: str
    controller: str
    desired: int
    running: int
    has_breaker: bool
    target_groups: tuple[str, ...]
    deployments: tuple[Deployment, ...]
    events: tuple[ServiceMessage, ...]
    tags: tuple[Tag, ...]
    launch_type: str = ""
    balanced_containers: tuple[BalancedContainer, ...] = ()

    @property
    def primary(self) -> Deployment | None:
        """The deployment that the service is moving to, or is at."""
        return next((deployment for deployment in self.deployments if deployment.is_primary), None)


def describe_service(
    aws: "AwsClients", cluster: str, name_or_arn: str, *, with_tags: bool = False
) -> Service | None:
    """Return the service, or none where ECS knows none of that name.

    Raises:
        NotFoundError: There is no such cluster.
    """
    include: Any = {"include": ["TAGS"]} if with_tags else {}
    try:
        with calling("ecs:DescribeServices", f"service {name_or_arn}"):
            reply = aws.ecs.describe_services(cluster=cluster, services=[name_or_arn], **include)
    except AwsCallError as error:
        if error.code != "ClusterNotFoundException":
            raise
        raise NotFoundError(
            what=f"Cluster {cluster} was not found",
            why=f"ECS knows no cluster of that name in {aws.region}",
            next_step="Check the name, the account and the region.",
        ) from error
    services = member(reply, "services", "DescribeServices")
    return _service(services[0]) if services else None


def update_service(aws: "AwsClients", service: Service, task_definition: str, *, force: bool) -> Service:
    """Point a service at a revision and return what the service looks like then.

    A forced update starts a deployment each time it is made, and ECS takes no token for it: such a call is
    never sent twice by itself.
    """
    with calling("ecs:UpdateService", f"service {service.name}"), at_most_once() if force else nullcontext():
        reply = aws.ecs.update_service(
            cluster=service.cluster_arn,
            service=service.name,
            taskDefinition=task_definition,
            forceNewDeployment=force,
        )
    return _service(member(reply, "service", "UpdateService"))


def tag_resource(aws: "AwsClients", arn: str, tags: Iterable[Tag]) -> None:
    """Add tags, or give them new values."""
    with calling("ecs:TagResource", arn):
        aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": tag.key, "value": tag.value} for tag in tags])


def _service(told: Mapping[str, Any]) -> Service:
    return Service(
        arn=told["serviceArn"],
        name=told["serviceName"],
        cluster_arn=told["clusterArn"],
        status=told["status"],
        task_definition=told.get("taskDefinition", ""),
        controller=told.get("deploymentController", {}).get("type", "ECS"),
        desired=told.get("desiredCount", 0),
        running=told.get("runningCount", 0),
        has_breaker=_has_breaker(told.get("deploymentConfiguration", {})),
        target_groups=tuple(
            balancer["targetGroupArn"]
            for balancer in told.get("loadBalancers", [])
            if "targetGroupArn" in balancer
        ),
        deployments=tuple(_deployment(deployment) for deployment in told.get("deployments", [])),
        events=tuple(
            ServiceMessage(event_id=event["id"], at=event["createdAt"], text=event["message"])
            for event in told.get("events", [])
        ),
        tags=tuple(Tag(key=tag["key"], value=tag.get("value", "")) for tag in told.get("tags", [])),
        launch_type=_launch_type(told),
        balanced_containers=tuple(
            BalancedContainer(name=balancer["containerName"], port=balancer.get("containerPort", 0))
            for balancer in told.get("loadBalancers", [])
            if balancer.get("containerName")
        ),
    )


def _launch_type(told: Mapping[str, Any]) -> str:
    providers = [each.get("capacityProvider", "") for each in told.get("capacityProviderStrategy", [])]
    if not providers:
        return str(told.get("launchType", ""))
    return "FARGATE" if all(name in ("FARGATE", "FARGATE_SPOT") for name in providers) else ""


def _has_breaker(configuration: Mapping[str, Any]) -> bool:
    return bool(configuration.get("deploymentCircuitBreaker", {}).get("enable", False))


def _deployment(told: Mapping[str, Any]) -> Deployment:
    return Deployment(
        deployment_id=told["id"],
        is_primary=told["status"] == "PRIMARY",
        task_definition=told["taskDefinition"],
        rollout_state=told.get("rolloutState", ""),
        rollout_reason=told.get("rolloutStateReason", ""),
        desired=told.get("desiredCount", 0),
        running=told.get("runningCount", 0),
        pending=told.get("pendingCount", 0),
        failed=told.get("failedTasks", 0),
        created_at=told["createdAt"],
    )


def service_outputs(service_arn: str) -> dict[str, str]:
    """Return a service's output variables; none where there is no service yet."""
    if not service_arn:
        return {}
    return {"ServiceName": service_arn.rpartition("/")[2], "ServiceArn": service_arn}


def revision_outputs(task_definition_arn: str) -> dict[str, str]:
    """Return a revision's output variables."""
    return {
        "TaskDefinitionArn": task_definition_arn,
        "TaskDefinitionRevision": task_definition_arn.rpartition(":")[2],
    }
