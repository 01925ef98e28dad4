"""What ECS writes into a service's events about its tasks, in its own texts."""

from collections import Counter
from collections.abc import Sequence

from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.task import Task
from ecs_steps.sandbox.ecs.task_life import SCHEDULER

_NAMED_AT_ONCE = 10


def report_task_changes(service: Service) -> None:
    """Report the tasks that left and the targets that were registered since the last reconciliation."""
    leaving, registered = service.leaving, service.registered
    service.leaving, service.registered = [], []
    scaled_in = [task for task in leaving if task.stop_code == SCHEDULER]
    running = [task for task in scaled_in if "startedAt" in task.times]
    report_tasks(service, "has stopped {count} running tasks: {tasks}.", running)
    if pending := len(scaled_in) - len(running):
        service.add_event(f"stopped {pending} pending tasks.")
    _report_targets(service, "registered", registered)
    _report_targets(service, "deregistered", leaving)
    draining = Counter(task.started_by for task in leaving if task.targets)
    for deployment_id, count in draining.items():
        service.add_event(
            f"has begun draining connections on {count} tasks.", to=f", taskSet {deployment_id}"
        )


def _report_targets(service: Service, what: str, tasks: Sequence[Task]) -> None:
    for group, count in Counter(target.group for task in tasks for target in task.targets).items():
        service.add_event(f"{what} {count} targets in (target-group {group})")


def report_tasks(service: Service, text: str, tasks: Sequence[Task]) -> None:
    """Report tasks by their ids, ten an event; `text` has a ``{count}`` and ``{tasks}``."""
    for start in range(0, len(tasks), _NAMED_AT_ONCE):
        named = tasks[start : start + _NAMED_AT_ONCE]
        service.add_event(
            text.format(count=len(named), tasks=" ".join(f"(task {task.id})" for task in named))
        )
