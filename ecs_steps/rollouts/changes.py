"""What is new of a service since it was last looked at, told once."""

from attrs import define, field, frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.reporting.events import Level, Report, RolloutChanged, ServiceEvent
from ecs_steps.reporting.text import level_of


@frozen
class Told:
    """Was there news, and was any of it trouble for this deployment?"""

    changed: bool
    trouble: bool


@define
class News:
    """What was told of one service so far."""

    target: DeploymentRef
    report: Report
    _rollouts: dict[str, RolloutChanged] = field(factory=dict)
    _messages: set[str] = field(factory=set)

    def tell(self, service: Service, attempt: ServiceDeployment | None) -> Told:
        """Report the deployments whose counts or state have changed, and the service's own messages."""
        told = [
            *(self._tell_deployment(service, each, attempt) for each in service.deployments),
            *self._tell_messages(service),
        ]
        return Told(changed=any(t.changed for t in told), trouble=any(t.trouble for t in told))

    def _tell_deployment(
        self, service: Service, deployment: Deployment, attempt: ServiceDeployment | None
    ) -> Told:
        is_ours = self.target.matches(deployment)
        change = RolloutChanged(
            service_name=service.name,
            deployment_id=deployment.deployment_id,
            task_definition=deployment.task_definition.rpartition("/")[2],
            state=attempt.status if attempt and is_ours else deployment.rollout_state,
            desired=deployment.desired,
            running=deployment.running,
            pending=deployment.pending,
            failed=max(deployment.failed, attempt.failures if attempt and is_ours else 0),
            is_this_deployment=is_ours,
            traffic_weight=attempt.traffic_weight if attempt and is_ours else None,
        )
        before = self._rollouts.get(change.deployment_id)
        if before == change:
            return Told(changed=False, trouble=False)
        self._rollouts[change.deployment_id] = change
        self.report(change)
        return Told(changed=True, trouble=is_ours and before is not None and _is_worse(before, change))

    def _tell_messages(self, service: Service) -> list[Told]:
        news = [e for e in service.events if e.event_id not in self._messages and e.at >= self.target.since]
        told = []
        for event in reversed(news):
            self._messages.add(event.event_id)
            message = ServiceEvent(service_name=service.name, text=event.text)
            self.report(message)
            told.append(Told(changed=True, trouble=level_of(message) is Level.WARNING))
        return told


def _is_worse(before: RolloutChanged, now: RolloutChanged) -> bool:
    fewer = now.running + now.pending < before.running + before.pending
    return now.failed > before.failed or now.state != before.state or fewer
