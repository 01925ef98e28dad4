"""The guard: whether a deployment goes where it is meant to go, before its first change.

guard, account, cluster and service -> findings -> warnings, or one `WrongEnvironmentError`

ECS has no environments. What a cluster or a service belongs to is said by the tags with which Octopus
discovers clusters (``octopus-environment`` and so on), one value each; a service's own tag wins over its
cluster's. A tag that is missing says nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import evolve, frozen

from ecs_steps.aws.clusters import Cluster, describe_cluster
from ecs_steps.aws.ecs import Service
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.scope import (
    ACCOUNT_VARIABLE,
    CLUSTER_VARIABLE,
    GUARD_VARIABLE,
    DeploymentScope,
    Guard,
    GuardMode,
    account_of,
    parts_of_arn,
    same_name,
)
from ecs_steps.errors import (
    AwsCallError,
    EcsStepsError,
    InvalidInputsError,
    NotFoundError,
    WrongEnvironmentError,
)
from ecs_steps.reporting.events import Level
from ecs_steps.tags import Tag

T = TypeVar("T")
Default = TypeVar("Default")

LAST_ENVIRONMENT, LAST_TENANT = "Octopus.Environment.Name", "Octopus.Deployment.Tenant.Name"
"""Tags of the last deployment, which this library and Octopus' own step leave on a service."""


@frozen(kw_only=True)
class TagHolder:
    """A cluster or a service, with its tags by case-folded key."""

    kind: str
    name: str
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"the {self.kind} {self.name}"


@frozen(kw_only=True)
class Contradiction:
    """One tag that names something else than the deployment; `is_explicit` where a person has set it."""

    meant: str
    holder: TagHolder
    tag: Tag
    is_explicit: bool = True

    def __str__(self) -> str:
        if not self.is_explicit:
            return (
                f"This deployment is for {self.meant}, and {self.holder} was last deployed for "
                f"{self.tag.value}."
            )
        tag = f"{self.tag.key}={self.tag.value}"
        return f"This deployment is for {self.meant}, but {self.holder} is tagged {tag}."


def check_environment(guard: Guard, context: DeploymentContext, *, service: Service | None = None) -> None:
    """Check that a deployment goes where it is meant to go; to be called before the first change.

    Give the service where it exists, read with its tags. A step that only knows its cluster learns here
    whether it exists as well. It costs one DescribeClusters at most, and GetCallerIdentity where an account
    is expected.

    Raises:
        WrongEnvironmentError: It does not; nothing was changed.
        InvalidInputsError: The cluster's ARN is of another region.
        NotFoundError: There is no such cluster, or it is not ACTIVE.
        AccessDeniedError: A read was denied, and the guard is to refuse what it cannot check.
    """
    _check_region(guard, context)
    if guard.expected_account and guard.mode is not GuardMode.OFF:
        _check_account(guard, context)
    if not guard.cluster or (service and not guard.reads_tags):
        return
    cluster = _read(
        lambda: describe_cluster(context.aws, guard.cluster),
        guard,
        context,
        must_be_read=guard.reads_tags,
        default=Cluster(name=guard.cluster),
    )
    if cluster is None or cluster.status != "ACTIVE":
        raise _no_cluster(guard.cluster, cluster, context)
    if guard.reads_tags:
        _judge(list(contradictions(guard.scope, tag_holders(cluster, service))), guard, context)


def tag_holders(cluster: Cluster, service: Service | None) -> tuple[TagHolder, ...]:
    """Return what has tags that say whose it is, the one whose tags win first."""
    return tuple(
        TagHolder(kind=kind, name=each.name, tags=_by_key(each.tags))
        for kind, each in (("service", service), ("cluster", cluster))
        if each
    )


def contradictions(scope: DeploymentScope, holders: Iterable[TagHolder]) -> Iterator[Contradiction]:
    """Yield what contradicts a deployment that is for an environment."""
    holders = tuple(holders)
    for kind, name in (
        ("environment", scope.environment),
        ("tenant", scope.tenant),
        ("project", scope.project),
        ("space", scope.space),
    ):
        key = f"octopus-{kind}"
        holder = next((each for each in holders if each.tags.get(key)), None)
        # No tenant is a statement; a deployment that names no project or space makes none.
        if holder and (name or kind == "tenant") and not same_name(holder.tags[key], name):
            tag = Tag(key, holder.tags[key])
            yield Contradiction(meant=_meant(kind, name), holder=holder, tag=tag)
    yield from _last_deployment(scope, holders)


