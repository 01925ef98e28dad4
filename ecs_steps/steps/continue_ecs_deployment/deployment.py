"""Find the deployment, check that it is this one's and healthy, continue it, and wait."""

from typing import NoReturn

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import Service, service_outputs
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.errors import DeploymentError, InvalidInputsError, NotFoundError, Problem
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.approval import answer_pause, record_once_decided
from ecs_steps.rollouts.decision import Action, Decision, decide_to_continue
from ecs_steps.rollouts.deployment import found_still_running
from ecs_steps.rollouts.failure import failure_of
from ecs_steps.rollouts.pauses import waits_at
from ecs_steps.rollouts.progress import (
    final_outputs,
    find_service_deployment,
    is_pinned,
    is_tagged,
    progress_outputs,
    refuse_foreign,
    report_pause,
    watch_service_deployment,
)
from ecs_steps.rollouts.review import Review, identify, review
from ecs_steps.rollouts.start import describe_updatable_service, has_task_sets
from ecs_steps.rollouts.verdict import DeploymentStatus
from ecs_steps.rollouts.verification import Verification, verify
from ecs_steps.rollouts.watch import ServiceWatch, wait_for_verdict
from ecs_steps.steps.continue_ecs_deployment.inputs import CONTINUE, ContinueInputs, WhenUnhealthy
from ecs_steps.steps.deployment_inputs import SERVICE_DEPLOYMENT_ARN


