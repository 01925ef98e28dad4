"""The state of a service: its deployments, newest first, and its events."""

import copy
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.deployment import Deployment, ServiceDeployment, ServiceRevision
from ecs_steps.sandbox.ecs.hooks import is_pause
from ecs_steps.sandbox.ecs.request import Reply, Tags
from ecs_steps.sandbox.ecs.task import Task
from ecs_steps.sandbox.ecs.task_set import TaskSet

_EVENTS = 100
_DUPLICATES = timedelta(hours=6)


@define(eq=False, kw_only=True)
class Service:
    """A service. `members` are those of a reply that its creation or an update set."""

    account: Account
    name: str
    arn: str
    cluster_arn: str
    cluster_name: str
    tasks: dict[str, Task]
    """All tasks of its cluster, by id."""
    members: dict[str, Any]
    tags: Tags
    created_at: datetime
    visible_at: datetime
    status: str = "ACTIVE"
    inactive_at: datetime | None = None
    deployments: list[Deployment] = field(factory=list)
    service_deployments: list[ServiceDeployment] = field(factory=list)
    """Newest first."""
    task_sets: list[TaskSet] = field(factory=list)
    """Those of an EXTERNAL service, oldest first."""
    revisions: dict[str, ServiceRevision] = field(factory=dict)
    served: ServiceRevision | None = None
    """The last one whose deployment completed: what a rollback goes back to."""
    proven: set[str] = field(factory=set)
    """The ARNs of the task definitions that have served."""
    steady: bool = False
    awake: bool = False
    """Whether the scheduler is about to reconcile it."""
    registered: list[Task] = field(factory=list)
    """Tasks whose targets were registered since the last reconciliation."""
    leaving: list[Task] = field(factory=list)
    """Tasks that began to stop since the last reconciliation."""
    requested_deployments: int = 0
    """How many deployments callers have started."""
    events: deque[Reply] = field(factory=lambda: deque(maxlen=_EVENTS))
    """Newest first."""

    @property
    def primary(self) -> Deployment | None:
        return self.deployments[0] if self.deployments else None

    @property
    def desired(self) -> int:
        return int(self.members["desiredCount"])

    @property
    def configuration(self) -> dict[str, Any]:
        """The deployment configuration."""
        configuration: dict[str, Any] = self.members["deploymentConfiguration"]
        return configuration

    @property
    def open_service_deployment(self) -> ServiceDeployment | None:
        newest = self.service_deployments[0] if self.service_deployments else None
        return newest if newest and newest.open else None

    @property
    def unstopped_tasks(self) -> list[Task]:
        sets = [task_set.deployment for task_set in self.task_sets]
        return [task for deployment in [*self.deployments, *sets] for task in deployment.tasks]

    @property
    def target_groups(self) -> dict[str, int]:
        """The ARN of each target group that belongs to it, with the port of the container behind it."""
        groups = {}
        sets = [balancer for task_set in self.task_sets for balancer in task_set.members["loadBalancers"]]
        for balancer in [*self.members.get("loadBalancers", []), *sets]:
            advanced = balancer.get("advancedConfiguration") or {}
            for arn in (balancer.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")):
                if arn:
                    groups[arn] = int(balancer["containerPort"])
        return groups

    def runs_healthily(self, deployment: Deployment) -> bool:
        """Return whether a deployment has all desired tasks, and all of them are healthy."""
        tasks = deployment.tasks
        return len(tasks) == self.desired and all(task.healthy and task.wanted for task in tasks)

    def has_no_tasks_but(self, deployment: Deployment) -> bool:
        return len(self.unstopped_tasks) == len(deployment.tasks)

    def add_event(self, text: str, *, to: str = "") -> None:
        """Write an event: ``(service name) text``; `to` goes into its parentheses."""
        self.events.appendleft(
            {
                "id": self.account.uuid(),
                "createdAt": self.account.now,
                "message": f"(service {self.name}{to}) {text}",
            }
        )

    def add_event_once(self, text: str) -> None:
        """Write an event unless it was written within six hours: ECS omits duplicates for so long."""
        since = self.account.now - _DUPLICATES
        message = f"(service {self.name}) {text}"
        if not any(event["message"] == message and event["createdAt"] > since for event in self.events):
            self.add_event(text)

    def describe(self, *, with_tags: bool) -> Reply:
        sets = [task_set.deployment for task_set in self.task_sets]
        counts = [deployment.counts() for deployment in [*self.deployments, *sets]]
        described = copy.deepcopy(self.members) | {
            "serviceArn": self.arn,
            "serviceName": self.name,
            "clusterArn": self.cluster_arn,
            "status": self.status,
            "runningCount": sum(running for running, _ in counts),
            "pendingCount": sum(pending for _, pending in counts),
            "deployments": [
                deployment.describe(
                    status="PRIMARY" if deployment is self.primary else "ACTIVE",
                    desired=self.requested(deployment),
                )
                for deployment in self.deployments
            ],
            "events": [dict(event) for event in self.events],
            "createdAt": self.created_at,
            "createdBy": self.account.role("deployer"),
        }
        if self.account.plan.omits_hook_details:
            hooks = described["deploymentConfiguration"].get("lifecycleHooks", [])
            described["deploymentConfiguration"]["lifecycleHooks"] = [
                {"lifecycleStages": hook["lifecycleStages"]} if is_pause(hook) else hook for hook in hooks
            ]
        if self.task_sets:
            described["taskSets"] = [
                self.describe_set(task_set, with_tags=with_tags) for task_set in self.task_sets
            ]
        if self.primary:
            described["taskDefinition"] = self.primary.revision.task_definition.arn
        if self.service_deployments:
            described["currentServiceDeployment"] = self.service_deployments[0].arn
            described["currentServiceRevisions"] = [
                self.summarise(deployment) for deployment in self.deployments
            ]
        if with_tags:
            described["tags"] = copy.deepcopy(self.tags)
        return described

    def describe_set(self, task_set: TaskSet, *, with_tags: bool) -> Reply:
        return task_set.describe(
            service_arn=self.arn, cluster_arn=self.cluster_arn, desired=self.desired, with_tags=with_tags
        )

    def requested(self, deployment: Deployment) -> int:
        """Count the tasks that a deployment is to have."""
        service_deployment = self.open_service_deployment
        if service_deployment and service_deployment.lifecycle:
            return self.desired if deployment in service_deployment.scaled else len(deployment.wanted_tasks)
        return self.desired if deployment is self.primary else len(deployment.wanted_tasks)

    def summarise(self, deployment: Deployment) -> Reply:
        """Describe a deployment as the counts of its service revision."""
        running, pending = deployment.counts()
        return {
            "arn": deployment.revision.arn,
            "requestedTaskCount": self.requested(deployment),
            "runningTaskCount": running,
            "pendingTaskCount": pending,
        }
