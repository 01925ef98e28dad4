"""Clusters of ECS."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member
from ecs_steps.tags import Tag, read_tags

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

MAX_DESCRIBED = 100
"""Clusters that one DescribeClusters takes."""


@frozen(kw_only=True)
class Cluster:
    """A cluster, as DescribeClusters shows it."""

    name: str
    arn: str = ""
    status: str = "ACTIVE"
    running_tasks: int = 0
    pending_tasks: int = 0
    active_services: int = 0
    container_instances: int = 0
    capacity_providers: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()


def describe_cluster(aws: "AwsClients", cluster: str) -> Cluster | None:
    """Return a cluster with its tags, or none where ECS has none of that name or ARN."""
    with calling("ecs:DescribeClusters", f"cluster {cluster}"):
        reply = aws.ecs.describe_clusters(clusters=[cluster], include=["TAGS"])
    clusters = member(reply, "clusters", "DescribeClusters")
    return _cluster(clusters[0]) if clusters else None


def describe_clusters(aws: "AwsClients") -> Iterator[Cluster]:
    """Yield every cluster of the region, with its tags."""
    with calling("ecs:ListClusters"):
        pages = aws.ecs.get_paginator("list_clusters").paginate()
        arns = [arn for page in pages for arn in member(page, "clusterArns", "ListClusters")]
    for first in range(0, len(arns), MAX_DESCRIBED):
        with calling("ecs:DescribeClusters", "the clusters of the region"):
            reply = aws.ecs.describe_clusters(clusters=arns[first : first + MAX_DESCRIBED], include=["TAGS"])
        yield from map(_cluster, member(reply, "clusters", "DescribeClusters"))


def _cluster(item: Mapping[str, Any]) -> Cluster:
    return Cluster(
        name=item["clusterName"],
        arn=item["clusterArn"],
        status=item["status"],
        running_tasks=item.get("runningTasksCount", 0),
        pending_tasks=item.get("pendingTasksCount", 0),
        active_services=item.get("activeServicesCount", 0),
        container_instances=item.get("registeredContainerInstancesCount", 0),
        capacity_providers=tuple(item.get("capacityProviders", [])),
        tags=read_tags(item),
    )
