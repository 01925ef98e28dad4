"""Watch one deployment of a service until there is a verdict on it.

A quiet look costs one call: DescribeServiceDeployments where ECS has a record of the deployment and lets us
read it, else DescribeServices. News, and the end, are looked at in DescribeServices as well.
"""

from datetime import datetime, timedelta

from attrs import define, field, frozen

from ecs_steps.aws.ecs import Deployment, Service, describe_service
from ecs_steps.aws.rollout import UNDER_WAY, Standing, Target, Verdict, gone, judge, judge_service_deployment
from ecs_steps.aws.service_deployments import (
    ServiceDeployment,
    describe_service_deployment,
    find_service_deployment,
)
from ecs_steps.aws.surroundings import Surroundings
from ecs_steps.errors import (
    AwsCallError,
    DeploymentError,
    RolledBackError,
    RolloutFailedError,
    SupersededError,
    TimedOutError,
)
from ecs_steps.polling import Seen, poll
from ecs_steps.report import Level, RolloutChanged, ServiceEvent

# A service that was just made may be unknown to another of ECS' hosts for a moment.
EVENTUALLY = timedelta(seconds=60)
TRIES_TO_FIND_RECORD = 3


@frozen(kw_only=True)
class Watched:
    """A service at the last look, and the verdict on the deployment in question."""

    service: Service | None
    verdict: Verdict


@define
class ServiceWatch:
    """One deployment of one service, and what was seen of it so far.

    `record` is the ARN of ECS' own record of the deployment, once it is found.
    """

    cluster: str
    name_or_arn: str
    target: Target
    around: Surroundings
    record: str = ""
    service: Service | None = None
    _tries: int = field(init=False)
    _started: datetime = field(init=False)
    _described_at: datetime = field(init=False)
    _told: dict[str, RolloutChanged] = field(factory=dict)
    _heard: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self._started = self.around.clock.now()
        self._described_at = self._started - EVENTUALLY
        # Without the id of a deployment its record cannot be told from another's.
        self._tries = TRIES_TO_FIND_RECORD if self.target.deployment_id else 0

    def look(self) -> Seen[Watched]:
        """Look once, tell what is new, and judge."""
        attempt = self._read_record()
        changed = attempt is not None and self._tell_attempt(attempt)
        if attempt and attempt.is_under_way and not changed and self._described_lately():
            return Seen(value=Watched(service=self.service, verdict=UNDER_WAY), settled=False)
        self.service = describe_service(self.around.aws, self.cluster, self.name_or_arn)
        self._described_at = self.around.clock.now()
        if self.service:
            changed |= self._tell_deployments(self.service, attempt)
            changed |= self._tell_events(self.service)
        verdict = self._judge(attempt)
        return Seen(
            value=Watched(service=self.service, verdict=verdict), settled=verdict.is_final, changed=changed
        )

    def _judge(self, attempt: ServiceDeployment | None) -> Verdict:
        if self.service is None and self._described_at - self._started < EVENTUALLY:
            return UNDER_WAY
        if self.service is None or self.service.status != "ACTIVE":
            return gone(self.service)
        if attempt is None:
            return judge(self.service, self.target)
        return judge_service_deployment(attempt, self.service, self.target)

    def _described_lately(self) -> bool:
        return self.around.clock.now() - self._described_at < EVENTUALLY

    def _read_record(self) -> ServiceDeployment | None:
        try:
            if not self.record and self._tries:
                self._tries -= 1
                self.record = self._find_record()
            return describe_service_deployment(self.around.aws, self.record) if self.record else None
        except AwsCallError as error:
            if error.transient and (self.record or self._tries):
                raise
            self._do_without_record(f"{error.what}: {error.why}")
            return None

    def _find_record(self) -> str:
        found = find_service_deployment(
            self.around.aws, self.cluster, self.name_or_arn, self.target.deployment_id
        )
        if not found and not self._tries:
            self._do_without_record("ECS has no record of it")
        return found or ""

    def _do_without_record(self, why: str) -> None:
        self.record, self._tries = "", 0
        self.around.say(
            Level.VERBOSE, f"Watching {self.target.deployment_id} through DescribeServices alone. {why}"
        )

    def _tell_attempt(self, attempt: ServiceDeployment) -> bool:
        return self._tell(
            RolloutChanged(
                service_name=_short(self.name_or_arn),
                deployment_id=self.target.deployment_id,
                task_definition=_short(self.target.task_definition),
                state=attempt.status,
                desired=attempt.desired,
                running=attempt.running,
                pending=attempt.pending,
                failed=attempt.failures,
                is_this_deployment=True,
            )
        )

    def _tell_deployments(self, service: Service, attempt: ServiceDeployment | None) -> bool:
        told = [
            self._tell(
                RolloutChanged(
                    service_name=service.name,
                    deployment_id=deployment.deployment_id,
                    task_definition=_short(deployment.task_definition),
                    state=deployment.rollout_state,
                    desired=deployment.desired,
                    running=deployment.running,
                    pending=deployment.pending,
                    failed=deployment.failed,
                    is_this_deployment=self.target.is_met_by(deployment),
                )
            )
            for deployment in service.deployments
            if not (attempt and self.target.is_met_by(deployment))
        ]
        return any(told)

    def _tell(self, change: RolloutChanged) -> bool:
        if self._told.get(change.deployment_id) == change:
            return False
        self._told[change.deployment_id] = change
        self.around.report(change)
        return True

    def _tell_events(self, service: Service) -> bool:
        news = [e for e in service.events if e.event_id not in self._heard and e.at >= self.target.since]
        for event in reversed(news):
            self._heard.add(event.event_id)
            self.around.report(ServiceEvent(service_name=service.name, text=event.text))
        return bool(news)


def await_verdict(watch: ServiceWatch) -> Deployment:
    """Wait until the deployment serves, and return it.

    Raises:
        RolloutFailedError: ECS gave it up, or the service is gone.
        RolledBackError: ECS went back to the revision before.
        SupersededError: A newer deployment took its place.
        TimedOutError: There was no verdict when the time was over.
    """
    seen = poll(
        watch.look,
        clock=watch.around.clock,
        deadline=watch.around.deadline,
        report=watch.around.report,
        waiting_for=f"service {_short(watch.name_or_arn)} to run {_short(watch.target.task_definition)}",
    )
    deployment = seen.value.service and seen.value.service.primary
    if seen.value.verdict.standing is not Standing.SERVING or not deployment:
        raise _failure(seen.value.verdict, watch)
    return deployment


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]


def _failure(verdict: Verdict, watch: ServiceWatch) -> DeploymentError:
    what = f"Service {_short(watch.name_or_arn)} does not run {_short(watch.target.task_definition)}"
    match verdict.standing:
        case Standing.ROLLED_BACK:
            return RolledBackError(what=what, why=verdict.reason)
        case Standing.SUPERSEDED:
            return SupersededError(
                what=what,
                why=verdict.reason,
                next_step="Another deployment or person changed the service; the newer one counts.",
            )
        case Standing.UNDER_WAY:
            return TimedOutError(
                what=f"{what} yet",
                why="its deployment was still under way when the time to wait was over",
                next_step="ECS goes on with it.",
            )
        case _:
            return RolloutFailedError(what=what, why=verdict.reason)
