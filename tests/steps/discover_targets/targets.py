"""Clusters to discover, and the variables that discover them."""

from collections.abc import Mapping

from ecs_steps.sandbox import Sandbox

DISCOVERY = "Octopus.Action.Aws.Ecs.Discovery"
VARIABLES: Mapping[str, object] = {
    "Octopus.Space.Name": "Default",
    "Octopus.Project.Name": "Shop",
    "Octopus.Environment.Name": "Test",
    "Octopus.Action.Aws.Region": "eu-west-1",
    f"{DISCOVERY}.Roles": "ecs-orders",
}
TAGS = {"octopus-environment": "Test", "octopus-role": "ecs-orders"}


def add_cluster(aws: Sandbox, name: str, tags: Mapping[str, str] = TAGS, *, region: str = "") -> None:
    """Make a cluster with tags, in any region."""
    items = [{"key": key, "value": value} for key, value in tags.items()]
    clients = aws.clients.in_region(region) if region else aws.clients
    clients.ecs.create_cluster(clusterName=name, tags=items)  # type: ignore[arg-type]  # keys are literals
    aws.calls.clear()
