"""What has changed of a service since it was last read, reported once."""

import re

from attrs import define, field, frozen

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.reporting.events import Level, Report, RolloutChanged, ServiceEvent
from ecs_steps.reporting.text import level_of

STARTED = re.compile(r"has started (?P<count>\d+) tasks")


@frozen(kw_only=True)
class Changes:
    """Whether anything changed, and whether any of it is trouble for this deployment."""

    any: bool
    trouble: bool


@define
class ChangeReporter:
    """What was reported of one service so far."""

    target: DeploymentRef
    _report: Report
    _rollouts: dict[str, RolloutChanged] = field(factory=dict)
    _messages: set[str] = field(factory=set)
    started: int = 0
    """How many tasks the service has started since the deployment began, by its own messages."""

    def report(self, service: Service, record: ServiceDeployment | None) -> Changes:
        """Report the deployments whose counts or state have changed, and the service's own messages."""
        changes = [
            *(self._report_deployment(service, each, record) for each in service.deployments),
            *self._report_messages(service),
        ]
        return Changes(any=any(c.any for c in changes), trouble=any(c.trouble for c in changes))

    def _report_deployment(
        self, service: Service, deployment: Deployment, record: ServiceDeployment | None
    ) -> Changes:
        is_ours = self.target.matches(deployment)
        own_record = record if is_ours else None
        change = RolloutChanged(
            service_name=service.name,
            deployment_id=deployment.deployment_id,
            task_definition=deployment.task_definition.rpartition("/")[2],
            state=own_record.status if own_record else deployment.rollout_state,
            desired=deployment.desired,
            running=deployment.running,
            pending=deployment.pending,
            failed=max(deployment.failed, own_record.failures if own_record else 0),
            is_this_deployment=is_ours,
            traffic_weight=own_record.target.production_weight if own_record else None,
            stage=own_record.lifecycle_stage if own_record else "",
        )
        before = self._rollouts.get(change.deployment_id)
        if before == change:
            return Changes(any=False, trouble=False)
        self._rollouts[change.deployment_id] = change
        self._report(change)
        return Changes(any=True, trouble=is_ours and before is not None and _is_worse(before, change))

    def _report_messages(self, service: Service) -> list[Changes]:
        new = [e for e in service.events if e.event_id not in self._messages and e.at >= self.target.since]
        changes = []
        for event in reversed(new):
            self._messages.add(event.event_id)
            message = ServiceEvent(service_name=service.name, text=event.text)
            self._report(message)
            started = STARTED.search(event.text)
            self.started += int(started["count"]) if started else 0
            # More tasks than are desired: some of them have stopped again, whatever the counts say now.
            is_restart = bool(started) and self.started > service.desired
            changes.append(Changes(any=True, trouble=is_restart or level_of(message) is Level.WARNING))
        return changes


def _is_worse(before: RolloutChanged, now: RolloutChanged) -> bool:
    fewer = now.running + now.pending < before.running + before.pending
    return now.failed > before.failed or now.state != before.state or fewer
