"""The life of a task: PROVISIONING, PENDING, RUNNING, DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED."""

from collections.abc import Callable

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.logs import LogStreams
from ecs_steps.sandbox.ecs.plan import Exits, FailsHealthCheck, FailsTargetHealth, FailsToStart
from ecs_steps.sandbox.ecs.task import Container, Target, Task

_REGISTRATION = 1.0
_DEPROVISIONING = 2.0

SCHEDULER = "ServiceSchedulerInitiated"


@define
class TaskLife:
    """Leads tasks from one status to the next, at the plan's pace and to the end of their failure plan."""

    account: Account
    streams: LogStreams

    def begin(self, task: Task) -> None:
        pace = self.account.plan.pace
        pending = pace.provisioning if task.awsvpc else 0.0
        match task.failure_plan and task.failure_plan.ending:
            case FailsToStart(reason=reason, after=after, reaches=reaches):
                if reaches == "PENDING":
                    self._later(task, min(pending, after), self._pend)
                self._later(task, after, lambda task: self._fail_to_start(task, reason))
            case _:
                self._later(task, pending, self._pend)
                self._later(task, pending + pace.pull, self._pulled)
                self._later(task, pending + pace.pull + pace.start, self._run)

    def _later(self, task: Task, seconds: float, step: Callable[[Task], None]) -> None:
        """Take a step `seconds` from now, unless the task is on its way out by then."""

        def run() -> None:
            if task.wanted:
                step(task)

        self.account.after(seconds, run)

    def _pend(self, task: Task) -> None:
        task.become("PENDING")
        task.times["pullStartedAt"] = self.account.now

    def _pulled(self, task: Task) -> None:
        task.times["pullStoppedAt"] = self.account.now

    def _fail_to_start(self, task: Task, reason: str) -> None:
        # Believed: on EC2 the reason is the container's and the task has a general one (ECS agent's source).
        if reason.startswith("Cannot"):
            task.container("").reason = reason
            if task.launch_type == "EC2":
                reason = "Task failed to start"
        self.stop(task, "TaskFailedToStart", reason)

    def _run(self, task: Task) -> None:
        task.become("RUNNING")
        task.times["startedAt"] = self.account.now
        for container in task.containers:
            container.last_status = "RUNNING"
            container.runtime_id = f"{task.id}-{self.account.random.randrange(10**9, 10**10)}"
            self.streams.open(task, container)
            if container.health_check:
                self._check_container(task, container, container.health_check)
        task.checks |= {c.name for c in task.containers if c.essential and c.health_check}
        task.checks |= {group for group, _, _ in task.target_groups}
        if task.target_groups:
            self._later(task, _REGISTRATION, self._register)
        if not task.checks:
            task.checks.add("settle")
            self._later(task, self.account.plan.pace.settle, lambda task: self._pass(task, "settle"))
        match task.failure_plan and task.failure_plan.ending:
            case Exits(after=after) as ending:
                self._later(task, after, lambda task: self._exit(task, ending))

    def _pass(self, task: Task, check: str) -> None:
        task.checks.discard(check)
        if not task.checks:
            task.healthy = True
            task.watcher.healthy(task)

    def _check_container(self, task: Task, container: Container, check: dict[str, int]) -> None:
        match task.failure_plan and task.failure_plan.ending:
            case FailsHealthCheck(container=name) if name in ("", container.name):
                after = check.get("startPeriod", 0) + check["interval"] * check["retries"]
                self._later(task, after, lambda task: self._fail_health_check(task, container))
            case _:
                self._later(task, check["interval"], lambda task: self._pass_health_check(task, container))

    def _pass_health_check(self, task: Task, container: Container) -> None:
        container.health = "HEALTHY"
        task.version += 1
        if container.essential:
            self._pass(task, container.name)

    def _fail_health_check(self, task: Task, container: Container) -> None:
        container.health = "UNHEALTHY"
        task.version += 1
        if container.essential:
            self._write_log(task, container)
            task.watcher.unhealthy(f"(task {task.id}) failed container health checks.")
            self.stop(task, SCHEDULER, "Task failed container health checks")

    def _register(self, task: Task) -> None:
        settings = self.account.plan.target_group
        for group, container, port in task.target_groups:
            target = Target(group=group, container=container, port=port)
            task.targets.append(target)
            self._check_target(task, target, settings.health_check_interval)
        task.watcher.registered(task)

    def _check_target(self, task: Task, target: Target, interval: int) -> None:
        settings = self.account.plan.target_group
        match task.failure_plan and task.failure_plan.ending:
            case FailsTargetHealth() as ending:
                failed = interval * settings.unhealthy_threshold
                judged = max(failed, task.grace_period - _REGISTRATION)
                self._later(
                    task, failed, lambda _: target.become("unhealthy", ending.reason, ending.description)
                )
                self._later(task, judged, lambda task: self._fail_target(task, target))
            case _:
                self._later(
                    task, interval * settings.healthy_threshold, lambda task: self._pass_target(task, target)
                )

    def _pass_target(self, task: Task, target: Target) -> None:
        target.become("healthy")
        self._pass(task, target.group)

    def _fail_target(self, task: Task, target: Target) -> None:
        self._write_log(task, task.container(target.container))
        where = f"(task {task.id})" if task.awsvpc else f"(instance {task.address})"
        task.watcher.unhealthy(
            f"{where} (port {target.port}) is unhealthy in (target-group {target.group}) "
            f"due to (reason {target.description})."
        )
        self.stop(task, SCHEDULER, f"Task failed ELB health checks in (target-group {target.group})")

    def _exit(self, task: Task, ending: Exits) -> None:
        container = next((each for each in task.containers if _exits(ending, each)), None)
        if container is None:
            return
        container.last_status, container.exit_code = "STOPPED", ending.code
        container.reason = ending.reason
        task.version += 1
        self._write_log(task, container)
        if container.essential:
            task.targets.clear()
            self.stop(task, "EssentialContainerExited", "Essential container in task exited")

    def _write_log(self, task: Task, container: Container) -> None:
        if task.failure_plan:
            self.streams.write(task, container, task.failure_plan.log)

    def stop(self, task: Task, code: str, reason: str) -> None:
        """Send a task on its way out: its targets are drained first, then its containers get SIGTERM."""
        if not task.wanted:
            return
        task.desired_status, task.stop_code, task.stopped_reason = "STOPPED", code, reason
        task.times["stoppingAt"] = self.account.now
        if task.targets:
            task.become("DEACTIVATING")
            for target in task.targets:
                target.become(
                    "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
                )
            delay = self.account.plan.target_group.deregistration_delay
            self.account.after(delay, lambda: self._terminate(task))
        else:
            self._terminate(task)
        task.watcher.stopping(task)

    def _terminate(self, task: Task) -> None:
        task.targets.clear()
        task.become("STOPPING")
        self.account.after(self.account.plan.pace.stop, lambda: self._deprovision(task))

    def _deprovision(self, task: Task) -> None:
        if "startedAt" in task.times:
            task.times["executionStoppedAt"] = self.account.now
        for container in task.containers:
            if container.last_status == "RUNNING":
                # A main process obeys SIGTERM; a sidecar often has to be killed.
                container.exit_code = 143 if container.essential else 137
            container.last_status = "STOPPED"
        task.become("DEPROVISIONING")
        self.account.after(_DEPROVISIONING if task.awsvpc else 0, lambda: self._end(task))

    def _end(self, task: Task) -> None:
        task.times["stoppedAt"] = self.account.now
        task.become("STOPPED")
        task.watcher.stopped(task)


def _exits(ending: Exits, container: Container) -> bool:
    if ending.container:
        return container.name == ending.container
    return container.essential is ending.essential
