"""Watch one deployment of a service until there is a verdict on it, and gather what explains a bad one.

A quiet look costs one call: DescribeServiceDeployments where ECS has a record of the deployment and lets us
read it, else DescribeServices. News, and the end, are looked at in DescribeServices as well.
"""

from datetime import UTC, datetime, timedelta

from attrs import define, evolve, field

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service, describe_service
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.collector import Gathering
from ecs_steps.diagnosis.evidence import Evidence
from ecs_steps.diagnosis.report import Diagnosis, diagnose
from ecs_steps.errors import (
    DeploymentError,
    RolledBackError,
    RolloutFailedError,
    SupersededError,
    TimedOutError,
)
from ecs_steps.polling import PollResult, poll
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.changes import News
from ecs_steps.rollouts.fail_fast import cannot_succeed
from ecs_steps.rollouts.record import DeploymentRecord
from ecs_steps.rollouts.summary import tell_phases
from ecs_steps.rollouts.verdict import (
    UNDER_WAY,
    DeploymentStatus,
    Verdict,
    gone,
    judge,
    judge_service_deployment,
)

# A service that was just made may be unknown to another of ECS' hosts for a moment.
CONSISTENCY_WINDOW = timedelta(seconds=60)


@define
class ServiceWatch:
    """One deployment of one service, and what was seen of it so far.

    `service` and `verdict` are those of the last look; `gave_up` says that the deployment was given up
    here, and not by ECS.
    """

    cluster: str
    name_or_arn: str
    target: DeploymentRef
    context: DeploymentContext
    record: DeploymentRecord = field(init=False)
    service: Service | None = None
    verdict: Verdict = UNDER_WAY
    gave_up: bool = False
    _news: News = field(init=False)
    _gathering: Gathering = field(init=False)
    _attempt: ServiceDeployment | None = None
    _has_told_cause: bool = False
    _started: datetime = field(init=False)
    _described_at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.record = DeploymentRecord(self.cluster, self.name_or_arn, self.target, self.context)
        self._news = News(self.target, self.context.report)
        self._gathering = Gathering(
            self.context,
            self.target,
            show_logs=self.context.watch_options.container_logs,
            evidence=Evidence(cluster=_short(self.cluster), service=_short(self.name_or_arn)),
        )
        self._started = self.context.clock.now()
        self._described_at = self._started - CONSISTENCY_WINDOW

    @property
    def diagnosis(self) -> Diagnosis:
        """What explains the verdict, as far as it is known by now."""
        reason = "" if self.verdict.status is DeploymentStatus.UNDER_WAY else self.verdict.reason
        return diagnose(evolve(self._gathering.evidence, verdict=reason))

    def look(self) -> PollResult[Verdict]:
        """Look once, tell what is new, judge, and gather evidence where something is wrong."""
        attempt = self.record.read()
        if attempt and attempt.is_under_way and attempt == self._attempt and self._described_lately():
            return PollResult(value=UNDER_WAY, settled=False)
        self._attempt = attempt
        self.service = describe_service(self.context.aws, self.cluster, self.name_or_arn)
        self._described_at = self.context.clock.now()
        changed = False
        self.verdict = self._judge(attempt)
        if self.service:
            told = self._news.tell(self.service, attempt)
            changed = told.changed
            if self.verdict.is_bad or (told.trouble and not self.verdict.is_final):
                self._explain(self.service, attempt)
        return PollResult(value=self.verdict, settled=self.verdict.is_final, changed=changed)

    def _judge(self, attempt: ServiceDeployment | None) -> Verdict:
        if self.service is None and self._described_at - self._started < CONSISTENCY_WINDOW:
            return UNDER_WAY
        if self.service is None or self.service.status != "ACTIVE":
            return gone(self.service)
        if attempt is None:
            return judge(self.service, self.target)
        return judge_service_deployment(attempt, self.service, self.target)

    def _explain(self, service: Service, attempt: ServiceDeployment | None) -> None:
        ours = next((d for d in service.deployments if self.target.matches(d)), None)
        deployment_id = self.target.deployment_id or (ours.deployment_id if ours else "")
        if not deployment_id:
            return
        self._gathering.gather(service, deployment_id, attempt)
        stopped = self._gathering.evidence.tasks
        is_rolling_back = attempt is not None and attempt.is_rolling_back
        if (
            self.verdict is UNDER_WAY
            and not is_rolling_back
            and cannot_succeed(service, deployment_id, stopped, self.context)
        ):
            reason = f"{len(stopped)} of its tasks have stopped and none has ever become healthy"
            self.verdict = Verdict(status=DeploymentStatus.FAILED, reason=reason)
            self.gave_up = True
        cause = self.diagnosis.root_cause
        if cause and not self._has_told_cause:
            # What else there is waits for the report at the end.
            self._has_told_cause = True
            self.context.say(Level.WARNING, str(cause))

    def _described_lately(self) -> bool:
        return self.context.clock.now() - self._described_at < CONSISTENCY_WINDOW


