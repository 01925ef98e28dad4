"""What a person decides on at a pause: what runs, whether it is healthy, and where the traffic really goes.

the record of the deployment -> its revisions, targets, alarms and live weights -> findings

ECS checks neither targets nor weights again before it shifts, and may not watch alarms during a pause.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from attrs import define, evolve, field, frozen

from ecs_steps.aws.cloudwatch import alarms_in_alarm
from ecs_steps.aws.ecs import Service
from ecs_steps.aws.elbv2 import target_health
from ecs_steps.aws.listener_rules import live_weights
from ecs_steps.aws.service_deployments import (
    ResolvedBalancer,
    ServiceDeployment,
    ServiceRevision,
    describe_service_revisions,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.rollouts.pauses import has_new_tasks, percent
from ecs_steps.rollouts.strategies import ALL_TRAFFIC

T = TypeVar("T")

MAX_DEVIATION = 0.5
"""Percent points that a live weight may differ from the record: weights are whole numbers."""


@frozen(kw_only=True)
class GroupHealth:
    """How many targets of a group are healthy, of how many tasks."""

    name: str
    healthy: int
    desired: int


@frozen(kw_only=True)
class LiveShare:
    """The percent of the production traffic that a rule sends to the new revision's target group.

    A rule with the weight 0 for each of its groups sends none to any.
    """

    rule: str
    group: str
    percent: float
    recorded: float
    sends_any: bool = True

    @property
    def is_as_recorded(self) -> bool:
        return abs(self.percent - self.recorded) <= MAX_DEVIATION


@frozen(kw_only=True)
class Review:
    """What was read of a deployment.

    `missing` names what does not exist any more, `unread` are the calls that were refused for another reason.
    """

    record: ServiceDeployment
    task_definition: str = ""
    previous: str = ""
    balancers: tuple[ResolvedBalancer, ...] = ()
    groups: tuple[GroupHealth, ...] = ()
    alarms: tuple[str, ...] = ()
    live_shares: tuple[LiveShare, ...] = ()
    missing: tuple[str, ...] = ()
    unread: tuple[AwsCallError, ...] = ()

    @property
    def name(self) -> str:
        """The new revision's short name, else the deployment's id."""
        return short_name(self.task_definition) or f"deployment {self.record.deployment_id}"

    @property
    def findings(self) -> tuple[str, ...]:
        """Why the deployment should not be continued as it is; empty where all is well."""
        return tuple(_findings(self))


def review(record: ServiceDeployment, service: Service | None, context: DeploymentContext) -> Review:
    """Read what a deployment is like now; a read that AWS refuses is part of the result.

    What the service itself shows of its deployments stands in for revisions that cannot be read.
    """
    return _Reader(record, service, context).read()


def identify(record: ServiceDeployment, service: Service, context: DeploymentContext) -> Review:
    """Read which revisions a deployment is about and which targets they have, and not how they are."""
    return _Reader(record, service, context).read_revisions()


def deployed_task_definition(record: ServiceDeployment, service: Service, context: DeploymentContext) -> str:
    """Return what a deployment deploys, mostly without a call; empty where ECS has forgotten it."""
    reader = _Reader(record, service, context)
    return reader.shown(record.target.arn) or reader.read_revisions().task_definition


@define
class _Reader:
    record: ServiceDeployment
    service: Service | None
    context: DeploymentContext
    missing: list[str] = field(factory=list)
    unread: list[AwsCallError] = field(factory=list)

    def read(self) -> Review:
        seen = self.read_revisions()
        return evolve(
            seen,
            groups=tuple(filter(None, map(self._health, seen.balancers)))
            if has_new_tasks(self.record)
            else (),
            alarms=self._alarms(),
            live_shares=tuple(filter(None, map(self._live_share, seen.balancers))),
            missing=tuple(self.missing),
            unread=tuple(self.unread),
        )

    def shown(self, revision: str) -> str:
        """Return the task definition of a service revision, where the service shows its deployment."""
        deployments = self.service.deployments if self.service else ()
        digits = revision.rpartition("/")[2]
        return _first(
            each.task_definition for each in deployments if each.deployment_id == f"ecs-svc/{digits}"
        )

    def read_revisions(self) -> Review:
        record = self.record
        arns = [share.arn for share in (record.target, *record.sources) if share.arn]
        unknown: dict[str, ServiceRevision] = {}
        revisions = self._optional(lambda: describe_service_revisions(self.context.aws, arns), unknown)
        target = revisions.get(record.target.arn)
        return Review(
            record=record,
            task_definition=target.task_definition if target else self.shown(record.target.arn),
            previous=_first(
                revisions[source.arn].task_definition if source.arn in revisions else self.shown(source.arn)
                for source in sorted(record.sources, key=lambda source: source.running, reverse=True)
            ),
            balancers=target.balancers if target else (),
            unread=tuple(self.unread),
        )

    def _health(self, balancer: ResolvedBalancer) -> GroupHealth | None:
        targets = self._optional(lambda: target_health(self.context.aws, balancer.target_group), None)
        if targets is None:
            return None
        healthy = sum(target.state == "healthy" for target in targets)
        name = group_name(balancer.target_group)
        return GroupHealth(name=name, healthy=healthy, desired=self.record.target.desired)

    def _live_share(self, balancer: ResolvedBalancer) -> LiveShare | None:
        recorded = self.record.target.production_weight
        if not balancer.production_rule or recorded is None:
            return None
        weights = self._optional(lambda: live_weights(self.context.aws, balancer.production_rule), None)
        if weights is None:
            return None
        total = sum(weights.values())
        own = weights.get(balancer.target_group, 0)
        return LiveShare(
            rule=balancer.production_rule,
            group=group_name(balancer.target_group),
            percent=ALL_TRAFFIC * own / total if total else 0.0,
            recorded=recorded,
            sends_any=total > 0,
        )

    def _alarms(self) -> tuple[str, ...]:
        names = alarm_names(self.record.configuration)
        red = self.record.alarms
        if names:
            red += self._optional(lambda: alarms_in_alarm(self.context.aws, names), red)
        return tuple(dict.fromkeys(red))

    def _optional(self, read: Callable[[], T], default: T) -> T:
        try:
            return self.context.call_with_retries("what a person decides on", read)
        except AwsCallError as error:
            if error.code.endswith("NotFound"):
                self.missing.append(f"{error.operation}: {error.why}")
            else:
                self.unread.append(error)
            return default


def alarm_names(configuration: Mapping[str, object]) -> tuple[str, ...]:
    """Return the alarms that a deployment configuration watches."""
    match configuration.get("alarms"):
        case {"enable": True, "alarmNames": [*names]}:
            return tuple(map(str, names))
        case _:
            return ()


def _first(texts: Iterable[str]) -> str:
    """Return the first text that is not empty."""
    return next(filter(None, texts), "")


def _findings(review: Review) -> Iterator[str]:
    target = review.record.target
    if has_new_tasks(review.record):
        if target.running < target.desired:
            yield f"{target.running} of {target.desired} new tasks run"
        for group in review.groups:
            if group.healthy < group.desired:
                yield f"{group.healthy} of {group.desired} targets are healthy in {group.name}"
    yield from review.missing
    if review.alarms:
        yield f"in ALARM: {', '.join(review.alarms)}"
    for share in review.live_shares:
        if not share.sends_any:
            yield (
                f"the production rule answers no request: something else has set all weights of {share.rule} "
                "to 0"
            )
        elif not share.is_as_recorded:
            yield (
                f"the production rule sends {percent(round(share.percent, 1))} % of the traffic to "
                f"{share.group}, and ECS believes {percent(share.recorded)} %: something else has written "
                f"the weights of {share.rule}"
            )


def group_name(arn: str) -> str:
    """Return the name of a target group from its ARN."""
    return arn.rpartition(":")[2].split("/")[1] if "/" in arn else arn


def short_name(arn: str) -> str:
    """Return ``family:revision`` of a task definition's ARN."""
    return arn.rpartition("/")[2]
