"""Deploy the next revision, wait for it, and collect the outputs."""

from collections.abc import Mapping

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Level
from ecs_steps.result import DryRun, Outcome, Outputs, Result, StillRunning
from ecs_steps.rollouts.start import describe_updatable_service, start_rollout
from ecs_steps.rollouts.verdict import is_serving
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.plan import Plan, changes, plan_update
from ecs_steps.task_definition.dry_run import revision_dry_run
from ecs_steps.task_definition.registration import add_tags, register_revision


@frozen(kw_only=True)
class RevisionDeployment:
    """One deployment of the step's inputs, and the outputs known so far."""

    inputs: UpdateInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Register the next revision, deploy it, wait and verify."""
        with self.outputs.attach_to_errors(_still_running):
            plan = plan_update(self.inputs, self.context)
            self.outputs.set(**self._names(plan.service.task_definition))
            for warning in plan.warnings:
                self.context.say(Level.WARNING, str(warning))
            revision = register_revision(plan.revision, self.context)
            self.outputs.set(**revision_outputs(revision), **service_outputs(plan.service.arn))
            running = self._running(plan)
            deployment = running or start_rollout(plan.service, revision, self.context, force=plan.is_running)
            self.outputs.set(DeploymentId=deployment.deployment_id)
            self.outputs.since = deployment.created_at
            add_tags(plan.latest.arn, plan.revision_tags, self.context)
            add_tags(plan.service.arn, plan.service_tags, self.context)
            target = DeploymentRef(
                task_definition=revision,
                deployment_id=deployment.deployment_id,
                since=deployment.created_at,
            )
            needs_wait = self.context.may_wait and not (running and is_serving(plan.service, target))
            if needs_wait and self._wait(plan, target):
                return self.outputs.result(Outcome.PAUSED)
            return self.outputs.result(_outcome(unchanged=bool(running), waited=self.context.may_wait))

    def watch(self, deployment_id: str) -> Result:
        """Wait for a deployment of the service and verify."""
        from ecs_steps.rollouts.pauses import pause_outputs
        from ecs_steps.steps.update_ecs_service.waiting import wait_for_deployment

        with self.outputs.attach_to_errors(_still_running):
            inputs, context = self.inputs, self.context
            service = describe_updatable_service(inputs.cluster_name, inputs.service_name, context)
            self.outputs.set(**service_outputs(service.arn), DeploymentId=deployment_id)
            target, pause = wait_for_deployment(service, deployment_id, context)
            self.outputs.set(**revision_outputs(target.task_definition))
            if pause:
                self.outputs.set(**pause_outputs(pause))
            return self.outputs.result(Outcome.PAUSED if pause else Outcome.SUCCEEDED)

    def dry_run(self) -> DryRun:
        """Return what would change, and the calls that would be made."""
        plan = plan_update(self.inputs, self.context)
        return revision_dry_run(
            plan.service.task_definition,
            plan.revision.family,
            changes(plan, self.context),
            plan.calls(force=self.inputs.force_new_deployment),
        )

    def _running(self, plan: Plan) -> Deployment | None:
        """Return the deployment that runs the revision already, where none has to be started."""
        is_unchanged = plan.is_running and not self.inputs.force_new_deployment
        return plan.service.primary if is_unchanged else None

    def _wait(self, plan: Plan, target: DeploymentRef) -> bool:
        """Wait until the service runs the revision; return whether its deployment waits for a person."""
        # Only who waits pays for what explains a failure.
        from ecs_steps.rollouts.pauses import pause_outputs
        from ecs_steps.steps.update_ecs_service.waiting import wait_for_revision

        roll_back = self.inputs.on_failure is OnFailure.ROLLBACK
        pause = wait_for_revision(plan.service, target, self.context, roll_back=roll_back)
        if pause:
            self.outputs.set(**pause_outputs(pause))
        return pause is not None

    def _names(self, previous: str) -> dict[str, str]:
        return {
            "ClusterName": self.inputs.cluster_name,
            "TaskDefinitionFamily": self.inputs.target_task_definition_name,
            "PreviousTaskDefinitionArn": previous,
            "Region": self.context.aws.region,
        }


def _still_running(outputs: Mapping[str, str]) -> StillRunning | None:
    deployment = outputs.get("DeploymentId")
    if not deployment:
        return None
    return StillRunning(
        what=f"Deployment {deployment} continues in ECS",
        watch=f"ecs-steps watch VARIABLES.json --deployment {deployment}",
        undo="aws ecs stop-service-deployment",
    )


def _outcome(*, unchanged: bool, waited: bool) -> Outcome:
    if unchanged:
        return Outcome.UNCHANGED
    return Outcome.SUCCEEDED if waited else Outcome.STARTED
