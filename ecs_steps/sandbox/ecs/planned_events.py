"""What comes from outside during a deployment, as planned."""

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.deployment import Deployment
from ecs_steps.sandbox.ecs.plan import (
    AlarmRaised,
    DesiredCountSet,
    Event,
    ServiceDeleted,
    SpotReclaimed,
    Superseded,
    TasksStopped,
)
from ecs_steps.sandbox.ecs.rollouts import ALARMS
from ecs_steps.sandbox.ecs.scheduler import Scheduler
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.task_definitions import TaskDefinitions


@define
class PlannedEvents:
    """Applies the plan's events to the deployments that callers start."""

    account: Account
    task_definitions: TaskDefinitions
    scheduler: Scheduler

    def follow(self, service: Service, deployment: Deployment) -> None:
        """Put the events of this deployment on the timeline."""
        service.requested_deployments += 1
        for event in self.account.plan.events:
            if event.deployment == service.requested_deployments:
                self._schedule(event, service, deployment)

    def _schedule(self, event: Event, service: Service, deployment: Deployment) -> None:
        def come() -> None:
            if service.status == "ACTIVE":
                self._apply(event, service, deployment)
                self.scheduler.wake(service)

        self.account.after(event.after, come)

    def _apply(self, event: Event, service: Service, deployment: Deployment) -> None:
        match event:
            case Superseded():
                self._supersede(service, deployment)
            case ServiceDeleted():
                self.scheduler.remove(service)
            case DesiredCountSet(count=count):
                service.members["desiredCount"] = count
            case TasksStopped(count=count, reason=reason):
                for task in deployment.wanted_tasks[:count]:
                    self.scheduler.life.stop(task, "UserInitiated", reason)
            case SpotReclaimed(count=count):
                for task in deployment.wanted_tasks[:count]:
                    self.scheduler.life.stop(task, "SpotInterruption", "Your Spot Task was interrupted.")
            case AlarmRaised(alarm=alarm):
                self._raise_alarm(alarm, service)

    def _supersede(self, service: Service, deployment: Deployment) -> None:
        launch_type = deployment.revision.launch_type
        if service.served:
            revision = service.served.task_definition
        else:
            revision = self.task_definitions.register_again(deployment.revision.task_definition)
        self.scheduler.rollouts.start(service, revision, launch_type=launch_type)

    def _raise_alarm(self, alarm: str, service: Service) -> None:
        alarms = service.configuration.get("alarms") or {}
        service_deployment = service.open_service_deployment
        if service_deployment and alarms.get("enable") and alarm in alarms["alarmNames"]:
            service_deployment.raised_alarms.append(alarm)
            self.scheduler.rollouts.fail(service, ALARMS, roll_back=bool(alarms.get("rollback")))
