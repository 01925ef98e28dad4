"""The step *Continue Amazon ECS Deployment*.

variables -> inputs -> the deployment that waits -> is it this one's, and healthy -> continue -> verdict
"""

from typing import TYPE_CHECKING, Any

from ecs_steps.result import Result
from ecs_steps.steps.aws_step import DeploymentStep
from ecs_steps.steps.continue_ecs_deployment.inputs import RULES, ContinueInputs

if TYPE_CHECKING:
    from ecs_steps.context import DeploymentContext


class ContinueEcsDeploymentStep(DeploymentStep[ContinueInputs]):
    """Continue a deployment that waits for a person, until its next pause or its end.

    Raises:
        InvalidInputsError: Several pauses wait and none is named; nothing was continued.
        NotFoundError: There is no such service or deployment, or none is in progress.
        SupersededError: The deployment is another's, or another one has taken its place.
        DeploymentError: It is not healthy, and nothing was continued; or it did not succeed.
    """

    _inputs_class, _rules = ContinueInputs, RULES

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure.
        """
        from ecs_steps.steps.continue_ecs_deployment.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics)

    def _run(self, context: "DeploymentContext") -> Result:
        from ecs_steps.steps.continue_ecs_deployment.deployment import Continuation

        return Continuation(inputs=self.inputs, context=context).run()