def target_of(service: Service, deployment_id: str) -> DeploymentRef:
    """Return a deployment by its id as something to judge.

    Where the service no longer shows it, its record tells what became of it.
    """
    shown = next((d for d in service.deployments if d.deployment_id == deployment_id), None)
    if shown is None:
        since = min((d.created_at for d in service.deployments), default=datetime.min.replace(tzinfo=UTC))
        return DeploymentRef(task_definition=deployment_id, deployment_id=deployment_id, since=since)
    return DeploymentRef(
        task_definition=shown.task_definition, deployment_id=deployment_id, since=shown.created_at
    )


def await_verdict(watch: ServiceWatch, *, summed_up: bool = True) -> Deployment:
    """Wait until the deployment serves, and return it; where its time went is reported if it is `summed_up`.

    Raises:
        RolloutFailedError: ECS gave it up, it cannot succeed, or the service is gone.
        RolledBackError: ECS went back to the revision before.
        SupersededError: A newer deployment took its place.
        TimedOutError: There was no verdict when the time was over.
    """
    seen = poll(
        watch.look,
        clock=watch.context.clock,
        deadline=watch.context.deadline,
        report=watch.context.report,
        waiting_for=f"service {_short(watch.name_or_arn)} to run {_short(watch.target.task_definition)}",
    )
    service = watch.service
    deployment = service and service.primary
    if seen.value.status is not DeploymentStatus.SERVING or not service or not deployment:
        raise failure_of(watch)
    if summed_up:
        tell_phases(service, deployment, watch.context, began=watch.target.since)
    return deployment


def failure_of(watch: ServiceWatch) -> DeploymentError:
    """Return the error for a deployment that does not serve, with its diagnosis."""
    verdict, diagnosis = watch.verdict, watch.diagnosis
    what = f"Service {_short(watch.name_or_arn)} does not run {_short(watch.target.task_definition)}"
    cause = str(diagnosis.root_cause) if diagnosis.root_cause else verdict.reason
    match verdict.status:
        case DeploymentStatus.ROLLED_BACK:
            again = _short(watch.service.task_definition) if watch.service else "what it ran before"
            return RolledBackError(
                what=f"{what}: it was rolled back to {again}", why=cause, diagnosis=diagnosis
            )
        case DeploymentStatus.SUPERSEDED:
            return SupersededError(
                what=what,
                why=verdict.reason,
                next_step="Another deployment or person changed the service; the newer one counts.",
                diagnosis=diagnosis,
            )
        case DeploymentStatus.UNDER_WAY:
            return TimedOutError(
                what=f"{what} yet",
                why=f"{_state(watch)} when the time to wait was over",
                next_step="ECS goes on with it; ecs-steps watch takes up the wait.",
                diagnosis=diagnosis,
            )
        case _:
            return RolloutFailedError(what=what, why=cause, diagnosis=diagnosis)


def _state(watch: ServiceWatch) -> str:
    ours = (
        next((d for d in watch.service.deployments if watch.target.matches(d)), None)
        if watch.service
        else None
    )
    if ours is None:
        return "its deployment was still under way"
    counts = f"{ours.running} of {ours.desired} tasks were running, {ours.pending} pending"
    return f"{counts} and {ours.failed} failed ({ours.rollout_state})"


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]
