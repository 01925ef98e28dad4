"""The operations on tasks."""

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.request import Reply, Request, page, short_name
from ecs_steps.sandbox.ecs.task import Task
from ecs_steps.sandbox.ecs.task_life import TaskLife
from ecs_steps.sandbox.service_error import ServiceError

_MAX_ITEMS = 100


@define
class Tasks:
    """The tasks of the account's clusters."""

    account: Account
    clusters: Clusters
    life: TaskLife

    def list(self, request: Request) -> Reply:
        cluster = self.clusters.named_in(request)
        service = request.get("serviceName")
        if service and short_name(service) not in cluster.services:
            raise ServiceError("ServiceNotFoundException", "Service not found.")
        desired_status = request.get("desiredStatus") or "RUNNING"
        arns = [
            task.arn
            for task in cluster.tasks.values()
            if not task.expired(self.account.now)
            and task.desired_status == desired_status
            and (not service or task.group == f"service:{short_name(service)}")
            and request.get("startedBy") in (None, task.started_by)
            and request.get("family") in (None, task.revision.family)
            and request.get("launchType") in (None, task.launch_type)
        ]
        return page(arns, request, "taskArns")

    def describe(self, request: Request) -> Reply:
        cluster = self.clusters.named_in(request)
        references = request["tasks"]
        if not references:
            raise ServiceError("InvalidParameterException", "Tasks cannot be empty.")
        if len(references) > _MAX_ITEMS:
            raise ServiceError("InvalidParameterException", f"Tasks cannot be more than {_MAX_ITEMS}.")
        with_tags = "TAGS" in (request.get("include") or [])
        found, failures = [], []
        for reference in references:
            task = cluster.tasks.get(short_name(reference))
            if task is None or task.expired(self.account.now):
                arn = self.account.arn(f"task/{cluster.name}/{short_name(reference)}")
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(task.describe(with_tags=with_tags))
        return {"tasks": found, "failures": failures}

    def stop(self, request: Request) -> Reply:
        task = self._named_in(request)
        self.life.stop(task, "UserInitiated", request.get("reason") or "Task stopped by user")
        return {"task": task.describe(with_tags=False)}

    def _named_in(self, request: Request) -> Task:
        task = self.clusters.named_in(request).tasks.get(short_name(request["task"]))
        if task is None:
            raise ServiceError("InvalidParameterException", "The referenced task was not found.")
        return task
