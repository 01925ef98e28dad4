"""Old revisions of a family: which ones may go, and their deregistration.

active revisions, newest first -> all but the first few -> without those in use -> INACTIVE, one by one

A revision is in use where a service of any cluster of the account has it: as its own, in a deployment or a
task set, or in a service revision, which ECS records for 90 days and can go back to. What runs a revision
without a service (RunTask, EventBridge, Step Functions) cannot be read.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TypeVar

from ecs_steps.aws import revisions_in_use as aws_calls
from ecs_steps.aws.service_deployments import describe_service_revisions
from ecs_steps.aws.task_definitions import deregister_task_definition
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Level

T = TypeVar("T")


def surplus(active: Iterable[str], keep: int) -> tuple[str, ...]:
    """Return the revisions of one family beyond the `keep` newest ones, newest first."""
    return tuple(sorted(set(active), key=revision_number, reverse=True)[keep:])


def revision_number(arn: str) -> int:
    """Return the number at the end of a revision's ARN."""
    return int(arn.rpartition(":")[2])


def prunable_revisions(
    family: str, keep: int, context: DeploymentContext, *, registered: str = ""
) -> tuple[str, ...]:
    """Return the active revisions that may be deregistered; none, with a warning, where that is not known.

    The `registered` revision is one of the `keep`; without it, one place is for the revision to come.
    """
    try:
        list_revisions = partial(aws_calls.list_active_revisions, context.aws, family)
        active = {*_all("the revisions", list_revisions, context), *filter(None, [registered])}
        old = surplus(active, keep if registered else keep - 1)
        if not old:
            return ()
        in_use = _in_use(old, context)
    except AwsCallError as error:
        context.say(
            Level.WARNING,
            f"No old revision of {family} is deregistered: which ones are in use cannot be read. {error}",
        )
        return ()
    if kept := [arn for arn in old if arn in in_use]:
        context.say(Level.INFO, f"Kept, for services use them: {_names(kept)}")
    return tuple(arn for arn in old if arn not in in_use)


def deregister(revisions: Iterable[str], context: DeploymentContext) -> None:
    """Deregister revisions; where AWS refuses, a warning names those that are left."""
    left = list(revisions)
    while left:
        act = partial(deregister_task_definition, context.aws, left[0])
        try:
            context.call_with_retries("the old revision", act)
        except AwsCallError as error:
            context.say(Level.WARNING, f"Not deregistered: {_names(left)}. {error}")
            return
        context.say(Level.INFO, f"Deregistered {_names(left[:1])}")
        del left[0]


def _in_use(revisions: Collection[str], context: DeploymentContext) -> frozenset[str]:
    """Return those of the revisions that are in use; the reading ends where all of them are."""
    found: set[str] = set()
    for task_definitions in _used(context):
        found |= task_definitions.intersection(revisions)
        if len(found) == len(revisions):
            break
    return frozenset(found)


def _used(context: DeploymentContext) -> Iterator[frozenset[str]]:
    aws = context.aws
    for cluster in _all("the clusters", partial(aws_calls.list_clusters, aws), context):
        listed = _all("the services", partial(aws_calls.list_services, aws, cluster), context)
        for names in _batches(listed, aws_calls.MAX_DESCRIBED_SERVICES):
            describe = partial(aws_calls.describe_services, aws, cluster, names)
            for service in context.call_with_retries("the services", describe):
                yield service.task_definitions
                if service.has_records:
                    yield from _recorded(cluster, service.arn, context)


def _recorded(cluster: str, service: str, context: DeploymentContext) -> Iterator[frozenset[str]]:
    list_revisions = partial(aws_calls.list_service_revisions, context.aws, cluster, service)
    arns = dict.fromkeys(_all("the service revisions", list_revisions, context))
    for batch in _batches(arns, aws_calls.MAX_DESCRIBED_REVISIONS):
        describe = partial(describe_service_revisions, context.aws, batch)
        revisions = context.call_with_retries("the service revisions", describe)
        yield frozenset(revision.task_definition for revision in revisions.values())


def _all(what: str, list_page: Callable[[str], aws_calls.Page], context: DeploymentContext) -> Iterator[str]:
    token = ""
    while True:
        page = context.call_with_retries(what, partial(list_page, token))
        yield from page.arns
        if not page.next_token:
            return
        token = page.next_token


def _batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch


def _names(arns: Iterable[str]) -> str:
    return ", ".join(arn.rpartition("/")[2] for arn in arns)
