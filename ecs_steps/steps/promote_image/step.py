"""The step *Promote Image to Amazon ECR*.

variables -> inputs -> source and repository -> copy by digest -> scan gate -> tag -> outputs
"""

from typing import TYPE_CHECKING, Any

from ecs_steps.result import Result
from ecs_steps.steps.aws_step import AwsStep
from ecs_steps.steps.promote_image.inputs import PromoteInputs
from ecs_steps.steps.promote_image.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.context import DeploymentContext


class PromoteEcrImageStep(AwsStep[PromoteInputs]):
    """Copy an image into a repository of Amazon ECR, byte for byte, and give it a tag there.

    Its scans are checked before; it takes no Docker, and copies nothing where the image is there.

    Raises:
        NotFoundError, ImageNotFoundError: The repository or the source image does not exist.
        TagConflictError: The tag names another image and is immutable; nothing was uploaded.
        ScanGateError, TimedOutError: The scan gate did not let the image pass; its tag was not set.
        RegistryError: The source or the destination failed.
    """

    _inputs_class, _rules = PromoteInputs, RULES

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:  # noqa: ARG002  as every step; nothing of it explains a failure alone
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call."""
        from ecs_steps.steps.promote_image.iam_policy import permissions

        return permissions(self.inputs)

    def _run(self, context: "DeploymentContext") -> Result:
        from ecs_steps.environments.guard import check_environment
        from ecs_steps.steps.promote_image.promotion import Promotion

        check_environment(self.inputs.guard, context)
        return Promotion(inputs=self.inputs, context=context).run()
