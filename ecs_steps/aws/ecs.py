"""Services of ECS: what they are like, and how one is changed."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import Factory, frozen

from ecs_steps.aws.client_events import at_most_once
from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.replies import all_from_reply, from_reply, reply_field
from ecs_steps.aws.task_sets import SET_MEMBERS, TaskSet, read_task_sets
from ecs_steps.errors import AwsCallError, NotFoundError
from ecs_steps.tags import Tag, read_tags

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class Deployment:
    """One deployment of a service, as DescribeServices shows it."""

    deployment_id: str = reply_field("id")
    is_primary: bool = reply_field("status", read="PRIMARY".__eq__)
    task_definition: str = reply_field("taskDefinition")
    rollout_state: str = reply_field("rolloutState", "")
    rollout_reason: str = reply_field("rolloutStateReason", "")
    desired: int = reply_field("desiredCount", 0)
    running: int = reply_field("runningCount", 0)
    pending: int = reply_field("pendingCount", 0)
    failed: int = reply_field("failedTasks", 0)
    created_at: datetime = reply_field("createdAt")

    @property
    def ref(self) -> "DeploymentRef":
        """This very deployment, as what is judged."""
        return DeploymentRef(
            task_definition=self.task_definition, deployment_id=self.deployment_id, since=self.created_at
        )


@frozen(kw_only=True)
class DeploymentRef:
    """The deployment that is judged.

    Its task definition's ARN (empty where only the id is known), its id (empty: whichever deployment of that
    revision), and when it began on AWS' clock: earlier events of the service do not concern it.
    """

    task_definition: str = ""
    deployment_id: str = ""
    since: datetime

    @property
    def name(self) -> str:
        """The revision's short name, else the deployment's id."""
        return self.task_definition.rpartition("/")[2] or f"deployment {self.deployment_id}"

    def matches(self, deployment: Deployment) -> bool:
        """Return whether it is this deployment."""
        if self.deployment_id:
            return deployment.deployment_id == self.deployment_id
        return deployment.task_definition == self.task_definition

    def find_in(self, service: "Service") -> Deployment | None:
        """Return this deployment as the service shows it; none where it does not."""
        return next(filter(self.matches, service.deployments), None)


@frozen(kw_only=True)
class Network:
    """The network that a service's tasks get, each with an address of its own; empty in other modes."""

    subnets: tuple[str, ...] = reply_field("subnets", (), read=tuple)
    security_groups: tuple[str, ...] = reply_field("securityGroups", (), read=tuple)
    assigns_public_ip: bool = reply_field("assignPublicIp", default=False, read="ENABLED".__eq__)


@frozen(kw_only=True)
class ServiceMessage:
    """One event of a service."""

    event_id: str = reply_field("id")
    at: datetime = reply_field("createdAt")
    text: str = reply_field("message")


@frozen(kw_only=True)
class BalancedContainer:
    """The container and the port that a load balancer of a service sends requests to."""

    name: str
    port: int


Items = Sequence[Mapping[str, Any]]


def _target_groups(balancers: Items) -> tuple[str, ...]:
    return tuple(group for group, _ in _balanced_ports(balancers))


def _alternate_groups(balancers: Items) -> tuple[str, ...]:
    advanced = (balancer.get("advancedConfiguration", {}) for balancer in balancers)
    return tuple(filter(None, (each.get("alternateTargetGroupArn") for each in advanced)))


def _balanced_ports(balancers: Items) -> tuple[tuple[str, int], ...]:
    return tuple(
        (balancer["targetGroupArn"], balancer.get("containerPort", 0))
        for balancer in balancers
        if "targetGroupArn" in balancer
    )


def _balanced_containers(balancers: Items) -> tuple[BalancedContainer, ...]:
    return tuple(
        BalancedContainer(name=balancer["containerName"], port=balancer.get("containerPort", 0))
        for balancer in balancers
        if balancer.get("containerName")
    )


def _has_pause_hooks(hooks: Items) -> bool:
    # ECS may leave the type out when it lists hooks; only a pause has no target.
    return any("hookTargetArn" not in hook for hook in hooks)


