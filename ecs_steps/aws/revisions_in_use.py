"""Which revisions of task definitions services hold on to, one page or one batch a call."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

MAX_DESCRIBED_SERVICES = 10
MAX_DESCRIBED_REVISIONS = 20
MAX_LISTED = 100


@frozen(kw_only=True)
class Page:
    """A page of ARNs; `next_token` is empty on the last one."""

    arns: tuple[str, ...]
    next_token: str

    @classmethod
    def of(cls, reply: Mapping[str, Any], arns: Iterable[str]) -> "Page":
        return cls(arns=tuple(arns), next_token=reply.get("nextToken") or "")


@frozen(kw_only=True)
class ServiceRevisions:
    """A service, and the task definitions of itself, its deployments and its task sets.

    Of a service that ECS deploys itself (`has_records`) ECS records its service revisions as well.
    """

    arn: str
    task_definitions: frozenset[str]
    has_records: bool


def list_active_revisions(aws: "AwsClients", family: str, token: str) -> Page:
    """List active revisions of one family (here ``familyPrefix`` is a whole name)."""
    with calling("ecs:ListTaskDefinitions", f"task definition {family}"):
        reply = aws.ecs.list_task_definitions(familyPrefix=family, status="ACTIVE", **_from(token))
    return Page.of(reply, member(reply, "taskDefinitionArns", "ListTaskDefinitions"))


def list_clusters(aws: "AwsClients", token: str) -> Page:
    """List clusters."""
    with calling("ecs:ListClusters"):
        reply = aws.ecs.list_clusters(**_from(token))
    return Page.of(reply, member(reply, "clusterArns", "ListClusters"))


def list_services(aws: "AwsClients", cluster: str, token: str) -> Page:
    """List the services of a cluster."""
    with calling("ecs:ListServices", f"cluster {cluster}"):
        reply = aws.ecs.list_services(cluster=cluster, maxResults=MAX_LISTED, **_from(token))
    return Page.of(reply, member(reply, "serviceArns", "ListServices"))


def list_service_revisions(aws: "AwsClients", cluster: str, service: str, token: str) -> Page:
    """List the service revisions that the recorded deployments of a service went to."""
    with calling("ecs:ListServiceDeployments", f"service {service}"):
        reply = aws.ecs.list_service_deployments(
            cluster=cluster, service=service, maxResults=MAX_LISTED, **_from(token)
        )
    listed = member(reply, "serviceDeployments", "ListServiceDeployments")
    return Page.of(
        reply, (each["targetServiceRevisionArn"] for each in listed if "targetServiceRevisionArn" in each)
    )


def describe_services(
    aws: "AwsClients", cluster: str, services: Sequence[str]
) -> tuple[ServiceRevisions, ...]:
    """Return what up to 10 services run; one that was deleted since is not among them."""
    with calling("ecs:DescribeServices", f"services of cluster {cluster}"):
        reply = aws.ecs.describe_services(cluster=cluster, services=services)
    return tuple(_service(each) for each in member(reply, "services", "DescribeServices"))


def _from(token: str) -> Any:  # noqa: ANN401  keyword arguments
    return {"nextToken": token} if token else {}


def _service(service: Mapping[str, Any]) -> ServiceRevisions:
    holders = (service, *service.get("deployments", ()), *service.get("taskSets", ()))
    return ServiceRevisions(
        arn=service["serviceArn"],
        task_definitions=frozenset(each["taskDefinition"] for each in holders if each.get("taskDefinition")),
        has_records=service.get("deploymentController", {}).get("type", "ECS") == "ECS",
    )
