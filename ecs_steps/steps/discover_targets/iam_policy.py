"""What *Discover Amazon ECS Targets* needs to be allowed; pure, no AWS."""

from typing import Any

from attrs import evolve

from ecs_steps.iam import Scope, Statement, policy_document
from ecs_steps.steps.discover_targets.inputs import DiscoverInputs


def permissions(inputs: DiscoverInputs) -> dict[str, Any]:
    """Return the policy."""
    scope = Scope.from_arns(inputs.region, inputs.arns_of_account)
    clusters = [
        evolve(scope, region=region).arn("ecs", "cluster/*")
        for region in dict.fromkeys(inputs.regions or (scope.region,))
    ]
    return policy_document(
        [
            Statement(sid="ListTheClusters", actions=("ecs:ListClusters",)),
            Statement(sid="ReadTheirTags", actions=("ecs:DescribeClusters",), resources=tuple(clusters)),
        ]
    )
