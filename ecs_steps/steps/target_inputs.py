"""The inputs of a check of a deployment target, which no step is about."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ecs_steps.iam import Scope, policy_document
from ecs_steps.octopus.inputs.reader import read, variable
from ecs_steps.octopus.inputs.types import Names
from ecs_steps.octopus.variables import Variables
from ecs_steps.preflight.iam_policy import read_target
from ecs_steps.steps.common_inputs import AWS_RULES, ClusterInputs


@frozen(kw_only=True)
class TargetInputs(ClusterInputs):
    """A cluster, and the target tags (roles) that it is to have."""

    roles: Names = variable(
        "Octopus.Action.Aws.Ecs.Discovery.Roles",
        label="Target tags",
        help="The target tags of which the cluster's `octopus-role` is one.",
        default=(),
    )


@frozen
class Target:
    """A deployment target as variables name it."""

    inputs: TargetInputs

    @classmethod
    def from_variables(cls, variables: Mapping[str, object], *, evaluate: bool = True) -> "Target":
        """Read and validate the variables; those of a step are no part of it.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        inputs, _ = read(TargetInputs, Variables(variables), AWS_RULES, evaluate=evaluate)
        return cls(inputs)

    def iam_policy(self) -> dict[str, Any]:
        """Return the IAM policy that the check needs, as JSON data; no AWS call."""
        scope = Scope.from_arns(self.inputs.region, self.inputs.arns_of_account)
        return policy_document(read_target(scope, self.inputs.cluster))
