"""The step *Prepare Amazon ECS Traffic*.

variables -> inputs -> what there is -> what is missing of it -> outputs
"""

from typing import TYPE_CHECKING, Any

from ecs_steps.result import Result
from ecs_steps.steps.aws_step import AwsStep
from ecs_steps.steps.prepare_traffic.inputs import RULES, PrepareTrafficInputs

if TYPE_CHECKING:
    from ecs_steps.context import DeploymentContext


class PrepareEcsTrafficStep(AwsStep[PrepareTrafficInputs]):
    """Have what a deployment shifts traffic with: two target groups, a production rule and a test rule.

    What is found by its tag keeps its weights, its priority and its actions; where nothing is missing, the
    outcome is UNCHANGED.

    Raises:
        NotFoundError: There is no such listener.
        DeploymentError: Something of this name is not to be used; with what to do.
    """

    _inputs_class, _rules = PrepareTrafficInputs, RULES

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:  # noqa: ARG002  as every step's
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call."""
        from ecs_steps.steps.prepare_traffic.iam_policy import permissions

        return permissions(self.inputs)

    def _run(self, context: "DeploymentContext") -> Result:
        from ecs_steps.steps.prepare_traffic.preparation import Preparation

        return Preparation(inputs=self.inputs, context=context).run()
