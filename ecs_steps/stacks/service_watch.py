"""The service inside a stack, watched while CloudFormation is still at work.

CloudFormation says nothing of the tasks that fail, and gives up hours later. The service and its new task
definition are known from the stack's own events as soon as they are made.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile

from attrs import define, field

from ecs_steps.aws.ecs import DeploymentRef
from ecs_steps.aws.stack_events import StackEvent
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.pauses import Pause
from ecs_steps.rollouts.verdict import IN_PROGRESS, DeploymentStatus
from ecs_steps.rollouts.watch import ServiceWatch


@define
class StackServiceWatch:
    """The service of one stack operation, by its logical id and its task definition's.

    `since` is when the operation began, on AWS' clock.
    """

    cluster: str
    service_id: str
    task_definition_id: str
    since: datetime
    context: DeploymentContext
    watch: ServiceWatch | None = None
    _is_unreadable: bool = field(default=False)
    _was_seen: bool = field(default=False)
    """Whether the service showed the deployment."""
    _is_rolling_back: bool = field(default=False)
    """Whether CloudFormation goes back: what becomes of the service then is its own doing."""

    @property
    def cannot_succeed(self) -> bool:
        """Whether the service's deployment was given up, though CloudFormation still waits for it.

        Where ECS itself gave it up, CloudFormation notices that and rolls back without help.
        """
        return self.watch is not None and self.watch.gave_up and not self._is_rolling_back

    @property
    def pause(self) -> Pause | None:
        """The pause that the service's deployment waits at, or none."""
        return self.watch.verdict.pause if self.watch and not self._is_rolling_back else None

    def watch_of(self, service: str, task_definition: str) -> ServiceWatch:
        """Return the watch of a service and a revision of it: the one that there is, where it is of these."""
        target = DeploymentRef(task_definition=task_definition, since=self.since)
        if self.watch and (self.watch.name_or_arn, self.watch.target) == (service, target):
            return self.watch
        return ServiceWatch(self.cluster, service, target, self.context)

    def observe(self, events: Sequence[StackEvent]) -> bool:
        """Read the service beside the stack, and return whether anything changed.

        The last read is made when the stack has begun to roll back. The stack decides: what cannot be read
        of the service is reported once and fails nothing.
        """
        self._find(events)
        if self.watch is None or self._is_unreadable or self._is_rolling_back or self.watch.verdict.is_bad:
            return False
        self._is_rolling_back = any(event.begins_rollback for event in events)
        try:
            polled = self.watch.observe()
        except AwsCallError as error:
            if not error.transient:
                self._is_unreadable = True
                self.context.say(Level.WARNING, f"The service is not watched beside the stack. {error}")
            return False
        deployments = self.watch.service.deployments if self.watch.service else ()
        self._was_seen |= any(self.watch.target.matches(deployment) for deployment in deployments)
        if self._is_own_doing(polled.value.status, events):
            self.watch.verdict = IN_PROGRESS
        return polled.changed

    def _is_own_doing(self, status: DeploymentStatus, events: Sequence[StackEvent]) -> bool:
        """Return whether CloudFormation itself may have replaced the deployment, or deleted the service.

        Another deployment is in front until it has updated the service, and again when it goes back; a create
        is undone by a deletion.
        """
        match status:
            case DeploymentStatus.SUPERSEDED:
                return self._is_rolling_back or not self._was_seen
            case DeploymentStatus.DELETED:
                return any(event.begins_rollback and event.status.startswith("ROLLBACK") for event in events)
            case _:
                return False

    def _find(self, events: Sequence[StackEvent]) -> None:
        """Watch the service that the operation makes or changes, once its new revision is complete."""
        forward = list(takewhile(lambda event: not event.begins_rollback, events))
        service = _physical_id(e for e in forward if e.logical_id == self.service_id)
        task_definition = _physical_id(
            e for e in forward if e.logical_id == self.task_definition_id and e.status.endswith("_COMPLETE")
        )
        if service and task_definition:
            self.watch = self.watch_of(service, task_definition)


def _physical_id(events: Iterable[StackEvent]) -> str:
    """Return the newest ARN: a resource that is replaced is shown under its old one first."""
    arns = [event.physical_id for event in events if event.physical_id.startswith("arn:")]
    return arns[-1] if arns else ""
