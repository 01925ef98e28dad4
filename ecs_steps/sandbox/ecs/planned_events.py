"""What comes from outside during a deployment, as planned."""

from attrs import define, field

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.deployment import Deployment, ServiceDeployment
from ecs_steps.sandbox.ecs.monitors import ALARMS
from ecs_steps.sandbox.ecs.plan import (
    AlarmRaised,
    DesiredCountSet,
    Event,
    PauseAnswered,
    RulesDeleted,
    ServiceDeleted,
    SpotReclaimed,
    Superseded,
    TasksStopped,
    WeightsReset,
)
from ecs_steps.sandbox.ecs.scheduler import Scheduler
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.task_definitions import TaskDefinitions
from ecs_steps.sandbox.ecs.traffic import Route
from ecs_steps.sandbox.elbv2.listeners import Listeners


@define
class PlannedEvents:
    """Applies the plan's events to the deployments that callers start."""

    account: Account
    task_definitions: TaskDefinitions
    scheduler: Scheduler
    _staged: dict[Deployment, list[Event]] = field(factory=dict)
    """The events that wait for a stage of a deployment."""

    def __attrs_post_init__(self) -> None:
        self.scheduler.rollouts.stages.entered = self.enter

    def enter(self, service: Service, service_deployment: ServiceDeployment, stage: str) -> None:
        """Put the events of a stage on the timeline; a stage that is entered again has none left."""
        waiting = self._staged.get(service_deployment.target, [])
        for event in [each for each in waiting if each.stage == stage]:
            waiting.remove(event)
            self._schedule(event, service, service_deployment.target)

    def follow(self, service: Service, deployment: Deployment) -> None:
        """Put the events of this deployment on the timeline."""
        service.requested_deployments += 1
        for event in self.account.plan.events:
            if event.deployment != service.requested_deployments:
                continue
            if event.stage:
                self._staged.setdefault(deployment, []).append(event)
            else:
                self._schedule(event, service, deployment)

    def _schedule(self, event: Event, service: Service, deployment: Deployment) -> None:
        def apply() -> None:
            if service.status == "ACTIVE":
                self._apply(event, service, deployment)
                self.scheduler.wake(service)

        self.account.after(event.after, apply)

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
            case _:
                self._change_traffic(event, service, deployment)

    def _change_traffic(self, event: Event, service: Service, deployment: Deployment) -> None:
        match event:
            case PauseAnswered(action=action):
                self._answer_pauses(service, action)
            case WeightsReset():
                for route in deployment.revision.routes:
                    self._reset(service, route)
            case RulesDeleted():
                for arn in (arn for route in deployment.revision.routes for arn in route.rules):
                    self._listeners.rules.pop(arn, None)

    @property
    def _listeners(self) -> Listeners:
        return self.scheduler.rollouts.stages.traffic.listeners

    def _answer_pauses(self, service: Service, action: str) -> None:
        service_deployment = service.open_service_deployment
        for hook in service_deployment.hooks if service_deployment else ():
            if hook.awaits_answer:
                self.scheduler.rollouts.answer(service, hook, action)

    def _reset(self, service: Service, route: Route) -> None:
        first = next(arn for arn in service.target_groups if arn in (route.target_group, route.other_group))
        rule = self._listeners.find(route.production_rule)
        if rule:
            groups = sorted((route.target_group, route.other_group), key=lambda arn: arn != first)
            rule.forward({groups[0]: 1, groups[1]: 0})

    def _supersede(self, service: Service, deployment: Deployment) -> None:
        if service.primary is None:  # task sets: nothing supersedes them
            return
        launch_type = deployment.revision.launch_type
        if service.served:
            revision = service.served.task_definition
        else:
            revision = self.task_definitions.register_again(deployment.revision.task_definition)
        self.scheduler.rollouts.start(service, revision, launch_type=launch_type)

    def _raise_alarm(self, alarm: str, service: Service) -> None:
        service_deployment = service.open_service_deployment
        if service_deployment is None:
            return
        # Believed: alarms are watched at a pause too (no source).
        alarms = service_deployment.configuration.get("alarms") or {}
        if alarms.get("enable") and alarm in alarms["alarmNames"]:
            service_deployment.raised_alarms.append(alarm)
            self.scheduler.rollouts.fail(service, ALARMS, roll_back=bool(alarms.get("rollback")))
