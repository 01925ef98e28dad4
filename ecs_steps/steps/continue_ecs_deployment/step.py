"""The step *Continue Amazon ECS Deployment*.

variables -> inputs -> the deployment that waits -> is it this one's, and healthy -> continue -> verdict
"""

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import Result
from ecs_steps.steps.continue_ecs_deployment.inputs import RULES, ContinueInputs

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


class ContinueEcsDeploymentStep:
    """Continue a deployment that waits for a person, until its next pause or its end."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(ContinueInputs, Variables(variables), RULES, evaluate=evaluate)

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure.
        """
        from ecs_steps.steps.continue_ecs_deployment.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics)

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Continue at the pause, and wait for the next one or the end.

        Raises:
            InvalidInputsError: Several pauses wait and none is named; nothing was continued.
            NotFoundError: There is no such service or deployment, or none is in progress.
            SupersededError: The deployment is another's, or another one has taken its place.
            DeploymentError: It is not healthy, and nothing was continued; or it did not succeed.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        from ecs_steps.steps.context import deployment_context
        from ecs_steps.steps.continue_ecs_deployment.deployment import Continuation

        context = deployment_context(
            self.inputs, self.warnings, aws=aws, report=report, clock=cancellable(clock, cancel)
        )
        return Continuation(inputs=self.inputs, context=context).run()
