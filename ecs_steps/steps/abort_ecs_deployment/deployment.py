"""Find the deployment, roll it back wherever it is, and wait until what served before serves again."""

from attrs import Factory, evolve, field, frozen

from ecs_steps.aws.ecs import Service, service_outputs
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.context import DeploymentContext, WatchOptions
from ecs_steps.environments.guard import check_environment
from ecs_steps.errors import DeploymentError, RolloutFailedError
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.approval import answer_pause, record_once_decided, stop_and_roll_back
from ecs_steps.rollouts.decision import Action, Decision, decide_to_abort
from ecs_steps.rollouts.deployment import found_still_running
from ecs_steps.rollouts.failure import failure_of
from ecs_steps.rollouts.progress import (
    final_outputs,
    find_service_deployment,
    is_pinned,
    is_tagged,
    newer_deployment,
    progress_outputs,
    refuse_foreign,
    report_pause,
    watch_service_deployment,
)
from ecs_steps.rollouts.review import Review, identify
from ecs_steps.rollouts.rollback import what_serves
from ecs_steps.rollouts.start import describe_updatable_service, has_task_sets, start_rollout
from ecs_steps.rollouts.verdict import DeploymentStatus
from ecs_steps.rollouts.watch import ServiceWatch, wait_for_verdict
from ecs_steps.steps.abort_ecs_deployment.inputs import ABORT, AbortInputs, WhenFinished
from ecs_steps.steps.deployment_inputs import SERVICE_DEPLOYMENT_ARN

MAX_ANSWERS = 3
"""How many pauses an abort answers that are decided by someone else in the same moment."""


