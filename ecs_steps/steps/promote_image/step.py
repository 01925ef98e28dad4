"""The step *Promote Image to Amazon ECR*.

variables -> inputs -> source and repository -> copy by digest -> scan gate -> tag -> outputs

What a phase needs is imported by that phase: inputs need no AWS.
"""

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import Result
from ecs_steps.steps.promote_image.inputs import PromoteInputs
from ecs_steps.steps.promote_image.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


class PromoteEcrImageStep:
    """Copy an image into a repository of Amazon ECR, byte for byte, and give it a tag there."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(PromoteInputs, Variables(variables), RULES, evaluate=evaluate)

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:  # noqa: ARG002  as every step; nothing of it explains a failure alone
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call."""
        from ecs_steps.steps.promote_image.iam_policy import permissions

        return permissions(self.inputs)

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Copy the image, check its scans and set its tag; without Docker, and nothing where it is there.

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are lines on standard error.

        Raises:
            WrongEnvironmentError: The credentials are of another account than the expected one.
            NotFoundError, ImageNotFoundError: The repository or the source image does not exist.
            TagConflictError: The tag names another image and is immutable; nothing was uploaded.
            ScanGateError, TimedOutError: The scan gate did not let the image pass; its tag was not set.
            RegistryError: The source or the destination failed.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        from ecs_steps.environments.guard import check_environment
        from ecs_steps.steps.context import aws_context
        from ecs_steps.steps.promote_image.promotion import Promotion

        context = aws_context(
            self.inputs, self.warnings, aws=aws, report=report, clock=cancellable(clock, cancel)
        )
        check_environment(self.inputs.guard, context)
        return Promotion(inputs=self.inputs, context=context).run()
