"""The state of deployments: revisions, deployments, service deployments.

A *service revision* is what is deployed; a *deployment* starts its tasks; a *service deployment* is the whole
operation, its rollback included.
"""

import copy
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import define, field, frozen

from ecs_steps.sandbox.ecs.hooks import Hook
from ecs_steps.sandbox.ecs.lifecycle import Lifecycle
from ecs_steps.sandbox.ecs.request import Reply
from ecs_steps.sandbox.ecs.strategy import shifts_traffic
from ecs_steps.sandbox.ecs.task import Task
from ecs_steps.sandbox.ecs.task_definitions import Revision
from ecs_steps.sandbox.ecs.traffic import Route

DEPLOYED_MEMBERS = (
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""The members of a service whose change starts a new deployment, as that of its task definition does."""


class RolloutState(StrEnum):
    """How far a deployment is."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@frozen(eq=False, kw_only=True)
class ServiceRevision:
    """The workload that a service deployment deploys: a task definition and what goes with it."""

    arn: str
    task_definition: Revision
    launch_type: str
    members: dict[str, Any]
    created_at: datetime
    routes: tuple[Route, ...] = ()


@define(eq=False, kw_only=True)
class Deployment:
    """One entry of a service's ``deployments``; the newest is its PRIMARY."""

    digits: str
    revision: ServiceRevision
    created_at: datetime
    rollout_state: RolloutState = RolloutState.IN_PROGRESS
    rollout_state_reason: str
    updated_at: datetime = field(init=False)
    tasks: list[Task] = field(factory=list)
    """Those that have not stopped yet."""
    failed_tasks: int = 0
    setbacks: int = 0
    """How many rounds of starting tasks in a row brought no healthy one."""
    setback: bool = False
    """Whether a task has failed since the last round."""
    held_until: datetime = field(init=False)
    """No task is started before."""
    considered: dict[int, int] = field(factory=dict)
    """For how many of its tasks each failure plan was considered, by its index."""

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.held_until = self.created_at

    @property
    def id(self) -> str:
        return f"ecs-svc/{self.digits}"

    @property
    def wanted_tasks(self) -> list[Task]:
        """The tasks that are not on their way out."""
        return [task for task in self.tasks if task.wanted]

    @property
    def in_progress(self) -> bool:
        return self.rollout_state is RolloutState.IN_PROGRESS

    @property
    def failed(self) -> bool:
        return self.rollout_state is RolloutState.FAILED

    def moved(self, now: datetime, state: RolloutState, reason: str) -> None:
        self.rollout_state, self.rollout_state_reason, self.updated_at = state, reason, now

    def counts(self) -> tuple[int, int]:
        """Count the running and the pending tasks."""
        statuses = [task.last_status for task in self.tasks]
        return statuses.count("RUNNING"), statuses.count("PENDING") + statuses.count("PROVISIONING")

    def describe(self, *, status: str, desired: int) -> Reply:
        running, pending = self.counts()
        described: Reply = {
            "id": self.id,
            "status": status,
            "taskDefinition": self.revision.task_definition.arn,
            "desiredCount": desired,
            "pendingCount": pending,
            "runningCount": running,
            "failedTasks": self.failed_tasks,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "launchType": self.revision.launch_type,
            "rolloutState": str(self.rollout_state),
            "rolloutStateReason": self.rollout_state_reason,
        }
        if self.revision.launch_type == "FARGATE":
            described |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
        if network := self.revision.members.get("networkConfiguration"):
            described["networkConfiguration"] = copy.deepcopy(network)
        return described


@define(eq=False, kw_only=True)
class ServiceDeployment:
    """The operation that brings a service to a service revision, its rollback included."""

    arn: str
    target: Deployment
    sources: list[Deployment]
    blue: Deployment | None = None
    """Of the sources the one that completed last, where traffic is shifted: what a rollback goes back to."""
    configuration: dict[str, Any]
    created_at: datetime
    status: str = "IN_PROGRESS"
    status_reason: str = ""
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    updated_at: datetime = field(init=False)
    rollback: Deployment | None = None
    rollback_reason: str = ""
    breaker_failures: int = 0
    breaker_triggered: bool = False
    raised_alarms: list[str] = field(factory=list)
    rollback_started_at: datetime | None = None
    lifecycle: Lifecycle | None = None
    """The steps in progress; None for rolling deployments."""
    stage: str = ""
    hooks: list[Hook] = field(factory=list)
    """Those of the stage."""
    production: float = 0
    test: float = 0
    """Percents of the traffic that the target revision gets."""
    scaled: list[Deployment] = field(factory=list)
    """The deployments that have the desired count of tasks now; the others have none."""

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at

    @property
    def open(self) -> bool:
        return self.finished_at is None

    @property
    def shifts(self) -> bool:
        return shifts_traffic(self.configuration)

    def enter(self, now: datetime, stage: str) -> None:
        self.stage, self.updated_at = stage, now
        self.hooks = []

    def moved(self, now: datetime, status: str, reason: str = "") -> None:
        self.status, self.updated_at = status, now
        if reason:
            self.status_reason = reason

    def ended(self, now: datetime, status: str, reason: str = "") -> None:
        self.moved(now, status, reason)
        self.finished_at = now
        self.close()
        if status == "STOPPED":
            self.stopped_at = now

    def close(self) -> None:
        """End the steps in progress; the ids of its hooks are worth nothing from now on."""
        if self.lifecycle:
            self.lifecycle.steps.close()
        self.lifecycle = None
        self.hooks = []
