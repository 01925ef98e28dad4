"""The step *Deploy Amazon ECS Service*.

variables -> inputs -> template -> stack -> its service runs its task definition -> outputs
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
from ecs_steps.steps.aws_step import DeployingStep
from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY, DeployInputs
from ecs_steps.steps.deploy_ecs_service.one_container import named_as_given
from ecs_steps.steps.deploy_ecs_service.rules import EXPORT_RULES, RULES

if TYPE_CHECKING:
    from troposphere import Template

    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.context import DeploymentContext
    from ecs_steps.preflight.plan import TaskPlan
    from ecs_steps.steps.deploy_ecs_service.deployment import StackDeployment


class DeployEcsServiceStep(DeployingStep[DeployInputs]):
    """Deploy a Fargate service through a CloudFormation stack that this step owns.

    Raises:
        DeploymentError: The service does not run what was requested; with the cause.
    """

    _inputs_class = DeployInputs

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

    def dry_run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> DryRun:
        """Return what would become of the stack's resources, as a change set says, which is then deleted.

        No value of a property is read. Nothing is executed; for a stack that does not exist the change set
        makes an empty one for a moment.

        Raises:
            NotFoundError, DeploymentError, AwsCallError: As `run`.
        """
        return self._deployment(self._context(aws, report, clock)).dry_run()

    def _build_template(self, *, keep_images: bool) -> "Template":
        from ecs_steps.steps.deploy_ecs_service.template import build_template

        return build_template(self.inputs, keep_images=keep_images)

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
        context = self._context(aws, report, cancellable(clock, cancel))
        return self._deployment(context).watch(stack_id)

    def _context(
        self, aws: "AwsClients | None", report: Report | None, clock: Clock | None
    ) -> "DeploymentContext":
        if self._for_export:
            raise ValueError("A step that was read for its export cannot be run")
        return super()._context(aws, report, clock)

    def _run(self, context: "DeploymentContext") -> Result:
        return self._deployment(context).run()

    def _task_plan(self, context: "DeploymentContext") -> "TaskPlan":  # noqa: ARG002  the inputs say all of it
        from ecs_steps.steps.deploy_ecs_service.preflight import task_plan

        return task_plan(self.inputs, self.iam_policy())

    def _deployment(self, context: "DeploymentContext") -> "StackDeployment":
        from ecs_steps.steps.deploy_ecs_service.deployment import StackDeployment

        return StackDeployment(inputs=self.inputs, context=context)
