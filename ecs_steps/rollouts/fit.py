"""Whether a service can run a revision, from what ECS shows of both; pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from ecs_steps.aws.ecs import BalancedContainer, Service


def misfits(revision: Mapping[str, Any], service: Service) -> Iterator[str]:
    """Yield why a service cannot run a revision, which is as DescribeTaskDefinition shows it."""
    compatible = revision.get("compatibilities")
    if service.launch_type and compatible and service.launch_type not in compatible:
        yield (
            f"the service starts its tasks on {service.launch_type}, and the revision is for "
            f"{' and '.join(compatible)}"
        )
    containers = {each["name"]: each for each in revision["containerDefinitions"]}
    for balanced in service.balanced_containers:
        if balanced.name not in containers:
            yield (
                f"a load balancer of the service sends requests to container {balanced.name}, and the "
                f"revision has {', '.join(containers)}"
            )
        elif not _listens(containers[balanced.name], balanced):
            yield (
                f"a load balancer of the service sends requests to port {balanced.port} of container "
                f"{balanced.name}, which the revision does not map"
            )


def _listens(container: Mapping[str, Any], balanced: BalancedContainer) -> bool:
    for mapping in container.get("portMappings", []):
        first, _, last = str(mapping.get("containerPortRange", "")).partition("-")
        if mapping.get("containerPort") == balanced.port:
            return True
        if first.isdecimal() and last.isdecimal() and int(first) <= balanced.port <= int(last):
            return True
    return False
