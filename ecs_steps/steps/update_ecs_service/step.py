"""The step *Update Amazon ECS Service*.

variables -> inputs -> what is there -> the next revision -> the service runs it -> outputs
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock
from ecs_steps.errors import DeploymentError
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Level, Report
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.steps.update_ecs_service.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.rollouts.watch import ServiceWatch


class UpdateEcsServiceStep:
    """Point a service at a new revision of its task definition; neither is owned by this step."""

    def __init__(self, variables: Mapping[str, object]) -> None:
        """Read and judge the variables; AWS is not asked.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(UpdateInputs, Variables(variables), RULES)

    def iam_policy(
        self, *, diagnostics: bool = False, roles: Sequence[str] = (), log_groups: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; AWS is not asked.

        With `diagnostics` it also allows what only explains a failure. The inputs do not name the `roles` of
        the task definition and the `log_groups` of its containers (names or ARNs): without them every role
        may be passed to tasks, and every log be read.
        """
        from ecs_steps.steps.update_ecs_service.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics, roles=roles, log_groups=log_groups)

    def dry_run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> str:
        """Return what would change and the calls that would be made; AWS is only read.

        Values of environment variables are masked. The difference is between the revision that the service
        runs and the next one.

        Raises:
            NotFoundError, DeploymentError, AwsCallError: As `run`.
        """
        from ecs_steps.steps.context import deployment_context
        from ecs_steps.steps.update_ecs_service.plan import changes, plan_update

        context = deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        plan = plan_update(self.inputs, context)
        calls = plan.calls(force=self.inputs.force_new_deployment)
        lines = [
            f"{plan.service.task_definition} -> the next revision of {plan.following['family']}",
            *(f"  {change}" for change in changes(plan, context) or ["nothing changes"]),
            "calls that would be made:",
            *(f"  {call}" for call in calls or ["none"]),
        ]
        return "".join(f"{line}\n" for line in lines)

    def run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> Result:
        """Register the next revision, deploy it, wait and verify.

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are printed.

        Raises:
            NotFoundError: The service, a task definition or a container does not exist; nothing was changed.
            DeploymentError: The service does not run the revision; with the cause.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        from ecs_steps.aws.ecs import DeploymentRef, revision_outputs, service_outputs
        from ecs_steps.rollouts.pauses import pause_outputs
        from ecs_steps.rollouts.start import start_rollout
        from ecs_steps.rollouts.verdict import DeploymentStatus, is_serving
        from ecs_steps.rollouts.watch import ServiceWatch, wait_for_verdict
        from ecs_steps.steps.context import deployment_context
        from ecs_steps.steps.update_ecs_service.plan import plan_update
        from ecs_steps.steps.update_ecs_service.registration import add_tags, register

        inputs = self.inputs
        context = deployment_context(inputs, self.warnings, aws=aws, report=report, clock=clock)
        outputs = Outputs(context.report)
        with outputs.attach_to_errors(_still_running_hint):
            plan = plan_update(inputs, context)
            outputs.tell(**self._names(plan.service.task_definition, context.aws.region))
            revision = register(plan, context)
            outputs.tell(**revision_outputs(revision), **service_outputs(plan.service.arn))
            leave = plan.is_running and not inputs.force_new_deployment
            deployment = plan.service.primary if leave else None
            if deployment is None:
                deployment = start_rollout(plan.service, revision, context, force=plan.is_running)
            outputs.tell(DeploymentId=deployment.deployment_id)
            add_tags(plan, context)
            target = DeploymentRef(
                task_definition=revision,
                deployment_id=deployment.deployment_id,
                since=deployment.created_at,
            )
            outcome = _outcome(left_alone=leave, waited=context.may_wait)
            if context.may_wait and not (leave and is_serving(plan.service, target)):
                watch = ServiceWatch(plan.service.cluster_arn, plan.service.name, target, context)
                verdict = wait_for_verdict(watch)
                if verdict.pause:
                    outcome = Outcome.PAUSED
                    outputs.tell(**pause_outputs(verdict.pause))
                elif verdict.status is not DeploymentStatus.SERVING:
                    raise self._failure(watch, plan.service.task_definition)
            outputs.tell(Outcome=outcome)
        return Result(outcome=outcome, outputs=outputs.values)

    def watch(
        self,
        deployment_id: str,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
    ) -> Result:
        """Wait for a deployment that was started before (`ecs-svc/...`), and give the verdict on it.

        Nothing is rolled back: what served before it is not known.

        Raises:
            As `run`.
        """
        from ecs_steps.aws.ecs import revision_outputs, service_outputs
        from ecs_steps.rollouts.pauses import pause_outputs
        from ecs_steps.rollouts.start import describe_updatable_service
        from ecs_steps.rollouts.verdict import DeploymentStatus
        from ecs_steps.rollouts.watch import ServiceWatch, failure_of, target_of, wait_for_verdict
        from ecs_steps.steps.context import deployment_context

        inputs = self.inputs
        context = deployment_context(inputs, self.warnings, aws=aws, report=report, clock=clock)
        outputs = Outputs(context.report)
        with outputs.attach_to_errors(_still_running_hint):
            service = describe_updatable_service(inputs.cluster_name, inputs.service_name, context)
            outputs.tell(**service_outputs(service.arn), DeploymentId=deployment_id)
            target = target_of(service, deployment_id, context)
            watch = ServiceWatch(service.cluster_arn, service.name, target, context)
            verdict = wait_for_verdict(watch)
            outcome = Outcome.SUCCEEDED
            if verdict.pause:
                outcome = Outcome.PAUSED
                outputs.tell(**pause_outputs(verdict.pause))
            elif verdict.status is not DeploymentStatus.SERVING:
                raise failure_of(watch)
            outputs.tell(**revision_outputs(target.task_definition), Outcome=outcome)
        return Result(outcome=outcome, outputs=outputs.values)

    def _failure(self, watch: "ServiceWatch", previous: str) -> DeploymentError:
        """Return the error to end with, after going back to the previous revision where that is wanted."""
        from ecs_steps.rollouts.watch import failure_of

        failure = failure_of(watch)
        if self.inputs.on_failure is not OnFailure.ROLLBACK:
            return failure
        if not watch.may_roll_back:
            if watch.rollback_objection:
                watch.context.say(Level.WARNING, f"It is not rolled back: {watch.rollback_objection}.")
            return failure
        from ecs_steps.rollouts.rollback import roll_back_to

        return roll_back_to(previous, watch, failure)

    def _names(self, previous: str, region: str) -> dict[str, str]:
        return {
            "ClusterName": self.inputs.cluster_name,
            "TaskDefinitionFamily": self.inputs.target_task_definition_name,
            "PreviousTaskDefinitionArn": previous,
            "Region": region,
        }


def _still_running_hint(outputs: Mapping[str, str]) -> str:
    deployment = outputs.get("DeploymentId")
    if not deployment:
        return ""
    return (
        f"Deployment {deployment} continues in ECS; follow it with: ecs-steps watch VARIABLES.json "
        f"--deployment {deployment}; or stop it with: aws ecs stop-service-deployment"
    )


def _outcome(*, left_alone: bool, waited: bool) -> Outcome:
    if left_alone:
        return Outcome.UNCHANGED
    return Outcome.SUCCEEDED if waited else Outcome.STARTED
