"""The emulator's state before a step runs: the same as the sandbox's."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ecs_steps.aws.task_definitions import describe_task_definition, register_request
from ecs_steps.sandbox import Sandbox
from explaining.runs import CLUSTERS
from peers.ministack import Ministack

MEMBERS = ("launchType", "deploymentConfiguration", "networkConfiguration", "loadBalancers", "tags")


def reset_with_clusters(aws: Ministack) -> None:
    """Reset the emulator and create the clusters of both steps."""
    aws.reset()
    for cluster in CLUSTERS.values():
        aws.client("ecs").create_cluster(clusterName=cluster)


def create_orders_service(aws: Ministack) -> None:
    """Register the sandbox's revision of ``orders`` and let a service run it."""
    ecs = aws.client("ecs")
    revision, service = _orders()
    ecs.register_task_definition(**revision)
    ecs.create_service(
        cluster=CLUSTERS["update"],
        serviceName="orders",
        taskDefinition="orders",
        desiredCount=2,
        **{name: service[name] for name in MEMBERS},
    )


@cache
def _orders() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    with Sandbox() as sandbox:
        ecs = sandbox.clients.ecs
        found = describe_task_definition(sandbox.clients, "orders")
        response = ecs.describe_services(cluster=CLUSTERS["update"], services=["orders"], include=["TAGS"])
        [service] = response["services"]
        tags = [tag for tag in service["tags"] if not tag["key"].startswith("aws:")]
        return register_request(found.raw, found.tags, ecs.meta.service_model), {**service, "tags": tags}
