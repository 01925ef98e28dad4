"""What *Prepare Amazon ECS Traffic* needs to be allowed; pure, no AWS."""

from typing import Any

from ecs_steps.iam import Scope, Statement, policy_document
from ecs_steps.steps.prepare_traffic.inputs import PrepareTrafficInputs


def permissions(inputs: PrepareTrafficInputs) -> dict[str, Any]:
    """Return the policy: what is made is named, and rules of other listeners cannot be touched."""
    scope = Scope.from_arns(inputs.region, [*inputs.arns_of_account, inputs.listener])
    groups = scope.arn("elasticloadbalancing", f"targetgroup/{inputs.name}-*/*")
    rules = f"{inputs.listener.replace(':listener/', ':listener-rule/')}/*"
    described = ("LoadBalancers", "Rules", "TargetGroups", "Tags")
    return policy_document(
        [
            Statement(
                sid="ReadWhatThereIs",
                actions=tuple(f"elasticloadbalancing:Describe{name}" for name in described),
            ),
            Statement(
                sid="MakeTargetGroups",
                actions=("elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:AddTags"),
                resources=(groups,),
            ),
            Statement(
                sid="MakeRules",
                actions=("elasticloadbalancing:CreateRule", "elasticloadbalancing:AddTags"),
                resources=(inputs.listener, rules),
            ),
            Statement(sid="CompleteRules", actions=("elasticloadbalancing:ModifyRule",), resources=(rules,)),
        ]
    )
