"""The step *Deploy Amazon ECS Service*.

variables -> inputs -> template -> stack -> its service runs its task definition -> outputs

What a phase needs is imported by that phase: inputs need neither troposphere nor AWS.
"""

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ecs_steps.clock import Clock, cancellable
from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import DryRun, Result
from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY, DeployInputs
from ecs_steps.steps.deploy_ecs_service.one_container import named_as_given
from ecs_steps.steps.deploy_ecs_service.rules import EXPORT_RULES, RULES

if TYPE_CHECKING:
    from troposphere import Template

    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.preflight.check import CheckTable
    from ecs_steps.steps.deploy_ecs_service.deployment import StackDeployment


class DeployEcsServiceStep:
    """Deploy a Fargate service through a CloudFormation stack that this step owns."""

    def __init__(
        self, variables: Mapping[str, object], *, evaluate: bool = True, for_export: bool = False
    ) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        With `for_export` expressions that have no value yet are kept, and the images of the release need
        not be known; such a step can be exported and not run.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        rules = EXPORT_RULES if for_export else RULES
        self._for_export = for_export
        given = Variables(variables)
        is_short = given.get(f"{DEPLOY}.Containers", "").strip() in ("", "[]")
        try:
            self.inputs, warnings = read(
                DeployInputs, given, rules, keep_expressions=for_export, evaluate=evaluate
            )
        except InvalidInputsError as error:
            if not is_short:
                raise
            raise evolve(error, problems=tuple(named_as_given(error.problems, DEPLOY))) from None
        self.warnings = tuple(named_as_given(warnings, DEPLOY)) if is_short else warnings

    def template(self) -> "Template":
        """Build the CloudFormation template; no AWS call."""
        return self._build_template(keep_images=self._for_export)

    def export(self) -> str:
        """Return the template as YAML for Octopus' step *Deploy an AWS CloudFormation template*.

        Its parameters have default values, and each image that a release chooses is left as
        ``#{Octopus.Action.Package[REFERENCE].Image}``.
        """
        from ecs_steps.octopus import yaml_text

        template = self._build_template(keep_images=True).to_dict()
        return yaml_text.dump({"AWSTemplateFormatVersion": None} | template)

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure.
        """
        from ecs_steps.steps.deploy_ecs_service.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics)

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Deploy, wait and verify.

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are lines on standard error.

        Raises:
            DeploymentError: The service does not run what was requested; with the cause.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        if self._for_export:
            raise ValueError("A step that was read for its export cannot be run")
        return self._deployment(aws, report, cancellable(clock, cancel)).run()

    def dry_run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> DryRun:
        """Return what would become of the stack's resources, as a change set says, which is then deleted.

        No value of a property is read. Nothing is executed; for a stack that does not exist the change set
        makes an empty one for a moment.

        Raises:
            NotFoundError, DeploymentError, AwsCallError: As `run`.
        """
        if self._for_export:
            raise ValueError("A step that was read for its export cannot be run")
        return self._deployment(aws, report, clock).dry_run()

    def preflight(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> "CheckTable":
        """Return what AWS knows before the deployment, as a table of checks; AWS is only read.

        Raises:
            AwsCallError: No region is known.
        """
        from ecs_steps.preflight.table import preflight
        from ecs_steps.steps.context import aws_context
        from ecs_steps.steps.deploy_ecs_service.preflight import task_plan

        context = aws_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        return preflight(task_plan(self.inputs, self.iam_policy()), context)

    def watch(
        self,
        stack_id: str,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Wait for the last operation of a stack, which was started before, and give the verdict on it.

        A service with task sets gets the one that is missing, as by `run`.

        Raises:
            NotFoundError: There is no such stack.
            DeploymentError, AwsCallError: As `run`.
        """
        return self._deployment(aws, report, cancellable(clock, cancel)).watch(stack_id)

    def _build_template(self, *, keep_images: bool) -> "Template":
        from ecs_steps.steps.deploy_ecs_service.template import build_template

        return build_template(self.inputs, keep_images=keep_images)

    def _deployment(
        self, aws: "AwsClients | None", report: Report | None, clock: Clock | None
    ) -> "StackDeployment":
        from ecs_steps.steps.context import deployment_context
        from ecs_steps.steps.deploy_ecs_service.deployment import StackDeployment

        context = deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        return StackDeployment(inputs=self.inputs, context=context)
