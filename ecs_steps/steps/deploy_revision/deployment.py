"""Deploy the chosen revision, wait for it, and collect the outputs."""

from attrs import Factory, field, frozen

from ecs_steps.context import DeploymentContext
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outputs, Result
from ecs_steps.rollouts.deployment import deploy_to_service, still_running, watch_deployment
from ecs_steps.steps.deploy_revision.inputs import DeployRevisionInputs
from ecs_steps.steps.deploy_revision.plan import plan_deployment
from ecs_steps.task_definition.registration import add_tags


@frozen(kw_only=True)
class RevisionDeployment:
    """One deployment of the step's inputs, and the outputs known so far."""

    inputs: DeployRevisionInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Deploy the revision, wait and verify."""
        with self.outputs.attach_to_errors(still_running):
            plan = plan_deployment(self.inputs, self.context)
            self.outputs.set(
                ClusterName=self.inputs.cluster_name,
                TaskDefinitionFamily=plan.family,
                PreviousTaskDefinitionArn=plan.service.task_definition,
                Region=self.context.aws.region,
            )
            for warning in plan.warnings:
                self.context.say(Level.WARNING, warning)
            return deploy_to_service(
                plan.service,
                plan.revision,
                self.context,
                self.outputs,
                force=self.inputs.force_new_deployment,
                roll_back=self.inputs.on_failure is OnFailure.ROLLBACK,
                add_tags=lambda: add_tags(plan.service.arn, plan.service_tags, self.context),
            )

    def watch(self, deployment_id: str) -> Result:
        """Wait for a deployment of the service and verify."""
        inputs = self.inputs
        with self.outputs.attach_to_errors(still_running):
            return watch_deployment(
                inputs.cluster_name, inputs.service_name, deployment_id, self.context, self.outputs
            )
