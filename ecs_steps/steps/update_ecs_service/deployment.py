"""Deploy the next revision, wait for it, and collect the outputs."""

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.octopus.inputs.shared_inputs import OnFailure, sent_tags
from ecs_steps.reporting.events import Level
from ecs_steps.result import DryRun, Outcome, Outputs, Result
from ecs_steps.rollouts.deployment import (
    ServiceMove,
    deploy_to_service,
    report_waiting_pause,
    still_running,
    task_set_left,
    watch_deployment,
)
from ecs_steps.rollouts.start import has_task_sets
from ecs_steps.steps.strategy_inputs import WhenPaused
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.plan import Plan, changes, plan_update
from ecs_steps.tags import merge_tags
from ecs_steps.task_definition.diff import revision_dry_run
from ecs_steps.task_definition.registration import add_tags, register_revision


@frozen(kw_only=True)
class RevisionDeployment:
    """One deployment of the step's inputs, and the outputs known so far."""

    inputs: UpdateInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Register the next revision, deploy it, wait and verify."""
        with self.outputs.attach_to_errors(lambda known: task_set_left(known) or still_running(known)):
            plan = plan_update(self.inputs, self.context)
            for warning in plan.warnings:
                self.context.say(Level.WARNING, str(warning))
            found = plan.in_progress
            if found and report_waiting_pause(
                plan.service, plan.latest.arn, found, self.context, self.outputs
            ):
                # The result is that of the run that began it; none is begun.
                self.outputs.set(**self._names(self.outputs.values.get("PreviousTaskDefinitionArn", "")))
                return self.outputs.result(Outcome.PAUSED)
            self.outputs.set(**self._names(plan.service.task_definition))
            if has_task_sets(plan.service):
                return self._begin_task_set(plan)
            revision = register_revision(plan.revision, self.context)
            return deploy_to_service(self._move(plan, revision), self.context, self.outputs)

    def _begin_task_set(self, plan: Plan) -> Result:
        """Make a task set of the next revision that testers alone reach."""
        from ecs_steps.steps.task_set_deployment import TaskSetDeployment

        inputs = self.inputs
        self.outputs.set(**service_outputs(plan.service.arn))
        if plan.is_running and not inputs.force_new_deployment:
            self.outputs.set(**revision_outputs(plan.latest.arn))
            return self.outputs.result(Outcome.UNCHANGED)
        tags = merge_tags(inputs.default_tags, sent_tags(inputs.tags))
        deployment = TaskSetDeployment.of_new_set(inputs, plan.service, self.outputs, self.context, tags)
        replace = inputs.when_paused is WhenPaused.REPLACE
        existing = "" if plan.revision.needs_registration else plan.latest.arn
        deployment.check(inputs.marker, replace=replace, task_definition=existing)
        revision = register_revision(plan.revision, self.context)
        add_tags(plan.latest.arn, plan.revision_tags, self.context)
        add_tags(plan.service.arn, plan.service_tags, self.context)
        return deployment.begin(
            revision,
            inputs.marker,
            replace=replace,
            roll_back=inputs.on_failure is OnFailure.ROLLBACK,
        )

    def _move(self, plan: Plan, revision: str) -> ServiceMove:
        def add_missing_tags() -> None:
            add_tags(plan.latest.arn, plan.revision_tags, self.context)
            add_tags(plan.service.arn, plan.service_tags, self.context)

        return ServiceMove(
            service=plan.service,
            revision=revision,
            force=self.inputs.force_new_deployment,
            roll_back=self.inputs.on_failure is OnFailure.ROLLBACK,
            add_tags=add_missing_tags,
            configuration=plan.configuration,
            is_begun=plan.in_progress is not None,
        )

    def watch(self, deployment_id: str) -> Result:
        """Wait for a deployment of the service and verify."""
        inputs = self.inputs
        with self.outputs.attach_to_errors(still_running):
            return watch_deployment(
                inputs.cluster_name, inputs.service_name, deployment_id, self.context, self.outputs
            )

    def dry_run(self) -> DryRun:
        """Return what would change, and the calls that would be made."""
        plan = plan_update(self.inputs, self.context)
        return revision_dry_run(
            plan.service.task_definition,
            plan.revision.family,
            changes(plan, self.context),
            plan.calls(force=self.inputs.force_new_deployment),
        )

    def _names(self, previous: str) -> dict[str, str]:
        return {
            "ClusterName": self.inputs.cluster_name,
            "TaskDefinitionFamily": self.inputs.target_task_definition_name,
            "PreviousTaskDefinitionArn": previous,
            "Region": self.context.aws.region,
        }
