"""The step *Abort Amazon ECS Deployment*.

variables -> inputs -> the deployment -> is it this one's -> roll back -> what served before serves again
"""

from typing import TYPE_CHECKING, Any

from ecs_steps.result import Result
from ecs_steps.steps.abort_ecs_deployment.inputs import RULES, AbortInputs
from ecs_steps.steps.aws_step import DeploymentStep

if TYPE_CHECKING:
    from ecs_steps.context import DeploymentContext


class AbortEcsDeploymentStep(DeploymentStep[AbortInputs]):
    """Roll a deployment back, wherever it is, until what served before it serves again.

    Where there is nothing to roll back the outcome is UNCHANGED.

    Raises:
        NotFoundError: There is no such service, or ECS does not know the deployment that is named.
        SupersededError: The deployment is another's; nothing was changed.
        DeploymentError: The rollback did not end well, or not in time.
    """

    _inputs_class, _rules = AbortInputs, RULES

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure.
        """
        from ecs_steps.steps.abort_ecs_deployment.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics)

    def _run(self, context: "DeploymentContext") -> Result:
        from ecs_steps.steps.abort_ecs_deployment.deployment import Abort

        return Abort(inputs=self.inputs, context=context).run()
