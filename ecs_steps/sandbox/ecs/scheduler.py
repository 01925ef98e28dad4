"""The service scheduler: it reconciles a service when something has changed, and starts and stops tasks.

A rolling update keeps at least `minimumHealthyPercent` (rounded up) of the desired tasks healthy and at most
`maximumPercent` (rounded down) of them alive; tasks on their way out count for neither. A deployment that
shifts traffic ignores the percents: its stages decide which deployments have all of the desired tasks.
"""

import math
from datetime import timedelta

from attrs import define, frozen

from ecs_steps.sandbox.ecs import failure_plans
from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.deployment import Deployment, ServiceDeployment
from ecs_steps.sandbox.ecs.placement import place
from ecs_steps.sandbox.ecs.plan import NotPlaced
from ecs_steps.sandbox.ecs.rollouts import Rollouts
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.service_events import report_task_changes, report_tasks
from ecs_steps.sandbox.ecs.task import Task
from ecs_steps.sandbox.ecs.task_life import SCHEDULER, TaskLife

_BATCH = 10
_BATCH_INTERVAL = 1.0
_INITIAL_BACK_OFF = 10.0
_MAX_BACK_OFF = 27 * 60.0
_MAX_SILENT_SETBACKS = 3
"""After so many rounds without a healthy task ECS writes that it cannot start tasks."""


@frozen(eq=False)
class _DeploymentWatcher:
    """Watches one deployment's tasks for the scheduler."""

    scheduler: "Scheduler"
    service: Service
    deployment: Deployment

    def registered(self, task: Task) -> None:
        self.service.registered.append(task)
        self.scheduler.wake(self.service)

    def healthy(self, _: Task) -> None:
        self.scheduler.rollouts.task_healthy(self.service, self.deployment)
        self.scheduler.wake(self.service)

    def unhealthy(self, event: str) -> None:
        self.service.add_event(event)

    def stopping(self, task: Task) -> None:
        self.service.leaving.append(task)
        if task.failed:
            self.deployment.setback = True
            if not task.healthy:
                self.scheduler.rollouts.task_failed(self.service, self.deployment)
        self.scheduler.wake(self.service)

    def stopped(self, task: Task) -> None:
        self.deployment.tasks.remove(task)
        self.scheduler.wake(self.service)