@frozen(kw_only=True)
class Continuation:
    """One continuation of a deployment that ECS itself controls, and the outputs known so far."""

    inputs: ContinueInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Continue at the pause that is meant, and wait for the next one or the end."""
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
                return self._share(service)
            if inputs.traffic_percent is not None:
                _refuse_share(service)
            record = self._find(service)
            decision = decide_to_continue(record, inputs.pins)
            seen = (review if decision.action is Action.ANSWER else identify)(record, service, context)
            self.outputs.set(**progress_outputs(record, seen))
            if decision.action is not Action.ANSWER:
                for error in seen.unread:
                    context.say(Level.WARNING, f"Which revisions these are is not known. {error}")
            match decision.action:
                case Action.FINISHED:
                    context.say(Level.INFO, f"Service deployment {record.arn} has succeeded already")
                    return self.outputs.result(Outcome.UNCHANGED)
                case Action.CHOOSE:
                    _refuse_to_choose(decision)
                case Action.ANSWER:
                    self._check(seen)
                    if self._verification:
                        verify(self._verification, context)
                    self._answer(record, decision.hook_id)
                case _:
                    self._say_why_not(record, decision)
            return self._wait(service, record, seen, decision.hook_id)

    def _share(self, service: Service) -> Result:
        """Give the new task set of the service its next share of the traffic."""
        from ecs_steps.steps.task_set_deployment import TaskSetDeployment

        inputs = self.inputs
        if inputs.traffic_percent is None:
            problem = Problem(
                path=f"{CONTINUE}.TrafficPercent",
                message=f"is required: service {service.name} is deployed by task sets",
            )
            raise InvalidInputsError(what="It is not clear which share was approved", problems=(problem,))
        deployment = TaskSetDeployment.of_inputs(
            inputs, service, self.outputs, self.context, task_set_id=inputs.task_set_id or ""
        )
        return deployment.share(
            inputs.traffic_percent,
            bake_minutes=inputs.bake_minutes,
            only_healthy=inputs.when_unhealthy is WhenUnhealthy.FAIL,
            verification=self._verification,
        )

    @property
    def _verification(self) -> Verification | None:
        """What is verified before the deployment is continued."""
        inputs = self.inputs
        if inputs.verify_url is None:
            return None
        return Verification(
            url=inputs.verify_url,
            marker=inputs.marker,
            status=inputs.verify_status,
            text=inputs.verify_text,
            tries=inputs.verify_tries,
            interval=inputs.verify_interval,
        )

    def _find(self, service: Service) -> ServiceDeployment:
        pins, context = self.inputs.pins, self.context
        record = find_service_deployment(service, pins, context)
        if record is None:
            _nothing_to_continue(service, "ECS has no deployment of it")
        if is_pinned(record, pins):
            return record
        if record.is_in_progress:
            refuse_foreign(service, record, pins, context, variable=SERVICE_DEPLOYMENT_ARN)
        elif record.status == "SUCCESSFUL" or not is_tagged(service, record, pins, context):
            _nothing_to_continue(service, f"its last deployment is {record.status}")
        return record

    def _check(self, seen: Review) -> None:
        """Refuse to continue what is not healthy, or cannot be judged, unless the inputs say so."""
        if self.inputs.when_unhealthy is WhenUnhealthy.CONTINUE:
            for problem in (*seen.findings, *map(str, seen.unread)):
                self.context.say(Level.WARNING, f"Continued all the same: {problem}")
            return
        if seen.findings:
            raise DeploymentError(
                what=f"The deployment of {seen.name} was not continued",
                why="; ".join(seen.findings),
                next_step="Nothing was called: it still waits. Mend it and run the step again, abort it, or "
                f"set {CONTINUE}.WhenUnhealthy to Continue.",
            )
        for error in seen.unread:
            raise error

    def _answer(self, record: ServiceDeployment, hook_id: str) -> None:
        self.context.say(Level.INFO, f"Continuing {record.deployment_id} at hook {hook_id}")
        refusal = answer_pause(record, hook_id, "CONTINUE", self.context)
        if refusal is None:
            return
        if waits_at(record_once_decided(record, hook_id, self.context), hook_id):
            raise refusal
        self.context.say(Level.WARNING, f"The pause of hook {hook_id} was decided without this step.")

    def _say_why_not(self, record: ServiceDeployment, decision: Decision) -> None:
        if not decision.hook_id or not record.is_in_progress:
            return
        listed = {hook.hook_id: hook.status for hook in record.hooks}
        status = listed.get(decision.hook_id)
        how = f"is {status}" if status else "is not listed any more: its pause was decided without this step"
        level = Level.INFO if status == "SUCCEEDED" else Level.WARNING
        self.context.say(level, f"Hook {decision.hook_id} {how}; nothing is continued.")

    def _wait(self, service: Service, record: ServiceDeployment, seen: Review, hook_id: str) -> Result:
        if not self.context.may_wait and record.is_in_progress:
            return self.outputs.result(Outcome.STARTED)
        watch = watch_service_deployment(service, record, seen, self.context, answered=[hook_id])
        wait_for_verdict(watch)
        return self._result(watch)

    def _result(self, watch: ServiceWatch) -> Result:
        pause, record = watch.verdict.pause, watch.service_deployment
        if pause and record:
            if pause.hook_id in watch.answered_hooks:
                text = f"Hook {pause.hook_id} was continued, and ECS still shows that it waits for a person."
                self.context.say(Level.WARNING, text)
            self.outputs.set(**report_pause(record, pause, watch.service, self.context))
            return self.outputs.result(Outcome.PAUSED)
        if watch.verdict.status is DeploymentStatus.SERVING:
            self.outputs.set(**final_outputs(record))
            return self.outputs.result(Outcome.SUCCEEDED)
        raise failure_of(watch)


def _refuse_share(service: Service) -> NoReturn:
    problem = Problem(
        path=f"{CONTINUE}.TrafficPercent",
        message=f"is only for services that are deployed by task sets; the deployment controller of "
        f"{service.name} is {service.controller}, and ECS shares its traffic by the strategy",
    )
    raise InvalidInputsError(what="The share cannot be chosen", problems=(problem,))


def _nothing_to_continue(service: Service, why: str) -> NoReturn:
    raise NotFoundError(
        what=f"Service {service.name} has no deployment to continue",
        why=why,
        next_step="Nothing was changed. Run the step that begins one first, or check the service's name.",
    )


def _refuse_to_choose(decision: Decision) -> NoReturn:
    hooks = ", ".join(decision.waiting)
    problem = Problem(
        path=f"{CONTINUE}.HookId", message=f"is required: several hooks wait at this stage: {hooks}"
    )
    raise InvalidInputsError(what="It is not clear which pause was approved", problems=(problem,))
