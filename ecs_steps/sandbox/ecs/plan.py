"""A plan: what goes wrong in the fake ECS, when, and how long things take there. Data, nothing else.

With `EcsPlan()` everything is healthy. All times are seconds of the timeline.
"""

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen


@frozen(kw_only=True)
class NotPlaced:
    """No task starts: `reason` ends the sentence "(service x) was unable to place a task"."""

    reason: str


@frozen(kw_only=True)
class FailsToStart:
    """The task stops as TaskFailedToStart with `reason`, before it was RUNNING.

    It fails `after` seconds, in the status that it `reaches`. Under EC2 the reason is found on the container.
    """

    reason: str
    after: float = 20
    reaches: Literal["PROVISIONING", "PENDING"] = "PENDING"


@frozen(kw_only=True)
class Exits:
    """A container exits by itself with `code`, `after` seconds of running.

    It is the one named `container`, else the first that is `essential`, or is not; a task that has no such
    container is fine. `reason` is the container's own (``OutOfMemoryError: ...``).
    """

    code: int
    after: float = 5
    reason: str = ""
    container: str = ""
    essential: bool = True


@frozen(kw_only=True)
class FailsHealthCheck:
    """A container's own health check never succeeds; without any health check the task is fine.

    It is the check of every container where `container` is not named.
    """

    container: str = ""


@frozen(kw_only=True)
class FailsTargetHealth:
    """The load balancer never finds the task healthy; without a target group the task is fine.

    `reason` is one of Elastic Load Balancing's codes, `description` its text.
    """

    reason: str = "Target.ResponseCodeMismatch"
    description: str = "Health checks failed with these codes: [502]"


Ending = NotPlaced | FailsToStart | Exits | FailsHealthCheck | FailsTargetHealth


@frozen(kw_only=True)
class FailurePlan:
    """Which tasks fail, and how.

    Tasks are counted for each deployment in the order in which they start: the first `skip` are healthy, then
    `first` fail (all of them where it is None). Affected are deployments that callers start with a task
    definition that has not yet served in that service (a rollback therefore goes well), unless `proven_too`.
    `family` (or family:revision) and `image` (a part of any container's) narrow it to some task definitions.
    `log` is what the container at fault writes before its end.
    """

    ending: Ending
    first: int | None = None
    skip: int = 0
    family: str = ""
    image: str = ""
    proven_too: bool = False
    log: tuple[str, ...] = ()


@frozen(kw_only=True)
class Event:
    """Something that comes from outside, `after` seconds into a deployment.

    `deployment` is which of the deployments that callers start in a service, from 1. With a `stage` the
    seconds are counted from when that stage is entered first.
    """

    after: float
    deployment: int = 1
    stage: str = ""


@frozen(kw_only=True)
class Superseded(Event):
    """Another process deploys what the service ran before, or another revision where it ran nothing yet."""


@frozen(kw_only=True)
class ServiceDeleted(Event):
    """Someone deletes the service: DRAINING, INACTIVE when its tasks have stopped, later MISSING."""


@frozen(kw_only=True)
class DesiredCountSet(Event):
    """Someone, or auto scaling, sets the desired count."""

    count: int


@frozen(kw_only=True)
class TasksStopped(Event):
    """A person stops `count` tasks of the deployment."""

    count: int = 1
    reason: str = "Task stopped by user"


@frozen(kw_only=True)
class SpotReclaimed(Event):
    """Fargate Spot takes `count` tasks of the deployment back."""

    count: int = 1


@frozen(kw_only=True)
class AlarmRaised(Event):
    """A CloudWatch alarm goes off; ECS acts on it where the service's alarms name it and are enabled."""

    alarm: str


@frozen(kw_only=True)
class PauseAnswered(Event):
    """A person answers every pause that waits then: ``CONTINUE`` or ``ROLLBACK``."""

    action: Literal["CONTINUE", "ROLLBACK"] = "CONTINUE"


@frozen(kw_only=True)
class WeightsReset(Event):
    """Another tool writes its weights over those of ECS: 1 to the first target group, 0 to the alternate."""


@frozen(kw_only=True)
class RulesDeleted(Event):
    """Someone deletes the service's listener rules."""


@frozen(kw_only=True)
class FailingHook:
    """A Lambda hook that answers FAILED at a stage, for a `reason`."""

    stage: str
    reason: str = "Lambda function returned hookStatus FAILED."


@frozen(kw_only=True)
class Pace:
    """How long a healthy task takes from one status to the next."""

    provisioning: float = 8
    pull: float = 12
    start: float = 2
    stop: float = 3
    """From SIGTERM to STOPPED; a container that was killed for it exits with 137 after its stop timeout."""
    settle: float = 40
    """How long a task without any health check runs before ECS counts it as healthy."""
    lambda_hook: float = 5
    traffic_shift: float = 5
    network_traffic_shift: float = 600
    """How long a shift of traffic takes, of an Application and of a Network Load Balancer."""


@frozen(kw_only=True)
class TargetGroupSettings:
    """What every target group of the account is set to."""

    health_check_interval: int = 10
    healthy_threshold: int = 2
    unhealthy_threshold: int = 2
    deregistration_delay: int = 30


@frozen(kw_only=True)
class EcsPlan:
    """What happens to the tasks and services of one fake account.

    `service` holds members that every service has whatever its request says (``desiredCount``,
    ``deploymentConfiguration`` ...), those of the fixtures too; `services` holds more of them by service
    name. `newer_members` are members of the task definition `orders` that no botocore knows, and
    `newer_container_members` those of its container `web`.
    `earlier_failure` happened to a deployment of each of those services shortly before the start, and was
    rolled back. Without `fixtures` the account starts empty. A service is MISSING for `hidden_after_create`
    seconds after it was created, a service deployment PENDING for `pending` seconds. Where the
    `infrastructure_role_denied`, ECS may not touch listeners and rules. Services `without_rollback_candidate`
    cannot be rolled back, as if no deployment of theirs had completed. With `omits_hook_details`
    DescribeServices lists pauses by their stages alone (measured by non-97/ecs-native-blue-green).
    `checkout` starts with `left_over_task_sets` beside its PRIMARY one, and with no place for another rule
    where they are `rules_full`. So many requests for a new rule come too late for their priority: there are
    `priority_races` with other people's.
    """

    failure_plans: tuple[FailurePlan, ...] = ()
    events: tuple[Event, ...] = ()
    pace: Pace = field(factory=Pace)
    target_group: TargetGroupSettings = field(factory=TargetGroupSettings)
    failing_hooks: tuple[FailingHook, ...] = ()
    infrastructure_role_denied: bool = False
    without_rollback_candidate: tuple[str, ...] = ()
    omits_hook_details: bool = False
    pending: float = 0
    service: Mapping[str, Any] = field(factory=dict)
    services: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    newer_members: Mapping[str, Any] = field(factory=dict)
    newer_container_members: Mapping[str, Any] = field(factory=dict)
    earlier_failure: FailurePlan | None = None
    hidden_after_create: float = 0
    left_over_task_sets: int = 0
    priority_races: int = 0
    rules_full: bool = False
    fixtures: bool = True

    def members_of(self, service: str) -> dict[str, Any]:
        """Return the members that a service has by this plan."""
        return {**self.service, **self.services.get(service, {})}
