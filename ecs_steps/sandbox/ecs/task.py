"""The state of a task, its containers and its targets."""

import copy
from datetime import datetime, timedelta
from typing import Any, Protocol

from attrs import define, field

from ecs_steps.sandbox.ecs.plan import FailurePlan
from ecs_steps.sandbox.ecs.request import Reply, Tags
from ecs_steps.sandbox.ecs.task_definitions import Revision

_STOPPED_RETENTION = timedelta(hours=1)


class Watcher(Protocol):
    """Is notified of a task's changes: the deployment that started it."""

    def registered(self, task: "Task") -> None:
        """Its targets are registered."""

    def healthy(self, task: "Task") -> None:
        """It has passed its last check."""

    def unhealthy(self, event: str) -> None:
        """It failed a check; `event` is ECS' text, and it is stopped next."""

    def stopping(self, task: "Task") -> None:
        """It is being stopped, whatever the cause."""

    def stopped(self, task: "Task") -> None:
        """It has stopped."""


@define(eq=False, kw_only=True)
class Container:
    """A container of a task."""

    definition: dict[str, Any]
    arn: str
    last_status: str = "PENDING"
    health: str = "UNKNOWN"
    runtime_id: str = ""
    exit_code: int | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        return str(self.definition["name"])

    @property
    def essential(self) -> bool:
        return bool(self.definition["essential"])

    @property
    def health_check(self) -> dict[str, Any] | None:
        check: dict[str, Any] | None = self.definition.get("healthCheck")
        return None if check is None or check["command"][:1] == ["NONE"] else check

    def describe(self) -> Reply:
        described: Reply = {
            "containerArn": self.arn,
            "name": self.name,
            "image": self.definition["image"],
            "lastStatus": self.last_status,
            "healthStatus": self.health,
            "networkInterfaces": [],
            "cpu": str(self.definition["cpu"]),
        }
        for member in ("memory", "memoryReservation"):
            if member in self.definition:
                described[member] = str(self.definition[member])
        if self.runtime_id:
            described["runtimeId"] = self.runtime_id
        if self.exit_code is not None:
            described["exitCode"] = self.exit_code
        if self.reason:
            described["reason"] = self.reason
        return described


@define(eq=False, kw_only=True)
class Target:
    """A task's place in one target group, with Elastic Load Balancing's state, reason and description."""

    group: str
    container: str
    port: int
    state: str = "initial"
    reason: str = "Elb.InitialHealthChecking"
    description: str = "Initial health checks in progress"

    def become(self, state: str, reason: str = "", description: str = "") -> None:
        self.state, self.reason, self.description = state, reason, description


@define(eq=False, kw_only=True)
class Task:
    """One task of a deployment; it counts as healthy when it has passed every check that it has."""

    id: str
    arn: str
    cluster_arn: str
    group: str
    started_by: str
    revision: Revision
    launch_type: str
    containers: list[Container]
    target_groups: list[tuple[str, str, int]]
    grace_period: float
    address: str
    """Its own IP address, or the instance that it runs on."""
    container_instance: str = ""
    tags: Tags
    failure_plan: FailurePlan | None
    watcher: Watcher
    created_at: datetime
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    stop_code: str = ""
    stopped_reason: str = ""
    times: dict[str, datetime] = field(factory=dict)
    """``pullStartedAt``, ``startedAt`` ... by the names that a reply has for them."""
    targets: list[Target] = field(factory=list)
    checks: set[str] = field(factory=set)
    """The checks that it has yet to pass."""
    healthy: bool = False
    version: int = 1

    @property
    def wanted(self) -> bool:
        return self.desired_status == "RUNNING"

    @property
    def failed(self) -> bool:
        """Whether it stops for a failure of its own, and not because it was stopped from outside."""
        return self.stop_code in (
            "TaskFailedToStart",
            "EssentialContainerExited",
        ) or self.stopped_reason.startswith("Task failed")

    def expired(self, now: datetime) -> bool:
        """Whether it stopped so long ago that ECS no longer shows it."""
        stopped_at = self.times.get("stoppedAt")
        return stopped_at is not None and stopped_at < now - _STOPPED_RETENTION

    @property
    def awsvpc(self) -> bool:
        return bool(self.revision.members.get("networkMode") == "awsvpc")

    @property
    def health(self) -> str:
        """Sum up the health of the essential containers that have a check."""
        checked = [c.health for c in self.containers if c.essential and c.health_check]
        if "UNHEALTHY" in checked:
            return "UNHEALTHY"
        return "HEALTHY" if checked and all(health == "HEALTHY" for health in checked) else "UNKNOWN"

    def container(self, name: str) -> Container:
        """Find a container; the first essential one where there is none of that name."""
        named = [c for c in self.containers if c.name == name]
        return next(iter(named), None) or next(c for c in self.containers if c.essential)

    def become(self, status: str) -> None:
        self.last_status = status
        self.version += 1

    def describe(self, *, with_tags: bool) -> Reply:
        described: Reply = {
            "taskArn": self.arn,
            "clusterArn": self.cluster_arn,
            "taskDefinitionArn": self.revision.arn,
            "group": self.group,
            "startedBy": self.started_by,
            "lastStatus": self.last_status,
            "desiredStatus": self.desired_status,
            "healthStatus": self.health,
            "launchType": self.launch_type,
            "createdAt": self.created_at,
            "version": self.version,
            "attachments": self._attachments(),
            "attributes": [],
            "containers": [container.describe() | {"taskArn": self.arn} for container in self.containers],
            "overrides": {"containerOverrides": [{"name": c.name} for c in self.containers]},
            "enableExecuteCommand": False,
            "availabilityZone": f"{self.cluster_arn.split(':')[3]}a",
            **self.times,
        }
        for member in ("cpu", "memory", "ephemeralStorage"):
            if member in self.revision.members:
                described[member] = copy.deepcopy(self.revision.members[member])
        if self.launch_type == "FARGATE":
            described |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
        if self.container_instance:
            described["containerInstanceArn"] = self.container_instance
        if self.stop_code:
            described |= {"stopCode": self.stop_code, "stoppedReason": self.stopped_reason}
        if "startedAt" in self.times:
            described["connectivity"] = "CONNECTED"
        if with_tags:
            described["tags"] = copy.deepcopy(self.tags)
        return described

    def _attachments(self) -> list[Reply]:
        if not self.awsvpc:
            return []
        status = {"PROVISIONING": "PRECREATED", "STOPPED": "DELETED"}.get(self.last_status, "ATTACHED")
        return [
            {
                "id": self.id[:8],
                "type": "ElasticNetworkInterface",
                "status": status,
                "details": [{"name": "privateIPv4Address", "value": self.address}],
            }
        ]
