"""Deploy the chosen revision, wait for it, and collect the outputs."""

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.deployment import (
    ServiceMove,
    deploy_to_service,
    report_waiting_pause,
    still_running,
    task_set_left,
    watch_deployment,
)
from ecs_steps.rollouts.start import has_task_sets
from ecs_steps.steps.deploy_revision.inputs import DeployRevisionInputs
from ecs_steps.steps.deploy_revision.plan import Plan, plan_deployment
from ecs_steps.steps.strategy_inputs import WhenPaused
from ecs_steps.task_definition.registration import add_tags


@frozen(kw_only=True)
class RevisionDeployment:
    """One deployment of the step's inputs, and the outputs known so far."""

    inputs: DeployRevisionInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Deploy the revision, wait and verify."""
        with self.outputs.attach_to_errors(lambda known: task_set_left(known) or still_running(known)):
            plan = plan_deployment(self.inputs, self.context)
            for warning in plan.warnings:
                self.context.say(Level.WARNING, warning)
            found = plan.in_progress
            if found and report_waiting_pause(plan.service, plan.revision, found, self.context, self.outputs):
                # The result is that of the run that began it; none is begun.
                previous = self.outputs.values.get("PreviousTaskDefinitionArn", "")
                self.outputs.set(**self._names(plan, previous))
                return self.outputs.result(Outcome.PAUSED)
            self.outputs.set(**self._names(plan, plan.service.task_definition))
            if has_task_sets(plan.service):
                return self._begin_task_set(plan)
            move = ServiceMove(
                service=plan.service,
                revision=plan.revision,
                force=self.inputs.force_new_deployment,
                roll_back=self.inputs.on_failure is OnFailure.ROLLBACK,
                add_tags=lambda: add_tags(plan.service.arn, plan.service_tags, self.context),
                configuration=plan.configuration,
                is_begun=plan.in_progress is not None,
            )
            return deploy_to_service(move, self.context, self.outputs)

    def _begin_task_set(self, plan: Plan) -> Result:
        """Make a task set of the revision that testers alone reach."""
        from ecs_steps.steps.task_set_deployment import TaskSetDeployment

        inputs, service = self.inputs, plan.service
        self.outputs.set(**service_outputs(service.arn))
        if service.task_definition == plan.revision and not inputs.force_new_deployment:
            self.outputs.set(**revision_outputs(plan.revision))
            return self.outputs.result(Outcome.UNCHANGED)
        deployment = TaskSetDeployment.of_new_set(
            inputs, service, self.outputs, self.context, inputs.default_tags
        )
        replace = inputs.when_paused is WhenPaused.REPLACE
        deployment.check(inputs.marker, replace=replace, task_definition=plan.revision)
        add_tags(service.arn, plan.service_tags, self.context)
        return deployment.begin(
            plan.revision,
            inputs.marker,
            replace=replace,
            roll_back=inputs.on_failure is OnFailure.ROLLBACK,
        )

    def _names(self, plan: Plan, previous: str) -> dict[str, str]:
        return {
            "ClusterName": self.inputs.cluster_name,
            "TaskDefinitionFamily": plan.family,
            "PreviousTaskDefinitionArn": previous,
            "Region": self.context.aws.region,
        }

    def watch(self, deployment_id: str) -> Result:
        """Wait for a deployment of the service and verify."""
        inputs = self.inputs
        with self.outputs.attach_to_errors(still_running):
            return watch_deployment(
                inputs.cluster_name, inputs.service_name, deployment_id, self.context, self.outputs
            )
