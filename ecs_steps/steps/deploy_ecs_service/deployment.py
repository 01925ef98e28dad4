"""Deploy the stack, wait for it and for its service, and collect the outputs."""

from collections.abc import Mapping

from attrs import Factory, evolve, field, frozen

from ecs_steps.aws.cloudformation import StackRequest, stack_resources
from ecs_steps.aws.ecs import revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.octopus.inputs.types import KeptCount
from ecs_steps.result import DryRun, Outcome, Outputs, Result, StillRunning
from ecs_steps.rollouts.deployment import has_paused, outcome_of, task_set_left
from ecs_steps.rollouts.failure import failure_of
from ecs_steps.rollouts.start import describe_service_of
from ecs_steps.rollouts.verdict import DeploymentStatus
from ecs_steps.rollouts.watch import wait_for_verdict
from ecs_steps.stacks.change_set import plan_deployment
from ecs_steps.stacks.deployment import DeployedStack, attach, start_deployment
from ecs_steps.stacks.preflight import running_count, stack_service, warn_of_scaling
from ecs_steps.stacks.service_watch import StackServiceWatch
from ecs_steps.stacks.watch import watch_operation
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.steps.deploy_ecs_service.task_sets import check_task_sets, deploy_task_set
from ecs_steps.tags import merge_tags
from ecs_steps.task_definition.container_specs import ContainerSpec, ImageReference


