"""The step *Abort Amazon ECS Deployment*.

variables -> inputs -> the deployment -> is it this one's -> roll back -> what served before serves again
"""

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import Result
from ecs_steps.steps.abort_ecs_deployment.inputs import RULES, AbortInputs

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


class AbortEcsDeploymentStep:
    """Roll a deployment back, wherever it is, until what served before it serves again."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(AbortInputs, Variables(variables), RULES, evaluate=evaluate)

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure.
        """
        from ecs_steps.steps.abort_ecs_deployment.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics)

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Roll back and wait; where there is nothing to roll back the outcome is UNCHANGED.

        Raises:
            NotFoundError: There is no such service, or ECS does not know the deployment that is named.
            SupersededError: The deployment is another's; nothing was changed.
            DeploymentError: The rollback did not end well, or not in time.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        from ecs_steps.steps.abort_ecs_deployment.deployment import Abort
        from ecs_steps.steps.context import deployment_context

        context = deployment_context(
            self.inputs, self.warnings, aws=aws, report=report, clock=cancellable(clock, cancel)
        )
        return Abort(inputs=self.inputs, context=context).run()
