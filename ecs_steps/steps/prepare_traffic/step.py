"""The step *Prepare Amazon ECS Traffic*.

variables -> inputs -> what there is -> what is missing of it -> outputs
"""

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import Result
from ecs_steps.steps.prepare_traffic.inputs import PrepareTrafficInputs
from ecs_steps.steps.prepare_traffic.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


class PrepareEcsTrafficStep:
    """Have what a deployment shifts traffic with: two target groups, a production rule and a test rule."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        given = Variables(variables)
        self.inputs, self.warnings = read(PrepareTrafficInputs, given, RULES, evaluate=evaluate)

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:  # noqa: ARG002  as every step's
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call."""
        from ecs_steps.steps.prepare_traffic.iam_policy import permissions

        return permissions(self.inputs)

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Make what is missing; where nothing is, the outcome is UNCHANGED.

        What is found by its tag keeps its weights, its priority and its actions. By default AWS is reached
        with the variables' account, else with the environment's credentials.

        Raises:
            NotFoundError: There is no such listener.
            DeploymentError: Something of this name is not to be used; with what to do.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        from ecs_steps.steps.context import aws_context
        from ecs_steps.steps.prepare_traffic.preparation import Preparation

        context = aws_context(
            self.inputs, self.warnings, aws=aws, report=report, clock=cancellable(clock, cancel)
        )
        return Preparation(inputs=self.inputs, context=context).run()