@frozen(kw_only=True)
class Service:
    """A service, as DescribeServices shows it; `grace_period` is in seconds.

    `alternate_groups` are the second target groups of load balancers that traffic can be shifted behind.
    `deployment_configuration` is as ECS' API has it.
    `launch_type` is empty where capacity providers other than Fargate's decide.
    """

    arn: str = reply_field("serviceArn")
    name: str = reply_field("serviceName")
    cluster_arn: str = reply_field("clusterArn")
    status: str = reply_field("status")
    task_definition: str = reply_field("taskDefinition", "")
    controller: str = reply_field("deploymentController.type", "ECS")
    desired: int = reply_field("desiredCount", 0)
    running: int = reply_field("runningCount", 0)
    has_breaker: bool = reply_field("deploymentConfiguration.deploymentCircuitBreaker.enable", default=False)
    has_pause_hooks: bool = reply_field(
        "deploymentConfiguration.lifecycleHooks", default=False, read=_has_pause_hooks
    )
    target_groups: tuple[str, ...] = reply_field("loadBalancers", (), read=_target_groups)
    alternate_groups: tuple[str, ...] = reply_field("loadBalancers", (), read=_alternate_groups)
    balanced_ports: tuple[tuple[str, int], ...] = reply_field("loadBalancers", (), read=_balanced_ports)
    balanced_containers: tuple[BalancedContainer, ...] = reply_field(
        "loadBalancers", (), read=_balanced_containers
    )
    grace_period: int = reply_field("healthCheckGracePeriodSeconds", 0)
    deployment_configuration: Mapping[str, Any] = reply_field("deploymentConfiguration", Factory(dict))
    current_service_deployment: str = reply_field("currentServiceDeployment", "")
    deployments: tuple[Deployment, ...] = reply_field("deployments", (), read=all_from_reply(Deployment))
    task_sets: tuple[TaskSet, ...] = reply_field("taskSets", (), read=read_task_sets)
    events: tuple[ServiceMessage, ...] = reply_field("events", (), read=all_from_reply(ServiceMessage))
    tags: tuple[Tag, ...] = reply_field("tags", (), read=read_tags)
    network: Network = reply_field(
        "networkConfiguration.awsvpcConfiguration", Network(), read=partial(from_reply, Network)
    )
    launch_type: str = ""

    @property
    def group_choices(self) -> tuple[tuple[str, ...], ...]:
        """The target groups of each load balancer: where traffic shifts, a task is in one of two."""
        if len(self.alternate_groups) != len(self.target_groups):
            return tuple((group,) for group in self.target_groups)
        return tuple(zip(self.target_groups, self.alternate_groups, strict=True))

    @property
    def primary(self) -> Deployment | None:
        """The deployment that the service is moving to, or is at."""
        return next((deployment for deployment in self.deployments if deployment.is_primary), None)

    @property
    def may_be_paused(self) -> bool:
        """Whether a deployment in progress may wait for a person: only then is its record worth a call."""
        is_in_progress = self.primary is not None and self.primary.rollout_state == "IN_PROGRESS"
        return self.has_pause_hooks and is_in_progress

    @property
    def primary_task_set(self) -> TaskSet | None:
        """The task set that the service is at, where it is deployed by task sets."""
        return next((task_set for task_set in self.task_sets if task_set.is_primary), None)


def raw_service(aws: "AwsClients", cluster: str, name_or_arn: str) -> Mapping[str, Any] | None:
    """Return the service with all of its settings as ECS describes them; none where there is none."""
    with calling("ecs:DescribeServices", f"service {name_or_arn}"):
        reply: Mapping[str, Any] = aws.ecs.describe_services(cluster=cluster, services=[name_or_arn])
    return next(map(_with_primary_set, member(reply, "services", "DescribeServices")), None)


def _with_primary_set(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a described service with what ECS shows of an EXTERNAL one on its PRIMARY task set alone."""
    sets: list[Mapping[str, Any]] = item.get("taskSets", [])
    primary = next((each for each in sets if each.get("status") == "PRIMARY"), {})
    shown = {name: primary[name] for name in SET_MEMBERS if primary.get(name) and not item.get(name)}
    return {**item, **shown}


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


def update_service(
    aws: "AwsClients",
    service: Service,
    task_definition: str,
    *,
    force: bool,
    configuration: Mapping[str, Any] | None = None,
) -> Service:
    """Point a service at a revision and return what the service looks like then.

    A deployment configuration goes with it in the same call, for two would start two deployments; none is
    left as it is. Load balancers are never sent: the two target groups of one take turns, and sending them
    again ends that. A forced update starts a deployment each time it is made, and ECS takes no token for it:
    such a call is never sent twice by itself.
    """
    changed: Any = {"deploymentConfiguration": configuration} if configuration is not None else {}
    with calling("ecs:UpdateService", f"service {service.name}"), at_most_once() if force else nullcontext():
        reply = aws.ecs.update_service(
            cluster=service.cluster_arn,
            service=service.name,
            taskDefinition=task_definition,
            forceNewDeployment=force,
            **changed,
        )
    return _service(member(reply, "service", "UpdateService"))


def tag_resource(aws: "AwsClients", arn: str, tags: Iterable[Tag]) -> None:
    """Add tags, or give them new values."""
    with calling("ecs:TagResource", arn):
        aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": tag.key, "value": tag.value} for tag in tags])


def _service(described: Mapping[str, Any]) -> Service:
    item = _with_primary_set(described)
    return from_reply(Service, item, launch_type=_launch_type(item))


def _launch_type(service: Mapping[str, Any]) -> str:
    providers = [each.get("capacityProvider", "") for each in service.get("capacityProviderStrategy", [])]
    if not providers:
        return str(service.get("launchType", ""))
    return "FARGATE" if all(name in ("FARGATE", "FARGATE_SPOT") for name in providers) else ""


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
