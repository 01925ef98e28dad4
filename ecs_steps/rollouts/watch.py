"""Watch one deployment of a service until there is a verdict on it, and collect what explains a bad one.

A quiet read costs one call: DescribeServiceDeployments where ECS has a record of the deployment and lets us
read it, else DescribeServices. A change, and the end, are read in DescribeServices as well.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, evolve, field

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service, describe_service
from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.causes import Diagnosis
from ecs_steps.context import DeploymentContext
from ecs_steps.diagnosis.collector import EvidenceCollector
from ecs_steps.diagnosis.evidence import Evidence
from ecs_steps.diagnosis.report import diagnose
from ecs_steps.polling import PollResult
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.changes import ChangeReporter
from ecs_steps.rollouts.fail_fast import cannot_succeed, healthy_tasks
from ecs_steps.rollouts.pauses import pause_of, without_hooks
from ecs_steps.rollouts.record import DeploymentRecord
from ecs_steps.rollouts.summary import report_timing
from ecs_steps.rollouts.unfinished import Unfinished, explain_unfinished
from ecs_steps.rollouts.verdict import (
    IN_PROGRESS,
    DeploymentStatus,
    Verdict,
    deleted,
    judge,
    judge_service_deployment,
    paused,
)

# A service that was just made may be unknown to another of ECS' hosts for a moment.
CONSISTENCY_WINDOW = timedelta(seconds=60)
# In emulators neither a record nor a message may show that tasks are replaced again and again.
COLLECT_INTERVAL = timedelta(seconds=30)
# A hook that was answered may be listed as awaiting for a moment.
ANSWER_WINDOW = timedelta(seconds=10)
# A pause whose tasks are incomplete, or which was answered and still waits, for as long as this is reported.
UNCLEAR_PAUSE_TIMEOUT = timedelta(minutes=2)


@define
class ServiceWatch:
    """One deployment of one service, and what was seen of it so far.

    `service`, `verdict` and `service_deployment` (ECS' own record; none where it cannot be had) are those of
    the last read; `gave_up` says that the deployment was given up here, and not by ECS. The `answered_hooks`
    were continued before, and are no pause any more; the `known_hooks` waited when the watch began, and may
    have been answered a moment before. `on_record` gets each record that is read.
    """

    cluster: str
    name_or_arn: str
    target: DeploymentRef
    context: DeploymentContext
    answered_hooks: frozenset[str] = frozenset()
    known_hooks: frozenset[str] = frozenset()
    on_record: Callable[[ServiceDeployment], None] = lambda _: None
    record: DeploymentRecord = field(init=False)
    service: Service | None = None
    service_deployment: ServiceDeployment | None = None
    verdict: Verdict = IN_PROGRESS
    gave_up: bool = False
    unfinished: Unfinished | None = None
    _changes: ChangeReporter = field(init=False)
    _collector: EvidenceCollector = field(init=False)
    _has_reported_cause: bool = False
    _started: datetime = field(init=False)
    _described_at: datetime = field(init=False)
    _collected_at: datetime = field(init=False)
    _paused_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        self.record = DeploymentRecord(self.cluster, self.name_or_arn, self.target, self.context)
        self._changes = ChangeReporter(self.target, self.context.report)
        self._collector = EvidenceCollector(
            self.context,
            self.target,
            evidence=Evidence(cluster=self.cluster.rpartition("/")[2], service=self.service_name),
        )
        self._started = self._collected_at = self.context.clock.now()
        self._described_at = self._started - CONSISTENCY_WINDOW

    @property
    def service_name(self) -> str:
        return self.name_or_arn.rpartition("/")[2]

    @property
    def diagnosis(self) -> Diagnosis:
        """What explains the verdict, as far as it is known by now."""
        reason = self.verdict.reason if self.verdict.is_bad else ""
        return diagnose(evolve(self._collector.evidence, verdict=reason))

    @property
    def deployment_id(self) -> str:
        """The id of the deployment; empty while the service does not show it."""
        ours = self.target.find_in(self.service) if self.service else None
        return self.target.deployment_id or (ours.deployment_id if ours else "")

    @property
    def may_roll_back(self) -> bool:
        """Whether going back undoes a failure: not what is healthy, and not what waits for a person."""
        if self.verdict.status is DeploymentStatus.FAILED:
            return True
        return self.verdict.status is DeploymentStatus.IN_PROGRESS and not self.rollback_objection

    @property
    def rollback_objection(self) -> str:
        """Why a deployment that is still in progress must not be rolled back; empty where it may be.

        Whether a service with pause hooks waits at one is known from ECS' record of the deployment alone.
        """
        if self.unfinished and self.unfinished.is_healthy:
            return "its new tasks are healthy"
        if self.service and self.service.has_pause_hooks and not self.record.arn:
            return "it may wait for a person at a pause hook, which cannot be read"
        return ""

    def observe(self) -> PollResult[Verdict]:
        """Read once, report what is new, judge, and collect evidence where something is wrong."""
        record = self.record.read()
        if record:
            self.on_record(record)
        is_answer_recent = self.context.clock.now() - self._started < UNCLEAR_PAUSE_TIMEOUT
        if record and self.answered_hooks and is_answer_recent:
            record = without_hooks(record, self.answered_hooks)
        is_quiet = record and record.is_in_progress and record == self.service_deployment
        if record and is_quiet and self._described_lately() and not pause_of(record):
            return PollResult(value=IN_PROGRESS, settled=False)
        self.service_deployment = record
        self.service = describe_service(self.context.aws, self.cluster, self.name_or_arn)
        self._described_at = self.context.clock.now()
        changed = False
        self.verdict = self._judge(record)
        if self.service:
            self._find_record(self.service)
            changes = self._changes.report(self.service, record)
            changed = changes.any
            is_due = self._described_at - self._collected_at >= COLLECT_INTERVAL
            is_hidden = record is None and not self._changes.started
            is_trouble = (changes.trouble or (is_hidden and is_due)) and not self.verdict.is_settled
            if self.verdict.is_bad or is_trouble:
                self._explain(self.service, record)
        return PollResult(value=self.verdict, settled=self.verdict.is_settled, changed=changed)

    def close(self) -> None:
        """Collect, at the end of the time, what the deployment still waits for."""
        record, service = self.service_deployment, self.service
        if service is None or self.verdict.is_settled:
            return
        if record and (pause := pause_of(record)):
            self.verdict = paused(pause)
            return
        ours = self.target.find_in(service)
        if ours is None:
            self.unfinished = explain_unfinished(service, self.target, record, healthy=None)
            return
        live = self._collector.collect_live(service, evolve(self.target, deployment_id=ours.deployment_id))
        self._collect(service, record)
        healthy = None
        if live is not None:
            running = [task for task in live.tasks if task.status == "RUNNING"]
            healthy = len(healthy_tasks(service, running, live.targets, self.context))
        self.unfinished = explain_unfinished(
            service,
            self.target,
            record,
            healthy=healthy,
            pending=live.pending_lines if live else (),
            leaving=live.leaving if live else 0,
        )

    def _judge(self, record: ServiceDeployment | None) -> Verdict:
        if self.service is None and self._described_at - self._started < CONSISTENCY_WINDOW:
            return IN_PROGRESS
        if self.service is None or self.service.status != "ACTIVE":
            return deleted(self.service)
        if record is None:
            return judge(self.service, self.target)
        verdict = judge_service_deployment(record, self.service, self.target)
        pause = pause_of(record)
        is_recent = self._described_at - self._started < ANSWER_WINDOW
        if verdict.pause and verdict.pause.hook_id in self.known_hooks and is_recent:
            return IN_PROGRESS
        if pause is None:
            self._paused_at = None
        elif verdict is IN_PROGRESS:
            self._paused_at = self._paused_at or self._described_at
            if self._described_at - self._paused_at >= UNCLEAR_PAUSE_TIMEOUT:
                return paused(pause)
        return verdict

    def _find_record(self, service: Service) -> None:
        """Read the record of a deployment whose id was not known before, where it may show a pause."""
        ours = self.target.find_in(service)
        if service.has_pause_hooks and ours and not self.record.target.deployment_id:
            target = evolve(self.target, deployment_id=ours.deployment_id)
            self.record = DeploymentRecord(self.cluster, self.name_or_arn, target, self.context)

    def _collect(self, service: Service, record: ServiceDeployment | None) -> None:
        self._collected_at = self.context.clock.now()
        self._collector.collect(service, evolve(self.target, deployment_id=self.deployment_id), record)

    def _explain(self, service: Service, record: ServiceDeployment | None) -> None:
        ours = self.target.find_in(service)
        if not self.deployment_id:
            return
        self._collect(service, record)
        if self._cannot_succeed(service, ours, record):
            stopped = len(self._collector.evidence.tasks)
            reason = f"{stopped} of its tasks have stopped and none has ever become healthy"
            self.verdict = Verdict(status=DeploymentStatus.FAILED, reason=reason)
            self.gave_up = True
        cause = self.diagnosis.root_cause
        if cause and not self._has_reported_cause:
            # What else there is waits for the report at the end.
            self._has_reported_cause = True
            self.context.say(Level.WARNING, str(cause))

    def _cannot_succeed(
        self, service: Service, ours: Deployment | None, record: ServiceDeployment | None
    ) -> bool:
        if self.verdict is not IN_PROGRESS or (record and (record.is_rolling_back or pause_of(record))):
            return False
        counts = (ours.failed if ours else 0, record.failures if record else 0)
        target = evolve(self.target, deployment_id=ours.deployment_id) if ours else self.target
        stopped = self._collector.evidence.tasks
        return cannot_succeed(service, target, stopped, self.context, breaker_count=max(counts))

    def _described_lately(self) -> bool:
        return self.context.clock.now() - self._described_at < CONSISTENCY_WINDOW


def wait_for_verdict(watch: ServiceWatch, *, with_timing: bool = True) -> Verdict:
    """Wait until there is a verdict on the deployment, or until the deadline, and return it.

    It is IN_PROGRESS where the time was over; `failure_of` says what it waited for. Where it serves, its
    timing is reported.
    """
    what = f"service {watch.service_name} to run {watch.target.name}"
    if not watch.context.wait_for(what, watch.observe).settled:
        watch.close()
    deployment = watch.service and watch.service.primary
    record = watch.service_deployment
    # Where traffic shifts, bakes and pauses take the time, and no setting of the tasks is to blame.
    with_timing = with_timing and (record is None or record.strategy == "ROLLING")
    if watch.verdict.status is DeploymentStatus.SERVING and with_timing and watch.service and deployment:
        report_timing(watch.service, deployment, watch.context, began=watch.target.since)
    return watch.verdict