def _meant(kind: str, name: str) -> str:
    return name if kind == "environment" else f"{kind} {name}" if name else "no tenant"


def _last_deployment(scope: DeploymentScope, holders: Sequence[TagHolder]) -> Iterator[Contradiction]:
    service = next((each for each in holders if each.kind == "service"), None)
    if service is None:
        return
    for key, kind, name in (
        (LAST_ENVIRONMENT, "environment", scope.environment),
        (LAST_TENANT, "tenant", scope.tenant),
    ):
        last = service.tags.get(key.casefold(), "")
        stated = any(holder.tags.get(f"octopus-{kind}") for holder in holders)
        if last and not stated and not same_name(last, name):
            meant = _meant(kind, name)
            yield Contradiction(meant=meant, holder=service, tag=Tag(key, last), is_explicit=False)


def _judge(found: list[Contradiction], guard: Guard, context: DeploymentContext) -> None:
    if not found:
        context.say(Level.VERBOSE, f"No tag contradicts a deployment for {guard.scope.environment}.")
    wrong = [each for each in found if each.is_explicit]
    if wrong and guard.mode is GuardMode.REFUSE:
        first = wrong[0]
        raise WrongEnvironmentError(
            what=str(first),
            expected=first.meant,
            found=f"{first.tag.key}={first.tag.value}",
            next_step=f"Nothing was changed. Deploy to a {first.holder.kind} of {first.meant}, correct the "
            f"tag, or set {GUARD_VARIABLE} to Warn.",
        )
    for each in found:
        context.say(Level.WARNING, str(each))


def _check_region(guard: Guard, context: DeploymentContext) -> None:
    region, _ = parts_of_arn(guard.cluster)
    if region and region != context.aws.region:
        message = f"is in {region}, and this step runs in {context.aws.region}"
        raise InvalidInputsError.of(CLUSTER_VARIABLE, message)


def _check_account(guard: Guard, context: DeploymentContext) -> None:
    account = _read(
        lambda: account_of(context.aws.identity()),
        guard,
        context,
        must_be_read=True,
        default=guard.expected_account,
    )
    if account != guard.expected_account:
        raise WrongEnvironmentError(
            what=f"This deployment is for account {guard.expected_account}, but its credentials belong to "
            f"account {account}.",
            expected=guard.expected_account,
            found=account,
            next_step=f"Nothing was changed. Give the step credentials of {guard.expected_account}, correct "
            f"{ACCOUNT_VARIABLE}, or set {GUARD_VARIABLE} to Off.",
        )


def _read(
    read: Callable[[], T], guard: Guard, context: DeploymentContext, *, must_be_read: bool, default: Default
) -> T | Default:
    try:
        return context.call_with_retries("what the deployment belongs to", read)
    except AwsCallError as error:
        if error.unreachable and not error.transient:
            # Nothing was ever reached: the calls that follow would only find the same.
            raise
        if must_be_read and guard.mode is GuardMode.REFUSE:
            advice = f"Nothing was changed; {GUARD_VARIABLE} set to Warn deploys without this check."
            raise evolve(error, next_step=" ".join(filter(None, [error.next_step, advice]))) from error
        level = Level.WARNING if must_be_read else Level.VERBOSE
        context.say(level, f"Not checked before the first change. {error}")
        return default


def _no_cluster(name: str, cluster: Cluster | None, context: DeploymentContext) -> NotFoundError:
    try:
        account = account_of(context.call_with_retries("the account", context.aws.identity))
    except EcsStepsError:
        account = "unknown"
    why = f"it is {cluster.status}" if cluster else "ECS has no cluster of that name"
    return NotFoundError(
        what=f"Cluster {name} was not found",
        why=f"{why} in account {account}, region {context.aws.region}",
        next_step="Check the cluster's name, the account and the region; nothing was changed.",
    )


def _by_key(tags: Iterable[Tag]) -> dict[str, str]:
    """Return the values of tags, stripped; their keys without case, as Octopus compares them."""
    return {tag.key.strip().casefold(): tag.value.strip() for tag in tags}
