"""The state of a task set: a share of an EXTERNAL service's tasks, in a target group of its own."""

import copy
import math
from datetime import datetime
from typing import Any

from attrs import define, field

from ecs_steps.sandbox.ecs.deployment import Deployment
from ecs_steps.sandbox.ecs.request import Reply, Tags
from ecs_steps.sandbox.ecs.task_definitions import Revision

SET_MEMBERS = (
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
)
"""What a task set has of its own: its service does not show it."""


@define(eq=False, kw_only=True)
class TaskSet:
    """A task set; its deployment starts its tasks, which name it in ``startedBy``."""

    arn: str
    deployment: Deployment
    members: dict[str, Any]
    scale: float
    external_id: str
    client_token: str
    tags: Tags
    status: str = "ACTIVE"
    updated_at: datetime = field(init=False)
    steady: bool = False
    stability_at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.stability_at = self.deployment.created_at

    @property
    def id(self) -> str:
        return self.deployment.id

    @property
    def task_definition(self) -> Revision:
        return self.deployment.revision.task_definition

    def computed(self, desired: int) -> int:
        """Return how many tasks it is to have: its share of `desired` ones, rounded up."""
        # Believed: a DRAINING set is to have no task (API reference: it is being deleted; no count is named).
        return 0 if self.status == "DRAINING" else math.ceil(desired * self.scale / 100)

    def is_steady(self, desired: int) -> bool:
        """Return whether all of its tasks run and are healthy, and no other is left."""
        tasks = self.deployment.tasks
        return len(tasks) == self.computed(desired) and all(task.healthy and task.wanted for task in tasks)

    def settle(self, now: datetime, desired: int) -> bool:
        """Note whether it is steady; return whether it has just become so."""
        steady = self.is_steady(desired)
        changed = steady is not self.steady
        if changed:
            self.steady, self.stability_at = steady, now
        return changed and steady

    def describe(self, *, service_arn: str, cluster_arn: str, desired: int, with_tags: bool) -> Reply:
        running, pending = self.deployment.counts()
        described = copy.deepcopy(self.members) | {
            "id": self.id,
            "taskSetArn": self.arn,
            "serviceArn": service_arn,
            "clusterArn": cluster_arn,
            "status": self.status,
            "taskDefinition": self.task_definition.arn,
            "computedDesiredCount": self.computed(desired),
            "pendingCount": pending,
            "runningCount": running,
            "createdAt": self.deployment.created_at,
            "updatedAt": self.updated_at,
            "scale": {"value": self.scale, "unit": "PERCENT"},
            "stabilityStatus": "STEADY_STATE" if self.is_steady(desired) else "STABILIZING",
            "stabilityStatusAt": self.stability_at,
        }
        if self.external_id:
            described["externalId"] = self.external_id
        if self.deployment.revision.launch_type == "FARGATE":
            described |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
        if with_tags:
            described["tags"] = copy.deepcopy(self.tags)
        return described
