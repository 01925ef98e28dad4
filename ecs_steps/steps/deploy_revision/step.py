"""The step *Deploy Amazon ECS Revision*.

variables -> inputs -> service and revision, which fit -> the service runs the revision -> outputs

What a phase needs is imported by that phase: inputs need no AWS.
"""

from collections.abc import Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import Result
from ecs_steps.steps.deploy_revision.inputs import DeployRevisionInputs
from ecs_steps.steps.deploy_revision.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.preflight.check import CheckTable
    from ecs_steps.steps.deploy_revision.deployment import RevisionDeployment


class DeployEcsRevisionStep:
    """Point a service at a revision that exists, which the release has chosen; nothing is registered."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(
            DeployRevisionInputs, Variables(variables), RULES, evaluate=evaluate
        )

    def iam_policy(self, *, diagnostics: bool = False, log_groups: Sequence[str] = ()) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure. The inputs do not name the
        `log_groups` of the containers (names or ARNs): without them every log may be read.
        """
        from ecs_steps.steps.deploy_revision.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics, log_groups=log_groups)

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Deploy the revision, wait and verify.

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are lines on standard error.

        Raises:
            NotFoundError: The service or the revision does not exist, the revision is not active, or the
                service cannot run it; nothing was changed.
            DeploymentError: The service does not run the revision; with the cause.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        return self._deployment(aws, report, cancellable(clock, cancel)).run()

    def preflight(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> "CheckTable":
        """Return what AWS knows before the deployment, as a table of checks; AWS is only read.

        Raises:
            AwsCallError: No region is known.
        """
        from ecs_steps.preflight.table import preflight
        from ecs_steps.steps.context import aws_context
        from ecs_steps.steps.deploy_revision.preflight import task_plan

        context = aws_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        return preflight(task_plan(self.inputs, self.iam_policy(), context), context)

    def watch(
        self,
        deployment_id: str,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Wait for a deployment that was started before (`ecs-svc/...`), and give the verdict on it.

        Nothing is rolled back: what served before it is not known.

        Raises:
            As `run`.
        """
        return self._deployment(aws, report, cancellable(clock, cancel)).watch(deployment_id)

    def _deployment(
        self, aws: "AwsClients | None", report: Report | None, clock: Clock | None
    ) -> "RevisionDeployment":
        from ecs_steps.steps.context import deployment_context
        from ecs_steps.steps.deploy_revision.deployment import RevisionDeployment

        context = deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        return RevisionDeployment(inputs=self.inputs, context=context)
