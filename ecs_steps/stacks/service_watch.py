"""The service inside a stack, watched while CloudFormation is still at work.

CloudFormation tells nothing of the tasks that fail, and gives up hours later. The service and its new task
definition are known from the stack's own events as soon as they are made.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile

from attrs import define, field

from ecs_steps.aws.cloudformation import StackEvent
from ecs_steps.aws.ecs import DeploymentRef
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.verdict import UNDER_WAY, DeploymentStatus
from ecs_steps.rollouts.watch import ServiceWatch


@define
class StackService:
    """The service of one stack operation, by its logical id and its task definition's."""

    cluster: str
    service_id: str
    task_definition_id: str
    since: datetime
    context: DeploymentContext
    watch: ServiceWatch | None = None
    _is_unseen: bool = field(default=False)
    _was_there: bool = field(default=False)
    """Whether the deployment was seen."""
    _is_undone: bool = field(default=False)
    """Whether CloudFormation goes back: what becomes of the service then is its own doing."""

    @property
    def cannot_succeed(self) -> bool:
        """Whether the service's deployment was given up, though CloudFormation still hopes.

        Where ECS itself gave it up, CloudFormation hears of that and rolls back without help.
        """
        return self.watch is not None and self.watch.gave_up and not self._is_undone

    def watch_of(self, service: str, task_definition: str) -> ServiceWatch:
        """Return the watch of a service and a revision of it: the one that there is, where it is of these."""
        target = DeploymentRef(task_definition=task_definition, since=self.since)
        if self.watch and (self.watch.name_or_arn, self.watch.target) == (service, target):
            return self.watch
        return ServiceWatch(self.cluster, service, target, self.context)

    def look(self, events: Sequence[StackEvent]) -> bool:
        """Look at the service beside the stack, and tell whether there was news.

        The last look is taken when the stack has begun to roll back. The stack decides: what cannot be read
        of the service is told once and fails nothing.
        """
        self._find(events)
        if self.watch is None or self._is_unseen or self._is_undone or self.watch.verdict.is_bad:
            return False
        self._is_undone = any(event.begins_rollback for event in events)
        try:
            seen = self.watch.look()
        except AwsCallError as error:
            if not error.transient:
                self._is_unseen = True
                self.context.say(Level.WARNING, f"The service is not watched beside the stack. {error}")
            return False
        deployments = self.watch.service.deployments if self.watch.service else ()
        self._was_there |= any(self.watch.target.matches(deployment) for deployment in deployments)
        if self._is_own_doing(seen.value.status, events):
            self.watch.verdict = UNDER_WAY
        return seen.changed

    def _is_own_doing(self, standing: DeploymentStatus, events: Sequence[StackEvent]) -> bool:
        """Tell whether CloudFormation itself may be who replaced the deployment, or deleted the service.

        Another deployment is in front until it has updated the service, and again when it goes back; a create
        is undone by a deletion.
        """
        match standing:
            case DeploymentStatus.SUPERSEDED:
                return self._is_undone or not self._was_there
            case DeploymentStatus.GONE:
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
    """Return the newest ARN: a resource that is replaced is told of under its old one first."""
    arns = [event.physical_id for event in events if event.physical_id.startswith("arn:")]
    return arns[-1] if arns else ""
