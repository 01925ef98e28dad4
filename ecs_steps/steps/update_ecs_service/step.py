"""The step *Update Amazon ECS Service*.

variables -> inputs -> what is there -> the next revision -> the service runs it -> outputs

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
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.preflight.check import CheckTable
    from ecs_steps.steps.update_ecs_service.deployment import RevisionDeployment


class UpdateEcsServiceStep:
    """Point a service at a new revision of its task definition; neither is owned by this step."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(UpdateInputs, Variables(variables), RULES, evaluate=evaluate)

    def iam_policy(
        self, *, diagnostics: bool = False, roles: Sequence[str] = (), log_groups: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure. The inputs do not name the `roles` of
        the task definition and the `log_groups` of its containers (names or ARNs): without them every role
        may be passed to tasks, and every log be read.
        """
        from ecs_steps.steps.update_ecs_service.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics, roles=roles, log_groups=log_groups)

    def dry_run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> DryRun:
        """Return what would change and the calls that would be made; AWS is only read.

        Values of environment variables are masked. The difference is between the revision that the service
        runs and the next one.

        Raises:
            NotFoundError, DeploymentError, AwsCallError: As `run`.
        """
        return self._deployment(aws, report, clock).dry_run()

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Register the next revision, deploy it, wait and verify.

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are lines on standard error.

        Raises:
            NotFoundError: The service, a task definition or a container does not exist; nothing was changed.
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
        from ecs_steps.steps.update_ecs_service.preflight import task_plan

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
        from ecs_steps.steps.update_ecs_service.deployment import RevisionDeployment

        context = deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        return RevisionDeployment(inputs=self.inputs, context=context)
