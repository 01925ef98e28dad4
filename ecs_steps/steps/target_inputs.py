"""The inputs of a check of a deployment target, which no step is about."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from ecs_steps.environments.scope import CLUSTER_VARIABLE, Guard
from ecs_steps.iam import Scope, policy_document
from ecs_steps.octopus.inputs.reader import read, variable
from ecs_steps.octopus.inputs.types import EcsName, Names
from ecs_steps.octopus.variables import Variables
from ecs_steps.preflight.iam_policy import read_target
from ecs_steps.steps.common_inputs import AWS_RULES, AwsInputs


@frozen(kw_only=True)
class TargetInputs(AwsInputs):
    """A cluster, and the target tags (roles) that it is to have."""

    cluster_name: EcsName = variable(
        CLUSTER_VARIABLE, label="Cluster name", help="The ECS cluster that is the target."
    )
    roles: Names = variable(
        "Octopus.Action.Aws.Ecs.Discovery.Roles",
        label="Target tags",
        help="The target tags of which the cluster's `octopus-role` is one.",
        default=(),
    )

    @property
    def cluster(self) -> str:
        """The cluster's name, where it was given by its ARN as well."""
        return self.cluster_name.rpartition("/")[2]

    @property
    def arns_of_account(self) -> tuple[str, ...]:
        """ARNs in the account of the target, that of the step's own role first."""
        return (*super().arns_of_account, self.cluster_name)

    @property
    def guard(self) -> Guard:
        """What is checked of the cluster."""
        return evolve(super().guard, cluster=self.cluster_name)


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