@frozen(kw_only=True)
class Abort:
    """One abort of a deployment that ECS itself controls, and the outputs known so far."""

    inputs: AbortInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Roll back what is in progress, and wait."""
        with self.outputs.attach_to_errors(found_still_running):
            inputs, context = self.inputs, self.context
            service = describe_updatable_service(
                inputs.cluster_name, inputs.service_name, context, with_task_sets=True
            )
            check_environment(inputs.guard, context, service=service)
            self.outputs.set(
                ClusterName=inputs.cluster_name, **service_outputs(service.arn), Region=context.aws.region
            )
            if has_task_sets(service):
                return self._abandon(service)
            record = self._find(service)
            if record is None:
                return self._unchanged(f"Service {service.name} has no deployment to abort.")
            seen = identify(record, service, context)
            for error in seen.unread:
                context.say(Level.WARNING, f"Which revisions these are is not known. {error}")
            self.outputs.set(**progress_outputs(record, seen))
            newer = newer_deployment(service, record)
            redeploys = self.inputs.when_finished is WhenFinished.REDEPLOY and record.status == "SUCCESSFUL"
            is_redeployed = redeploys and service.task_definition == seen.previous
            if newer and not record.is_rolling_back and not is_redeployed:
                return self._unchanged(
                    f"{seen.name} is not aborted: deployment {newer.deployment_id} of "
                    f"{newer.task_definition} has taken its place.",
                    is_superseded=True,
                )
            return self._roll_back(service, record, seen)

    def _abandon(self, service: Service) -> Result:
        """Take the traffic away from the new task set of the service, and delete it."""
        from ecs_steps.steps.task_set_deployment import TaskSetDeployment

        inputs = self.inputs
        deployment = TaskSetDeployment.of_inputs(
            inputs, service, self.outputs, self.context, task_set_id=inputs.task_set_id or ""
        )
        return deployment.abort()

    def _find(self, service: Service) -> ServiceDeployment | None:
        """Return the deployment that is meant; none where nothing of this Octopus deployment is there."""
        pins, context = self.inputs.pins, self.context
        record = find_service_deployment(service, pins, context)
        if record is None or is_pinned(record, pins):
            return record
        if record.is_in_progress:
            refuse_foreign(service, record, pins, context, variable=SERVICE_DEPLOYMENT_ARN)
            return record
        return record if is_tagged(service, record, pins, context) else None

    def _roll_back(self, service: Service, record: ServiceDeployment, seen: Review) -> Result:
        decision = decide_to_abort(record)
        if decision.action is Action.FINISHED:
            return self._finished(service, seen)
        self._begin_rollback(record, decision)
        if not self.context.may_wait and record.is_in_progress:
            return self.outputs.result(Outcome.STARTED)
        # Tasks that fail while ECS goes back leave nothing to give up.
        context = evolve(self.context, watch_options=WatchOptions(stopped_tasks=0))
        watch = watch_service_deployment(service, record, seen, context, answered=decision.waiting)
        match wait_for_verdict(watch, with_timing=False).status:
            case DeploymentStatus.ROLLED_BACK:
                self.outputs.set(**final_outputs(watch.service_deployment))
                return self.outputs.result(Outcome.ROLLED_BACK)
            case DeploymentStatus.SUPERSEDED:
                why = watch.verdict.reason.removesuffix(".")
                return self._unchanged(f"{seen.name} is not aborted: {why}.", is_superseded=True)
            case DeploymentStatus.SERVING:
                return self._finished(service, seen)
            case DeploymentStatus.FAILED | DeploymentStatus.PAUSED:
                raise self._failure(watch, seen)
            case _:
                raise failure_of(watch)

    def _begin_rollback(self, record: ServiceDeployment, decision: Decision) -> None:
        """Answer the hook that waits with no; where that is too late decide again, else stop it."""
        for _ in range(MAX_ANSWERS):
            if decision.action is not Action.ANSWER:
                break
            self.context.say(Level.INFO, f"Rolling back {record.deployment_id} at hook {decision.hook_id}")
            if answer_pause(record, decision.hook_id, "ROLLBACK", self.context) is None:
                return
            record = record_once_decided(record, decision.hook_id, self.context)
            decision = decide_to_abort(record)
        if decision.action in (Action.STOP, Action.ANSWER):
            self.context.say(Level.INFO, f"Stopping {record.deployment_id}, which ECS then rolls back")
            stop_and_roll_back(record, self.context)

    def _finished(self, service: Service, seen: Review) -> Result:
        """Leave a deployment that has succeeded, or go back by another one."""
        if self.inputs.when_finished is WhenFinished.LEAVE:
            return self._unchanged(
                f"{seen.name} has succeeded and is not aborted: ECS rolls back only what is in progress "
                f"({ABORT}.WhenFinished = Redeploy deploys the revision before it)."
            )
        if not seen.previous:
            raise DeploymentError(
                what=f"{seen.name} has succeeded and cannot be undone",
                why="ECS does not know any more which revision served before it",
                next_step="Deploy that revision with the step Update Amazon ECS Service.",
            )
        # A run that was ended may have begun it.
        running = service.primary if service.task_definition == seen.previous else None
        if running is None:
            self.context.say(Level.WARNING, f"{seen.name} has succeeded: deploying {seen.previous} again")
        deployment = running or start_rollout(service, seen.previous, self.context, force=False)
        self.outputs.set(DeploymentId=deployment.deployment_id)
        if not self.context.may_wait:
            return self.outputs.result(Outcome.STARTED)
        watch = ServiceWatch(service.cluster_arn, service.name, deployment.ref, self.context)
        verdict = wait_for_verdict(watch)
        record = watch.service_deployment
        if verdict.pause and record:
            self.outputs.set(**report_pause(record, verdict.pause, watch.service, self.context))
            return self.outputs.result(Outcome.PAUSED)
        if verdict.status is DeploymentStatus.SERVING:
            return self.outputs.result(Outcome.ROLLED_BACK)
        raise failure_of(watch)

    def _unchanged(self, why: str, *, is_superseded: bool = False) -> Result:
        self.context.say(Level.WARNING, why)
        return self.outputs.result(Outcome.UNCHANGED, is_superseded=is_superseded)

    def _failure(self, watch: ServiceWatch, seen: Review) -> RolloutFailedError:
        return RolloutFailedError(
            what=f"{seen.name} could not be rolled back",
            why=watch.verdict.reason,
            next_step=f"Look at the service at once. {what_serves(watch, self.context)}",
            diagnosis=watch.diagnosis,
        )
