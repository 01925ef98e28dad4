"""Deploy the next revision, wait for it, and collect the outputs."""

from collections.abc import Mapping
from functools import partial

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, revision_outputs, service_outputs, tag_resource
from ecs_steps.aws.task_definitions import register_task_definition
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.start import look_at_service, start_rollout
from ecs_steps.rollouts.verdict import is_serving
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.plan import Plan, changes, describe_revision, plan_update
from ecs_steps.task_definition.normalize import same_revision


@frozen(kw_only=True)
class RevisionDeployment:
    """One deployment of the step's inputs, and the outputs known so far."""

    inputs: UpdateInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Register the next revision, deploy it, wait and verify."""
        with self.outputs.attach_to_errors(_still_running_hint):
            plan = plan_update(self.inputs, self.context)
            self.outputs.set(**self._names(plan.service.task_definition))
            revision = _register(plan, self.context)
            self.outputs.set(**revision_outputs(revision), **service_outputs(plan.service.arn))
            running = self._running(plan)
            deployment = running or start_rollout(plan.service, revision, self.context, force=plan.is_running)
            self.outputs.set(DeploymentId=deployment.deployment_id)
            _add_tags(plan, self.context)
            target = DeploymentRef(
                task_definition=revision,
                deployment_id=deployment.deployment_id,
                since=deployment.created_at,
            )
            if self.context.may_wait and not (running and is_serving(plan.service, target)):
                self._wait(plan, target)
            return self.outputs.result(_outcome(unchanged=bool(running), waited=self.context.may_wait))

    def watch(self, deployment_id: str) -> Result:
        """Wait for a deployment of the service and verify."""
        from ecs_steps.steps.update_ecs_service.waiting import wait_for_deployment

        with self.outputs.attach_to_errors(_still_running_hint):
            service = look_at_service(self.inputs.cluster_name, self.inputs.service_name, self.context)
            self.outputs.set(**service_outputs(service.arn), DeploymentId=deployment_id)
            deployment = wait_for_deployment(service, deployment_id, self.context)
            self.outputs.set(**revision_outputs(deployment.task_definition))
            return self.outputs.result(Outcome.SUCCEEDED)

    def dry_run(self) -> str:
        """Return what would change, and the calls that would be made."""
        plan = plan_update(self.inputs, self.context)
        calls = plan.calls(force=self.inputs.force_new_deployment)
        lines = [
            f"{plan.service.task_definition} -> the next revision of {plan.next_request['family']}",
            *(f"  {change}" for change in changes(plan, self.context) or ["nothing changes"]),
            "calls that would be made:",
            *(f"  {call}" for call in calls or ["none"]),
        ]
        return "".join(f"{line}\n" for line in lines)

    def _running(self, plan: Plan) -> Deployment | None:
        """Return the deployment that runs the revision already, where none has to be started."""
        is_unchanged = plan.is_running and not self.inputs.force_new_deployment
        return plan.service.primary if is_unchanged else None

    def _wait(self, plan: Plan, target: DeploymentRef) -> None:
        # Only who waits pays for what explains a failure.
        from ecs_steps.steps.update_ecs_service.waiting import wait_for_revision

        roll_back = self.inputs.on_failure is OnFailure.ROLLBACK
        wait_for_revision(plan.service, target, self.context, roll_back=roll_back)

    def _names(self, previous: str) -> dict[str, str]:
        return {
            "ClusterName": self.inputs.cluster_name,
            "TaskDefinitionFamily": self.inputs.target_task_definition_name,
            "PreviousTaskDefinitionArn": previous,
            "Region": self.context.aws.region,
        }


def _register(plan: Plan, context: DeploymentContext) -> str:
    """Register what the plan has to register, and return the ARN of the revision to deploy.

    RegisterTaskDefinition takes no client token: where a fault may have hidden that it was carried out, the
    family's latest revision is described before the call is repeated.
    """
    for warning in plan.warnings:
        context.say(Level.WARNING, str(warning))
    if not plan.needs_registration:
        context.say(Level.INFO, f"{plan.latest.arn} is as requested; no revision is registered")
        return plan.latest.arn

    def registered() -> str | None:
        latest = describe_revision(plan.next_request["family"], context)
        is_ours = latest.arn != plan.latest.arn and same_revision(latest.request, plan.next_request)
        return latest.arn if is_ours else None

    arn = context.call_at_most_once(
        "the new revision", lambda: register_task_definition(context.aws, plan.next_request), registered
    )
    context.say(Level.INFO, f"Registered {arn}")
    return arn


def _add_tags(plan: Plan, context: DeploymentContext) -> None:
    """Add the tags that the service, or a revision that was there before, lacks.

    By then the deployment is in progress: a refusal is a warning and does not fail it.
    """
    for arn, tags in ((plan.latest.arn, plan.revision_tags), (plan.service.arn, plan.service_tags)):
        if not tags or (arn == plan.latest.arn and plan.needs_registration):
            continue
        try:
            context.call_with_retries("the tags", partial(tag_resource, context.aws, arn, tags))
        except AwsCallError as error:
            context.say(Level.WARNING, f"{arn} keeps its old tags. {error}")


def _still_running_hint(outputs: Mapping[str, str]) -> str:
    deployment = outputs.get("DeploymentId")
    if not deployment:
        return ""
    return (
        f"Deployment {deployment} continues in ECS; to resume waiting: ecs-steps watch VARIABLES.json "
        f"--deployment {deployment}; to stop it: aws ecs stop-service-deployment"
    )


def _outcome(*, unchanged: bool, waited: bool) -> Outcome:
    if unchanged:
        return Outcome.UNCHANGED
    return Outcome.SUCCEEDED if waited else Outcome.STARTED
