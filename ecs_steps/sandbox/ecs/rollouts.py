"""How a deployment begins and ends: completed, failed, rolled back, replaced. It moves no task itself."""

from collections.abc import Callable
from contextlib import suppress

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.circuit_breaker import breaker_of, breaker_threshold
from ecs_steps.sandbox.ecs.deployment import (
    DEPLOYED_MEMBERS,
    Deployment,
    RolloutState,
    ServiceDeployment,
    ServiceRevision,
)
from ecs_steps.sandbox.ecs.hooks import ANSWER_SHOWS_AFTER, Hook
from ecs_steps.sandbox.ecs.lifecycle import Lifecycle, StageFailed, Steps
from ecs_steps.sandbox.ecs.monitors import CIRCUIT_BREAKER, Monitor
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.stages import CLEAN_UP, Stages
from ecs_steps.sandbox.ecs.strategy import shifts_traffic
from ecs_steps.sandbox.ecs.task_definitions import Revision
from ecs_steps.sandbox.ecs.traffic import routes_of

_HISTORY = 100
_REQUESTED_FOR = 1.0
"""Seconds from a stop request to the stop."""


@define
class Rollouts:
    """Starts and ends the deployments of services."""

    account: Account
    stages: Stages
    wake: Callable[[Service], None] = lambda _: None
    """Reconcile a service; the scheduler sets it."""

    def start(self, service: Service, task_definition: Revision, *, launch_type: str) -> Deployment:
        """Make a new PRIMARY of what the service now is; one in progress is superseded."""
        superseded = service.open_service_deployment
        sources = [deployment for deployment in service.deployments if deployment.tasks]
        blue = next((each for each in sources if each.revision is service.served), None)
        digits = self.account.deployment_digits()
        revision = self._make_revision(service, task_definition, digits, launch_type=launch_type)
        if superseded:
            self._supersede(superseded)
        deployment = self._begin(service, digits, revision, "ECS deployment {id} in progress.")
        token = self.account.token()
        service_deployment = ServiceDeployment(
            arn=self.account.arn(f"service-deployment/{service.cluster_name}/{service.name}/{token}"),
            target=deployment,
            sources=sources,
            blue=blue,
            configuration=service.configuration,
            created_at=self.account.now,
        )
        service.service_deployments.insert(0, service_deployment)
        del service.service_deployments[_HISTORY:]
        if service_deployment.shifts:
            self._run(service, service_deployment, self.stages.forward(service, service_deployment))
        elif superseded and superseded.shifts:
            # Believed: a rolling deployment gets all of the traffic from the start (no source).
            with suppress(StageFailed):
                self.stages.traffic.shift_production(revision.routes, 100)
        self._hold(service, service_deployment)
        return deployment

    def _make_revision(
        self, service: Service, task_definition: Revision, digits: str, *, launch_type: str
    ) -> ServiceRevision:
        routes = routes_of(
            service.members.get("loadBalancers", []),
            service.served.routes if service.served else (),
            shifts=shifts_traffic(service.configuration),
        )
        revision = ServiceRevision(
            arn=self.account.arn(f"service-revision/{service.cluster_name}/{service.name}/{digits}"),
            task_definition=task_definition,
            launch_type=launch_type,
            members={name: service.members[name] for name in DEPLOYED_MEMBERS if name in service.members},
            created_at=self.account.now,
            routes=routes,
        )
        service.revisions[revision.arn] = revision
        return revision

    def _supersede(self, service_deployment: ServiceDeployment) -> None:
        # Believed: status and text of a superseded deployment (kayac/ecspresso#899).
        reason = "Replaced by a new service deployment."
        if not service_deployment.shifts:
            service_deployment.ended(self.account.now, "STOPPED", reason)
            return
        service_deployment.close()
        service_deployment.moved(self.account.now, "STOP_REQUESTED")
        self.account.after(
            _REQUESTED_FOR, lambda: service_deployment.ended(self.account.now, "STOPPED", reason)
        )

    def _run(self, service: Service, service_deployment: ServiceDeployment, steps: Steps) -> None:
        service_deployment.lifecycle = Lifecycle(
            steps=steps, account=self.account, wake=lambda: self.wake(service)
        )

    def _hold(self, service: Service, service_deployment: ServiceDeployment) -> None:
        """Leave a service deployment PENDING for as long as the plan has it."""
        seconds = self.account.plan.pending
        if not seconds:
            return
        service_deployment.status = "PENDING"

        def proceed() -> None:
            if service_deployment.status == "PENDING":
                service_deployment.moved(self.account.now, "IN_PROGRESS")
            self.wake(service)

        self.account.after(seconds, proceed)

    def advance(self, service: Service, service_deployment: ServiceDeployment) -> None:
        """Run the steps of a service deployment on as far as they go."""
        if service_deployment.lifecycle is None:
            return
        try:
            at_end = service_deployment.lifecycle.advance()
        except StageFailed as failure:
            self.fail(service, failure.monitor, roll_back=True)
            self.wake(service)
            return
        if at_end:
            self.complete(service, service_deployment.rollback or service_deployment.target)

    def _begin(self, service: Service, digits: str, revision: ServiceRevision, reason: str) -> Deployment:
        deployment = Deployment(
            digits=digits,
            revision=revision,
            created_at=self.account.now,
            rollout_state_reason=reason.format(id=f"ecs-svc/{digits}"),
        )
        service.deployments.insert(0, deployment)
        service.steady = False
        return deployment

    def answer(self, service: Service, hook: Hook, action: str) -> None:
        """Give a person's answer to a pause; it shows a moment later."""
        hook.give(action, self.account.now)
        self.account.after(ANSWER_SHOWS_AFTER, lambda: self.wake(service))

    def complete(self, service: Service, deployment: Deployment) -> None:
        """Mark the PRIMARY as completed; every other deployment has ended by then."""
        deployment.moved(
            self.account.now, RolloutState.COMPLETED, f"ECS deployment {deployment.id} completed."
        )
        service.deployments = [deployment]
        service.served = deployment.revision
        service.proven.add(deployment.revision.task_definition.arn)
        service.add_event(f"(deployment {deployment.id}) deployment completed.")
        if service_deployment := service.open_service_deployment:
            rolled_back = service_deployment.rollback is deployment
            service_deployment.ended(self.account.now, "ROLLBACK_SUCCESSFUL" if rolled_back else "SUCCESSFUL")

    def task_healthy(self, service: Service, deployment: Deployment) -> None:
        """Note a task that passed its checks: earlier failures no longer count."""
        # Believed: a healthy task resets the count unless resetOnHealthyTask is false (botocore's model).
        deployment.setbacks = 0
        if breaker_of(service).get("resetOnHealthyTask", True):
            deployment.failed_tasks = 0
            if service_deployment := service.open_service_deployment:
                service_deployment.breaker_failures = 0

    def task_failed(self, service: Service, deployment: Deployment) -> None:
        """Count a task that failed before it was healthy; the circuit breaker may end the deployment."""
        if deployment is not service.primary or not deployment.in_progress:
            return
        deployment.failed_tasks += 1
        deployment.updated_at = self.account.now
        breaker = breaker_of(service)
        if not breaker.get("enable"):
            return
        service_deployment = service.open_service_deployment
        if service_deployment:
            service_deployment.breaker_failures = deployment.failed_tasks
        if deployment.failed_tasks >= breaker_threshold(service):
            if service_deployment:
                service_deployment.breaker_triggered = True
            self.fail(service, CIRCUIT_BREAKER, roll_back=bool(breaker.get("rollback")))

    def fail(self, service: Service, monitor: Monitor, *, roll_back: bool) -> None:
        """Mark the PRIMARY as failed, and `roll_back` to the last completed service revision.

        From CLEAN_UP on there is no way back: the deployment completes.
        """
        deployment, service_deployment = service.primary, service.open_service_deployment
        if deployment is None or service_deployment is None or service_deployment.stage == CLEAN_UP:
            return
        now = self.account.now
        deployment.moved(now, RolloutState.FAILED, f"{monitor.name}: {monitor.finding}")
        service.add_event(f"(deployment {deployment.id}) deployment failed: {monitor.finding}")
        if service_deployment.rollback is deployment:
            service_deployment.ended(now, "ROLLBACK_FAILED")
        elif not roll_back:
            service_deployment.ended(now, "STOPPED", f"Service deployment stopped because {monitor.reason}")
        elif service.served is None or service.name in self.account.plan.without_rollback_candidate:
            # Believed: the text (acceptance tests of terraform-provider-aws); the status (no source).
            service_deployment.ended(
                now, "ROLLBACK_FAILED", "No rollback candidate was found to run the rollback."
            )
        else:
            self._roll_back(service, service_deployment, service.served, monitor)

    def abandon(self, service: Service) -> None:
        """End the open service deployment, since its service is being deleted."""
        if service_deployment := service.open_service_deployment:
            # Believed: status and text where the service is deleted (no source).
            service_deployment.ended(
                self.account.now, "STOPPED", "Service deployment stopped because the service was deleted."
            )

    def _roll_back(
        self,
        service: Service,
        service_deployment: ServiceDeployment,
        revision: ServiceRevision,
        monitor: Monitor,
    ) -> None:
        reason = f"{monitor.name}: rolling back to deploymentId {{id}}."
        blue = service_deployment.blue if service_deployment.shifts else None
        if blue in service.deployments:
            # Believed: the replaced deployment, whose tasks all run, is PRIMARY again (no source).
            service.deployments.remove(blue)
            service.deployments.insert(0, blue)
            blue.moved(self.account.now, RolloutState.IN_PROGRESS, reason.format(id=blue.id))
            rollback = blue
        else:
            rollback = self._begin(service, self.account.deployment_digits(), revision, reason)
        service_deployment.rollback, service_deployment.rollback_started_at = rollback, self.account.now
        service_deployment.rollback_reason = f"Service deployment rolled back because {monitor.reason}"
        service_deployment.moved(self.account.now, "ROLLBACK_IN_PROGRESS", service_deployment.rollback_reason)
        service.members |= revision.members
        service.add_event(f"rolling back to deployment {rollback.id}.")
        if service_deployment.shifts:
            service_deployment.close()
            self._run(service, service_deployment, self.stages.back(service, service_deployment, rollback))
