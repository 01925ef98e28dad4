"""How a deployment begins and ends: completed, failed, rolled back, replaced. It moves no task itself."""

import math
from typing import Any

from attrs import define, frozen

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.deployment import (
    DEPLOYED_MEMBERS,
    Deployment,
    RolloutState,
    ServiceDeployment,
    ServiceRevision,
)
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.task_definitions import Revision

_HISTORY = 100


@frozen
class Monitor:
    """What watches over a deployment and may call it failed, in ECS' words."""

    name: str
    finding: str
    reason: str


# Believed: the reason of the circuit breaker (acceptance tests of terraform-provider-aws).
# Believed: the reasons of alarms and of a stop by a user are worded like it (no source).
CIRCUIT_BREAKER = Monitor(
    "ECS deployment circuit breaker",
    "tasks failed to start.",
    "the circuit breaker threshold was exceeded.",
)
ALARMS = Monitor("ECS deployment alarms", "alarm detected.", "one or more alarms were in the ALARM state.")
USER = Monitor("ECS deployment", "stopped by a user.", "a user stopped it.")


@define
class Rollouts:
    """Starts and ends the deployments of services."""

    account: Account

    def start(self, service: Service, task_definition: Revision, *, launch_type: str) -> Deployment:
        """Make a new PRIMARY of what the service now is; one in progress is superseded."""
        digits = self.account.deployment_digits()
        revision = ServiceRevision(
            arn=self.account.arn(f"service-revision/{service.cluster_name}/{service.name}/{digits}"),
            task_definition=task_definition,
            launch_type=launch_type,
            members={name: service.members[name] for name in DEPLOYED_MEMBERS if name in service.members},
            created_at=self.account.now,
        )
        service.revisions[revision.arn] = revision
        replaced = service.open_service_deployment
        if replaced:
            # Believed: status and text of a superseded deployment (kayac/ecspresso#899).
            replaced.ended(self.account.now, "STOPPED", "Replaced by a new service deployment.")
        sources = [deployment for deployment in service.deployments if deployment.tasks]
        deployment = self._begin(service, digits, revision, "ECS deployment {id} in progress.")
        token = self.account.token()
        service_deployment = ServiceDeployment(
            arn=self.account.arn(f"service-deployment/{service.cluster_name}/{service.name}/{token}"),
            target=deployment,
            sources=sources,
            configuration=service.configuration,
            created_at=self.account.now,
        )
        service.service_deployments.insert(0, service_deployment)
        del service.service_deployments[_HISTORY:]
        return deployment

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

    def complete(self, service: Service, deployment: Deployment) -> None:
        """Mark the PRIMARY as completed; every other deployment is gone by then."""
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
        """Mark the PRIMARY as failed, and `roll_back` to the last completed service revision."""
        deployment, service_deployment = service.primary, service.open_service_deployment
        if deployment is None or service_deployment is None:
            return
        now = self.account.now
        deployment.moved(now, RolloutState.FAILED, f"{monitor.name}: {monitor.finding}")
        service.add_event(f"(deployment {deployment.id}) deployment failed: {monitor.finding}")
        if service_deployment.rollback is deployment:
            service_deployment.ended(now, "ROLLBACK_FAILED")
        elif not roll_back:
            service_deployment.ended(now, "STOPPED", f"Service deployment stopped because {monitor.reason}")
        elif service.served is None:
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
        digits = self.account.deployment_digits()
        reason = f"{monitor.name}: rolling back to deploymentId {{id}}."
        service_deployment.rollback = self._begin(service, digits, revision, reason)
        service_deployment.rollback_reason = f"Service deployment rolled back because {monitor.reason}"
        service_deployment.moved(self.account.now, "ROLLBACK_IN_PROGRESS", service_deployment.rollback_reason)
        service.members |= revision.members
        service.add_event(f"rolling back to deployment {service_deployment.rollback.id}.")


def breaker_of(service: Service) -> dict[str, Any]:
    return service.configuration.get("deploymentCircuitBreaker") or {}


def breaker_threshold(service: Service) -> int:
    """Return how many failed tasks trip the circuit breaker: half of the desired count, from 3 to 200."""
    # Believed: BOUNDED_PERCENT keeps the bounds 3 and 200 (ECS guide, deployment-circuit-breaker).
    rule: dict[str, Any] = breaker_of(service).get("thresholdConfiguration") or {
        "type": "BOUNDED_PERCENT",
        "value": 50,
    }
    value = int(rule["value"])
    share = math.ceil(value * service.desired / 100)
    match rule["type"]:
        case "COUNT":
            return value
        case "UNBOUNDED_PERCENT":
            return max(1, share)
        case _:
            return min(max(3, share), 200)
