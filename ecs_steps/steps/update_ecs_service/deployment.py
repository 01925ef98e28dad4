"""Deploy the next revision, wait for it, and collect the outputs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, revision_outputs, service_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result, StillRunning
from ecs_steps.rollouts.start import describe_updatable_service, start_rollout
from ecs_steps.rollouts.verdict import is_serving
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.plan import Plan, changes, plan_update
from ecs_steps.task_definition.registration import add_tags, register_revision

if TYPE_CHECKING:
    from ecs_steps.aws.service_deployments import ServiceDeployment
    from ecs_steps.rollouts.pauses import Pause
    from ecs_steps.rollouts.watch import ServiceWatch


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
            for warning in plan.warnings:
                self.context.say(Level.WARNING, str(warning))
            if plan.in_progress and plan.in_progress.pause:
                return self._still_paused(plan, plan.in_progress.record, plan.in_progress.pause)
            self.outputs.set(**self._names(plan.service.task_definition))
            revision = register_revision(plan.revision, self.context)
            self.outputs.set(**revision_outputs(revision), **service_outputs(plan.service.arn))
            running = self._running(plan)
            deployment = running or start_rollout(
                plan.service,
                revision,
                self.context,
                force=plan.is_running,
                configuration=plan.configuration,
            )
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
        from ecs_steps.steps.update_ecs_service.waiting import wait_for_deployment

        with self.outputs.attach_to_errors(_still_running):
            inputs, context = self.inputs, self.context
            service = describe_updatable_service(inputs.cluster_name, inputs.service_name, context)
            self.outputs.set(**service_outputs(service.arn), DeploymentId=deployment_id)
            watch = wait_for_deployment(service, deployment_id, context)
            self.outputs.set(**revision_outputs(watch.target.task_definition))
            is_paused = self._has_paused(watch)
            return self.outputs.result(Outcome.PAUSED if is_paused else Outcome.SUCCEEDED)

    def dry_run(self) -> str:
        """Return what would change, and the calls that would be made."""
        plan = plan_update(self.inputs, self.context)
        calls = plan.calls(force=self.inputs.force_new_deployment)
        lines = [
            f"{plan.service.task_definition} -> the next revision of {plan.revision.family}",
            *(f"  {change}" for change in changes(plan, self.context) or ["nothing changes"]),
            "calls that would be made:",
            *(f"  {call}" for call in calls or ["none"]),
        ]
        return "".join(f"{line}\n" for line in lines)

    def _running(self, plan: Plan) -> Deployment | None:
        """Return the deployment that runs the revision already, where none has to be started."""
        is_unchanged = plan.is_running and not self.inputs.force_new_deployment
        return plan.service.primary if is_unchanged or plan.in_progress else None

    def _wait(self, plan: Plan, target: DeploymentRef) -> bool:
        """Wait until the service runs the revision; return whether its deployment waits for a person."""
        # Only who waits pays for what explains a failure.
        from ecs_steps.steps.update_ecs_service.waiting import wait_for_revision

        roll_back = self.inputs.on_failure is OnFailure.ROLLBACK
        return self._has_paused(wait_for_revision(plan.service, target, self.context, roll_back=roll_back))

    def _has_paused(self, watch: "ServiceWatch") -> bool:
        """Return whether a deployment waits for a person; then report what that person decides on."""
        pause, record = watch.verdict.pause, watch.service_deployment
        if pause is None or record is None:
            return False
        self._report_pause(record, pause)
        return True

    def _report_pause(self, record: "ServiceDeployment", pause: "Pause") -> None:
        from ecs_steps.rollouts.progress import report_pause

        self.outputs.set(**report_pause(record, pause, self.inputs.service_name, self.context))

    def _still_paused(self, plan: Plan, record: "ServiceDeployment", pause: "Pause") -> Result:
        """Give the result of the run that began the deployment, which waits for a person: none is begun."""
        self.outputs.set(
            **revision_outputs(plan.latest.arn),
            **service_outputs(plan.service.arn),
            DeploymentId=record.deployment_id,
        )
        self._report_pause(record, pause)
        self.outputs.set(**self._names(self.outputs.values.get("PreviousTaskDefinitionArn", "")))
        return self.outputs.result(Outcome.PAUSED)

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
