"""The step *Deploy Amazon ECS Service*.

variables -> inputs -> template -> stack -> its service runs its task definition -> outputs
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ecs_steps.clock import Clock
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.steps.deploy_ecs_service.rules import EXPORT_RULES, RULES
from ecs_steps.tags import merge_tags

if TYPE_CHECKING:
    from troposphere import Template

    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.aws.cloudformation import StackRequest
    from ecs_steps.context import DeploymentContext
    from ecs_steps.stacks.deployment import DeployedStack


class DeployEcsServiceStep:
    """Deploy a Fargate service through a CloudFormation stack that this step owns."""

    def __init__(self, variables: Mapping[str, object], *, for_export: bool = False) -> None:
        """Read and judge the variables; AWS is not asked.

        With `for_export` expressions that have no value yet are kept, and the images of the release need
        not be known; such a step can be exported and not run.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        rules = EXPORT_RULES if for_export else RULES
        self._for_export = for_export
        self.inputs, self.warnings = read(
            DeployInputs, Variables(variables), rules, keep_expressions=for_export
        )

    def template(self) -> "Template":
        """Build the CloudFormation template; AWS is not asked."""
        from ecs_steps.steps.deploy_ecs_service.template import build_template

        return build_template(self.inputs, keep_images=self._for_export)

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; AWS is not asked.

        With `diagnostics` it also allows what only explains a failure.
        """
        from ecs_steps.steps.deploy_ecs_service.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics)

    def export(self) -> str:
        """Return the template as YAML for Octopus' step *Deploy an AWS CloudFormation template*.

        Its parameters have default values, and each image that a release chooses is left as
        ``#{Octopus.Action.Package[REFERENCE].Image}``.
        """
        from ecs_steps.octopus import yaml_text
        from ecs_steps.steps.deploy_ecs_service.template import build_template

        template = build_template(self.inputs, keep_images=True).to_dict()
        return yaml_text.dump({"AWSTemplateFormatVersion": None} | template)

    def run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> Result:
        """Deploy, wait and verify.

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are printed.

        Raises:
            DeploymentError: The service does not run what was asked for; with the cause.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        if self._for_export:
            raise ValueError("A step that was read for its export cannot be run")
        from ecs_steps.stacks.deployment import start_deployment
        from ecs_steps.steps.context import deployment_context

        context = deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        outputs = Outputs(context.report)
        with outputs.attach_to_errors(_still_running_hint):
            stack = start_deployment(self._stack_request(context.aws.region), context)
            return self._wait_and_collect(stack, context, outputs)

    def watch(
        self,
        stack_id: str,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
    ) -> Result:
        """Wait for the last operation of a stack, which was started before, and give the verdict on it.

        Raises:
            NotFoundError: There is no such stack.
            DeploymentError, AwsCallError: As `run`.
        """
        from ecs_steps.stacks.deployment import attach
        from ecs_steps.steps.context import deployment_context

        context = deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        outputs = Outputs(context.report)
        with outputs.attach_to_errors(_still_running_hint):
            return self._wait_and_collect(attach(stack_id, context), context, outputs)

    def _wait_and_collect(
        self, stack: "DeployedStack", context: "DeploymentContext", outputs: Outputs
    ) -> Result:
        """Wait for the stack and for its service, and tell the outputs as they become known."""
        from ecs_steps.aws.cloudformation import stack_resources
        from ecs_steps.aws.ecs import revision_outputs, service_outputs
        from ecs_steps.rollouts.pauses import pause_outputs
        from ecs_steps.rollouts.verdict import DeploymentStatus
        from ecs_steps.rollouts.watch import failure_of, wait_for_verdict
        from ecs_steps.stacks.service_watch import StackServiceWatch
        from ecs_steps.stacks.watch import watch_operation

        inputs = self.inputs
        outputs.tell(**self._names(stack.stack_id, context.aws.region))
        service_id, definition_id = inputs.logical_id("Service"), inputs.logical_id("TaskDefinition")
        service = StackServiceWatch(inputs.cluster_name, service_id, definition_id, stack.began_at, context)
        if stack.operation and context.may_wait:
            leave = inputs.on_failure is OnFailure.LEAVE
            if pause := watch_operation(stack.operation, context, service=service, leave=leave):
                outputs.tell(**pause_outputs(pause), Outcome=Outcome.PAUSED)
                return Result(outcome=Outcome.PAUSED, outputs=outputs.values)
        resources = context.call_with_retries(
            "the stack", lambda: stack_resources(context.aws, stack.stack_id)
        )
        service_arn, task_definition = resources.get(service_id, ""), resources.get(definition_id, "")
        outputs.tell(**service_outputs(service_arn))
        if context.may_wait:
            watch = service.watch_of(service_arn, task_definition)
            verdict = wait_for_verdict(watch)
            if verdict.pause:
                outputs.tell(**pause_outputs(verdict.pause), Outcome=Outcome.PAUSED)
                return Result(outcome=Outcome.PAUSED, outputs=outputs.values)
            if verdict.status is not DeploymentStatus.SERVING:
                raise failure_of(watch)
            outputs.tell(**revision_outputs(task_definition), DeploymentId=watch.deployment_id)
        outcome = _outcome(unchanged=stack.unchanged, waited=context.may_wait)
        outputs.tell(Outcome=outcome)
        return Result(outcome=outcome, outputs=outputs.values)

    def _stack_request(self, region: str) -> "StackRequest":
        from ecs_steps.aws.cloudformation import StackRequest
        from ecs_steps.steps.deploy_ecs_service.template import build_template, stack_parameters

        inputs = evolve(self.inputs, region=region)
        template = build_template(inputs)
        return StackRequest(
            name=inputs.stack_name,
            template=template.to_dict(),
            parameters=stack_parameters(template),
            tags=merge_tags(inputs.default_tags, inputs.user_tags),
            template_bucket=inputs.template_bucket,
        )

    def _names(self, stack_id: str, region: str) -> dict[str, str]:
        return {
            "AwsOutputs[StackId]": stack_id,
            "CloudFormationStackName": self.inputs.stack_name,
            "ClusterName": self.inputs.cluster_name,
            "TaskDefinitionFamily": self.inputs.service_task_name,
            "Region": region,
        }


def _still_running_hint(outputs: Mapping[str, str]) -> str:
    stack = outputs.get("AwsOutputs[StackId]")
    if not stack:
        return ""
    return (
        "CloudFormation continues with the stack; follow it with: "
        f"ecs-steps watch VARIABLES.json --stack {stack}; or undo it with: "
        "aws cloudformation cancel-update-stack (a first create: delete-stack)"
    )


def _outcome(*, unchanged: bool, waited: bool) -> Outcome:
    if unchanged:
        return Outcome.UNCHANGED
    return Outcome.SUCCEEDED if waited else Outcome.STARTED
