"""Container instances: the machines of a cluster that has some."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.replies import from_reply, reply_field

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

MAX_DESCRIBED = 100
"""Instances that one DescribeContainerInstances takes."""


@frozen(kw_only=True)
class ContainerInstance:
    """An instance that runs tasks of a cluster; `is_connected` says whether its agent is."""

    arn: str = reply_field("containerInstanceArn")
    status: str = reply_field("status")
    is_connected: bool = reply_field("agentConnected", default=False)


def container_instances(aws: "AwsClients", cluster: str) -> tuple[ContainerInstance, ...]:
    """Return the container instances of a cluster."""
    with calling("ecs:ListContainerInstances", f"cluster {cluster}"):
        pages = aws.ecs.get_paginator("list_container_instances").paginate(cluster=cluster)
        arns = [
            arn for page in pages for arn in member(page, "containerInstanceArns", "ListContainerInstances")
        ]
    return tuple(describe_container_instances(aws, cluster, arns))


def describe_container_instances(
    aws: "AwsClients", cluster: str, arns: Sequence[str]
) -> Iterator[ContainerInstance]:
    """Yield container instances of a cluster."""
    for first in range(0, len(arns), MAX_DESCRIBED):
        with calling("ecs:DescribeContainerInstances", f"cluster {cluster}"):
            reply = aws.ecs.describe_container_instances(
                cluster=cluster, containerInstances=arns[first : first + MAX_DESCRIBED]
            )
        for each in member(reply, "containerInstances", "DescribeContainerInstances"):
            yield from_reply(ContainerInstance, each)
