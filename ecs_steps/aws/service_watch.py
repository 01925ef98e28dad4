"""Watch one deployment of a service until there is a verdict on it."""

from datetime import datetime, timedelta

from attrs import define, field, frozen

from ecs_steps.aws.ecs import Deployment, Service, describe_service
from ecs_steps.aws.rollout import UNDER_WAY, Standing, Target, Verdict, judge
from ecs_steps.aws.surroundings import Surroundings
from ecs_steps.errors import (
    DeploymentError,
    RolledBackError,
    RolloutFailedError,
    SupersededError,
    TimedOutError,
)
from ecs_steps.polling import Seen, poll
from ecs_steps.report import RolloutChanged, ServiceEvent

# A service that was just made may be unknown to another of ECS' hosts for a moment.
EVENTUALLY = timedelta(seconds=60)


@frozen(kw_only=True)
class Watched:
    """A service at the last look, and the verdict on the deployment in question."""

    service: Service | None
    verdict: Verdict


def await_verdict(cluster: str, service: str, target: Target, around: Surroundings) -> Deployment:
    """Wait until the deployment serves, and return it.

    Raises:
        RolloutFailedError: ECS gave it up, or the service is gone.
        RolledBackError: ECS went back to the revision before.
        SupersededError: A newer deployment took its place.
        TimedOutError: There was no verdict when the time was over.
    """
    seen = poll(
        _Watch(cluster, service, target, around).look,
        clock=around.clock,
        deadline=around.deadline,
        report=around.report,
        waiting_for=f"service {_short(service)} to run {_short(target.task_definition)}",
    )
    deployment = seen.value.service and seen.value.service.primary
    if seen.value.verdict.standing is not Standing.SERVING or not deployment:
        raise _failure(seen.value.verdict, service, target)
    return deployment


@define
class _Watch:
    """What was seen of the service so far."""

    cluster: str
    name_or_arn: str
    target: Target
    around: Surroundings
    started: datetime = field(init=False)
    told: dict[str, tuple[object, ...]] = field(factory=dict)
    heard: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self.started = self.around.clock.now()

    def look(self) -> Seen[Watched]:
        """Describe the service once, tell what is new, and judge."""
        service = describe_service(self.around.aws, self.cluster, self.name_or_arn)
        if service is None:
            is_new = self.around.clock.now() - self.started < EVENTUALLY
            gone = Verdict(standing=Standing.GONE, reason="ECS knows no service of that name")
            verdict = UNDER_WAY if is_new else gone
            return Seen(value=Watched(service=None, verdict=verdict), settled=verdict.is_final)
        verdict = judge(service, self.target)
        changed = [self._tell(service, deployment) for deployment in service.deployments]
        return Seen(
            value=Watched(service=service, verdict=verdict),
            settled=verdict.is_final,
            changed=any(changed) | self._tell_events(service),
        )

    def _tell(self, service: Service, deployment: Deployment) -> bool:
        counts = (
            deployment.rollout_state,
            deployment.desired,
            deployment.running,
            deployment.pending,
            deployment.failed,
        )
        if self.told.get(deployment.deployment_id) == counts:
            return False
        self.told[deployment.deployment_id] = counts
        self.around.report(
            RolloutChanged(
                service_name=service.name,
                deployment_id=deployment.deployment_id,
                task_definition=_short(deployment.task_definition),
                state=deployment.rollout_state,
                desired=deployment.desired,
                running=deployment.running,
                pending=deployment.pending,
                failed=deployment.failed,
                is_this_deployment=deployment.task_definition == self.target.task_definition,
            )
        )
        return True

    def _tell_events(self, service: Service) -> bool:
        ours = [d for d in service.deployments if d.task_definition == self.target.task_definition]
        since = min((d.created_at for d in ours), default=self.started)
        news = [e for e in service.events if e.event_id not in self.heard and e.at >= since]
        for event in reversed(news):
            self.heard.add(event.event_id)
            self.around.report(ServiceEvent(service_name=service.name, text=event.text))
        return bool(news)


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]


def _failure(verdict: Verdict, service: str, target: Target) -> DeploymentError:
    what = f"Service {_short(service)} does not run {_short(target.task_definition)}"
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
