"""Find the clusters that are targets of a deployment.

regions -> clusters with their tags -> matches -> targets

A region that cannot be searched is a warning, and the others are searched: nothing here fails a step.
"""

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from ecs_steps.aws.clusters import Cluster, describe_clusters
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.matching import ClusterMatch, match_cluster
from ecs_steps.environments.scope import DeploymentScope
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Level


@frozen(kw_only=True)
class FoundCluster:
    """A cluster that is a target, and where it is."""

    name: str
    region: str
    match: ClusterMatch


def find_targets(
    regions: Sequence[str], scope: DeploymentScope, roles: Sequence[str], context: DeploymentContext
) -> Iterator[FoundCluster]:
    """Yield the clusters of the regions that are targets; say of each other one why it is none."""
    for region in regions:
        try:
            clusters = _clusters(region, context)
        except AwsCallError as error:
            context.say(Level.WARNING, f"Region {region} was not searched. {error}")
            continue
        for cluster in clusters:
            match = match_cluster(cluster.tags, scope, roles)
            if match.is_target:
                yield FoundCluster(name=cluster.name, region=region, match=match)
            else:
                reasons = "\n".join(match.reasons)
                context.say(Level.INFO, f"Cluster {cluster.name} in {region} is no target:\n{reasons}")


def _clusters(region: str, context: DeploymentContext) -> list[Cluster]:
    """Return the clusters of a region that are not deleted."""
    context = evolve(context, aws=context.aws.in_region(region))
    clusters = context.call_with_retries(
        f"the clusters of {region}", lambda: list(describe_clusters(context.aws))
    )
    return [cluster for cluster in clusters if cluster.status != "INACTIVE"]