@frozen(kw_only=True)
class StackDeployment:
    """One deployment of the step's inputs, and the outputs known so far."""

    inputs: DeployInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Create or update the stack, wait and verify."""
        with self.outputs.attach_to_errors(_still_running):
            check_environment(self.inputs.guard, self.context)
            if self.inputs.has_task_sets:
                check_task_sets(self.inputs, self.context)
            stack = start_deployment(self._stack_request(self._pinned_inputs()), self.context)
            return self._wait_and_collect(stack)

    def dry_run(self) -> DryRun:
        """Plan the stack's changes and return them; the guard refuses as before a deployment."""
        check_environment(self.inputs.guard, self.context)
        plan = plan_deployment(self._stack_request(self._pinned_inputs()), self.context)
        data = {
            "stack": plan.stack_name,
            "action": plan.action.name,
            "note": plan.note,
            "resources": [
                {
                    "action": change.action,
                    "logicalId": change.logical_id,
                    "type": change.resource_type,
                    "replacement": change.replacement,
                    "properties": list(change.properties),
                }
                for change in plan.changes
            ],
        }
        lines = tuple(plan.lines())
        if self.inputs.has_task_sets:
            lines = (
                *lines,
                "after the stack: CreateTaskSet; a first one becomes PRIMARY, a later one pauses",
            )
        return DryRun(lines=lines, data=data)

    def watch(self, stack_id: str) -> Result:
        """Wait for the stack's last operation and verify."""
        with self.outputs.attach_to_errors(_still_running):
            return self._wait_and_collect(attach(stack_id, self.context))

    def _wait_and_collect(self, stack: DeployedStack) -> Result:
        inputs, context, outputs = self.inputs, self.context, self.outputs
        outputs.set(**self._names(stack.stack_id))
        service_id, definition_id = inputs.logical_id("Service"), inputs.logical_id("TaskDefinition")
        service = StackServiceWatch(inputs.cluster_name, service_id, definition_id, stack.began_at, context)
        if stack.operation and context.may_wait:
            # A service with task sets has no tasks of its own.
            beside = None if inputs.has_task_sets else service
            leave = inputs.on_failure is OnFailure.LEAVE
            if watch_operation(stack.operation, context, service=beside, leave=leave) and service.watch:
                has_paused(service.watch, context, outputs)
                return outputs.result(Outcome.PAUSED)
        resources = context.call_with_retries(
            "the stack", lambda: stack_resources(context.aws, stack.stack_id)
        )
        service_arn, task_definition = resources.get(service_id, ""), resources.get(definition_id, "")
        outputs.set(**service_outputs(service_arn))
        if stack.operation and not self._keeps_count:
            warn_of_scaling(service_arn, context)
        if inputs.has_task_sets:
            running = describe_service_of(inputs.cluster_name, service_arn, context)
            return deploy_task_set(
                inputs, running, task_definition, context, outputs, unchanged=stack.unchanged
            )
        if context.may_wait:
            watch = service.watch_of(service_arn, task_definition)
            verdict = wait_for_verdict(watch)
            if has_paused(watch, context, outputs):
                return outputs.result(Outcome.PAUSED)
            if verdict.status is not DeploymentStatus.SERVING:
                raise failure_of(watch)
            outputs.set(**revision_outputs(task_definition), DeploymentId=watch.deployment_id)
            if watch.service and watch.service.primary:
                outputs.since = watch.service.primary.created_at
        return outputs.result(outcome_of(unchanged=stack.unchanged, waited=context.may_wait))

    def _pinned_inputs(self) -> DeployInputs:
        """Return the inputs with each container's image by its digest, where that is wanted.

        Raises:
            NotFoundError, RegistryError, AwsCallError: As `Pinning.pin`.
        """
        inputs = self.inputs
        if not inputs.resolve_digests:
            return inputs
        from ecs_steps.images.pinning import Pinning, task_platform

        platform = task_platform(inputs.runtime_architecture_platform)
        pinning = Pinning.of_release(inputs, platform, self.context)

        def pinned(spec: ContainerSpec) -> ContainerSpec:
            image = pinning.pin(inputs.image(spec.container_image_reference))
            return evolve(spec, container_image_reference=ImageReference(image_name=image))

        return evolve(inputs, containers=tuple(map(pinned, inputs.containers)))

    def _stack_request(self, inputs: DeployInputs) -> StackRequest:
        # Only a deployment pays for troposphere: to watch a stack takes no template.
        from ecs_steps.steps.deploy_ecs_service.template import build_template, stack_parameters

        inputs = evolve(inputs, region=self.context.aws.region)
        template = build_template(inputs, desired_count=self._running_count())
        return StackRequest(
            name=inputs.stack_name,
            template=template.to_dict(),
            parameters=stack_parameters(template),
            tags=merge_tags(inputs.default_tags, inputs.user_tags),
            template_bucket=inputs.template_bucket,
            log_group=inputs.log_group,
            fixed_parameters=("TaskDefinitionName",),
            # A stack name that is given may outlive a service's name; a generated one may not.
            may_be_renamed=bool(inputs.cf_stack_name),
        )

    def _running_count(self) -> int | None:
        """Return the service's own desired count where the inputs keep it; none where there is no service."""
        if not self._keeps_count:
            return None
        service = stack_service(self.inputs.stack_name, self.inputs.logical_id("Service"), self.context)
        return running_count(service, self.context)

    @property
    def _keeps_count(self) -> bool:
        return isinstance(self.inputs.desired_count, KeptCount)

    def _names(self, stack_id: str) -> dict[str, str]:
        return {
            "AwsOutputs[StackId]": stack_id,
            "CloudFormationStackName": self.inputs.stack_name,
            "ClusterName": self.inputs.cluster_name,
            "TaskDefinitionFamily": self.inputs.service_task_name,
            "Region": self.context.aws.region,
        }


def _still_running(outputs: Mapping[str, str]) -> StillRunning | None:
    if first := outputs.get("TaskSetId"):
        return task_set_left(outputs) if "PreviousTaskSetId" in outputs else _first_left(first)
    stack = outputs.get("AwsOutputs[StackId]")
    if not stack:
        return None
    return StillRunning(
        what="CloudFormation continues with the stack",
        watch=f"ecs-steps watch VARIABLES.json --stack {stack}",
        undo="aws cloudformation cancel-update-stack (a first create: delete-stack)",
    )


def _first_left(task_set: str) -> StillRunning:
    return StillRunning(
        what=f"Task set {task_set} stays in ECS",
        watch="run the step again",
        undo=f"aws ecs delete-task-set --task-set {task_set} --force",
    )
