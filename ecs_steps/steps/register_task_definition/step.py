"""The step *Register Amazon ECS Task Definition*.

variables -> inputs -> template or document -> the next revision -> old revisions -> outputs

What a phase needs is imported by that phase: inputs need no AWS.
"""

from collections.abc import Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import DryRun, Result
from ecs_steps.steps.register_task_definition.document import document_rule
from ecs_steps.steps.register_task_definition.inputs import RegisterInputs
from ecs_steps.steps.register_task_definition.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.steps.register_task_definition.registration import Registration


class RegisterEcsTaskDefinitionStep:
    """Register a revision that a later deployment chooses; no service is changed."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables, a document by botocore's own model; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        rules = (*RULES, document_rule)
        self.inputs, self.warnings = read(RegisterInputs, Variables(variables), rules, evaluate=evaluate)

    def iam_policy(self, *, diagnostics: bool = False, roles: Sequence[str] = ()) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        A template does not name its `roles` (names or ARNs): without them every role may be passed to tasks.
        Nothing that this step does has to be explained, so `diagnostics` change nothing.
        """
        from ecs_steps.steps.register_task_definition.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics, roles=roles)

    def dry_run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> DryRun:
        """Return what would change and the calls that would be made; AWS is only read.

        Values of environment variables are masked. The difference is between the family's latest revision and
        the next one.

        Raises:
            NotFoundError, DeploymentError, AwsCallError: As `run`.
        """
        return self._registration(aws, report, clock).dry_run()

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Register the next revision; where it is as the latest one, nothing is registered (UNCHANGED).

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are lines on standard error.

        Raises:
            NotFoundError, RegistryError: The template, a container or an image to pin does not exist; nothing
                was changed.
            DeploymentError: A revision holds a member that this botocore would lose; nothing was changed.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        return self._registration(aws, report, cancellable(clock, cancel)).run()

    def _registration(
        self, aws: "AwsClients | None", report: Report | None, clock: Clock | None
    ) -> "Registration":
        from ecs_steps.steps.context import aws_context
        from ecs_steps.steps.register_task_definition.registration import Registration

        context = aws_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        return Registration(inputs=self.inputs, context=context)