@define
class Scheduler:
    """Brings services to their desired state; `wake` it when one has changed."""

    account: Account
    rollouts: Rollouts
    life: TaskLife

    def __attrs_post_init__(self) -> None:
        self.rollouts.wake = self.wake

    def wake(self, service: Service) -> None:
        """Reconcile a service after everything that is due at this moment."""
        if not service.awake:
            service.awake = True
            self.account.after(0, lambda: self._reconcile(service))

    def remove(self, service: Service) -> None:
        """Let a service end: DRAINING while it has tasks, INACTIVE after that."""
        service.status = "DRAINING"
        service.members["desiredCount"] = 0
        self.rollouts.abandon(service)
        self.wake(service)

    def _reconcile(self, service: Service) -> None:
        service.awake = False
        primary, service_deployment = service.primary, service.open_service_deployment
        if service.status == "DRAINING":
            self._drain(service)
        elif service_deployment and service_deployment.status == "PENDING":
            pass
        elif service_deployment and service_deployment.lifecycle:
            self.rollouts.advance(service, service_deployment)
            self._scale_each(service, service_deployment)
            self.rollouts.advance(service, service_deployment)
        elif service.task_sets:
            self._scale_task_sets(service)
        elif primary and not primary.failed:
            self._scale_in(service, primary)
            self._scale_out(service, primary)
        report_task_changes(service)
        if primary and primary is service.primary and service.status == "ACTIVE":
            self._conclude(service, primary)

    def _scale_each(self, service: Service, service_deployment: ServiceDeployment) -> None:
        """Give every deployment of a traffic shift the tasks that its stage has for it."""
        for deployment in list(service.deployments):
            scaled = deployment in service_deployment.scaled
            wanted = deployment.wanted_tasks
            for task in wanted[service.desired if scaled else 0 :]:
                self._release(task)
            missing = service.desired - len(wanted)
            if scaled and missing > 0 and self._may_start(service, deployment):
                self._start_batch(service, deployment, missing)

    def _scale_task_sets(self, service: Service) -> None:
        """Give every task set its share of the desired tasks; one that has drained is deleted."""
        for task_set in list(service.task_sets):
            deployment, computed = task_set.deployment, task_set.computed(service.desired)
            wanted = sorted(deployment.wanted_tasks, key=lambda task: not task.healthy)
            for task in wanted[computed:]:
                self._release(task)
            missing = computed - len(wanted)
            if missing > 0 and self._may_start(service, deployment):
                self._start_batch(service, deployment, missing)
            if task_set.status == "DRAINING" and not deployment.tasks:
                service.task_sets.remove(task_set)
            elif task_set.settle(self.account.now, service.desired):
                service.add_event("has reached a steady state.", to=f", taskSet {task_set.id}")

    def _drain(self, service: Service) -> None:
        for task in service.unstopped_tasks:
            self._release(task)
        if not service.unstopped_tasks:
            service.status = "INACTIVE"
            service.inactive_at = self.account.now
            service.deployments.clear()
            service.task_sets.clear()

    def _scale_in(self, service: Service, primary: Deployment) -> None:
        """Stop what is more than desired, and what the PRIMARY has replaced or needs the room of."""
        new = sorted(primary.wanted_tasks, key=lambda task: not task.healthy)
        for task in new[service.desired :]:
            self._release(task)
        old = [task for deployment in service.deployments[1:] for task in deployment.wanted_tasks]
        serving = [task for task in old if task.last_status == "RUNNING"]
        for task in old:
            if task not in serving:
                self._release(task)
        healthy_new = sum(task.healthy for task in new)
        replaced = len(serving) - max(service.desired - healthy_new, 0)
        missing = service.desired - len(new)
        lacking = missing - (self._max_tasks(service) - len(new) - len(serving))
        dispensable = healthy_new + sum(task.healthy for task in serving) - self._min_healthy_tasks(service)
        for task in serving[: max(replaced, min(lacking, dispensable), 0)]:
            self._release(task)

    def _release(self, task: Task) -> None:
        self.life.stop(task, SCHEDULER, f"Scaling activity initiated by (deployment {task.started_by})")

    @staticmethod
    def _min_healthy_tasks(service: Service) -> int:
        return math.ceil(service.desired * int(service.configuration["minimumHealthyPercent"]) / 100)

    @staticmethod
    def _max_tasks(service: Service) -> int:
        return service.desired * int(service.configuration["maximumPercent"]) // 100

    def _scale_out(self, service: Service, primary: Deployment) -> None:
        """Start what is missing, where the percents leave room."""
        alive = sum(task.wanted for task in service.unstopped_tasks)
        missing = service.desired - len(primary.wanted_tasks)
        if missing <= 0 or not self._may_start(service, primary):
            return
        room = self._max_tasks(service) - alive
        if room <= 0:
            self._report_deadlock(service)
        self._start_batch(service, primary, min(missing, room))

    def _may_start(self, service: Service, deployment: Deployment) -> bool:
        """Return whether tasks may be started now: ever more slowly where they keep failing."""
        if self.account.now < deployment.held_until:
            return False
        if deployment.setback:
            self._hold(service, deployment)
            return False
        return True

    def _start_batch(self, service: Service, deployment: Deployment, count: int) -> None:
        started = []
        for _ in range(min(count, _BATCH)):
            if not deployment.failed:
                started += self._start(service, deployment)
        report_tasks(service, "has started {count} tasks: {tasks}.", started)
        if count > _BATCH:
            self.account.after(_BATCH_INTERVAL, lambda: self.wake(service))

    @staticmethod
    def _report_deadlock(service: Service) -> None:
        """Report that the percents leave no room, once nothing is on its way that could make some."""
        if all(task.healthy and task.wanted for task in service.unstopped_tasks):
            service.add_event_once(
                "was unable to stop or start tasks during a deployment because of the service deployment "
                "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
            )

    def _hold(self, service: Service, primary: Deployment) -> None:
        delay = min(_INITIAL_BACK_OFF * 2 ** max(primary.setbacks - 1, 0), _MAX_BACK_OFF)
        primary.setback = False
        primary.setbacks += 1
        primary.held_until = self.account.now + timedelta(seconds=delay)
        self.account.after(delay, lambda: self.wake(service))
        if primary.setbacks >= _MAX_SILENT_SETBACKS:
            service.add_event_once("is unable to consistently start tasks successfully.")

    def _start(self, service: Service, deployment: Deployment) -> list[Task]:
        """Start a task, or report why none can be placed."""
        failure_plan = failure_plans.next_plan(self.account.plan, service, deployment)
        match failure_plan and failure_plan.ending:
            case NotPlaced(reason=reason):
                service.add_event_once(f"was unable to place a task{reason}")
                deployment.setback = True
                self.rollouts.task_failed(service, deployment)
                self.wake(service)
                return []
        task = place(service, deployment, failure_plan, _DeploymentWatcher(self, service, deployment))
        self._forget_stopped_tasks(service)
        service.tasks[task.id] = task
        deployment.tasks.append(task)
        self.life.begin(task)
        return [task]

    def _forget_stopped_tasks(self, service: Service) -> None:
        expired = [task.id for task in service.tasks.values() if task.expired(self.account.now)]
        for task_id in expired:
            del service.tasks[task_id]

    def _conclude(self, service: Service, primary: Deployment) -> None:
        tasks = service.unstopped_tasks
        lifecycle = service.open_service_deployment and service.open_service_deployment.lifecycle
        settled = (
            not lifecycle
            and len(tasks) == len(primary.tasks) == service.desired
            and not primary.failed
            and all(task.healthy and task.wanted for task in tasks)
        )
        if settled and primary.in_progress:
            self.rollouts.complete(service, primary)
        if settled and not service.steady:
            service.add_event("has reached a steady state.")
        service.steady = settled
