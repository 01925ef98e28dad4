"""Clusters of ECS."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.replies import from_reply, reply_field
from ecs_steps.tags import Tag, read_tags

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

MAX_DESCRIBED = 100
"""Clusters that one DescribeClusters takes."""


@frozen(kw_only=True)
class Cluster:
    """A cluster, as DescribeClusters shows it."""

    name: str = reply_field("clusterName")
    arn: str = reply_field("clusterArn", "")
    status: str = reply_field("status", "ACTIVE")
    running_tasks: int = reply_field("runningTasksCount", 0)
    pending_tasks: int = reply_field("pendingTasksCount", 0)
    active_services: int = reply_field("activeServicesCount", 0)
    container_instances: int = reply_field("registeredContainerInstancesCount", 0)
    capacity_providers: tuple[str, ...] = reply_field("capacityProviders", (), read=tuple)
    tags: tuple[Tag, ...] = reply_field("tags", (), read=read_tags)


def describe_cluster(aws: "AwsClients", cluster: str) -> Cluster | None:
    """Return a cluster with its tags, or none where ECS has none of that name or ARN."""
    with calling("ecs:DescribeClusters", f"cluster {cluster}"):
        reply = aws.ecs.describe_clusters(clusters=[cluster], include=["TAGS"])
    clusters = member(reply, "clusters", "DescribeClusters")
    return from_reply(Cluster, clusters[0]) if clusters else None


def describe_clusters(aws: "AwsClients") -> Iterator[Cluster]:
    """Yield every cluster of the region, with its tags."""
    with calling("ecs:ListClusters"):
        pages = aws.ecs.get_paginator("list_clusters").paginate()
        arns = [arn for page in pages for arn in member(page, "clusterArns", "ListClusters")]
    for first in range(0, len(arns), MAX_DESCRIBED):
        with calling("ecs:DescribeClusters", "the clusters of the region"):
            reply = aws.ecs.describe_clusters(clusters=arns[first : first + MAX_DESCRIBED], include=["TAGS"])
        yield from (from_reply(Cluster, each) for each in member(reply, "clusters", "DescribeClusters"))
