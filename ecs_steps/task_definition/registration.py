"""Read the revisions that a plan needs, register the next one once, and add tags."""

from collections.abc import Iterable, Sequence
from functools import partial

import botocore

from ecs_steps.aws.ecs import tag_resource
from ecs_steps.aws.task_definitions import (
    describe_task_definition,
    register_request,
    register_task_definition,
    unknown_members,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, DeploymentError, NotFoundError
from ecs_steps.reporting.events import Level
from ecs_steps.tags import Tag
from ecs_steps.task_definition.container_updates import ContainerUpdate
from ecs_steps.task_definition.normalize import same_revision
from ecs_steps.task_definition.revision import (
    RegisteredRevision,
    RevisionPlan,
    container_names,
    missing_containers,
)


def describe_revision(name: str, context: DeploymentContext) -> RegisteredRevision:
    """Return a revision that can be copied; a family alone means its latest active one.

    Raises:
        NotFoundError: There is none, or it is not active.
        DeploymentError: It holds a member that this botocore would lose.
    """
    found = context.call_with_retries(
        "the task definition", lambda: describe_task_definition(context.aws, name)
    )
    if not found.is_active:
        raise NotFoundError(
            what=f"Task definition {found.arn} cannot be used",
            why=f"it is {found.raw.get('status')}",
            next_step="Name an active revision, or the family alone for its latest one.",
        )
    model = context.aws.ecs.meta.service_model
    if unknown := unknown_members(found.raw, model):
        raise DeploymentError(
            what=f"Task definition {found.arn} cannot be copied without a loss",
            why=f"this botocore ({botocore.__version__}) is older than its {', '.join(unknown)}",
            next_step="Update botocore where the step runs: pip install --upgrade boto3 botocore.",
        )
    return RegisteredRevision(arn=found.arn, request=register_request(found.raw, found.tags, model))


def find_revision(family: str, context: DeploymentContext) -> RegisteredRevision | None:
    """Return the latest active revision of a family, or none where it has none.

    Raises:
        DeploymentError: As `describe_revision`.
    """
    try:
        return describe_revision(family, context)
    except NotFoundError:
        return None


def check_containers(
    template: RegisteredRevision, updates: Iterable[ContainerUpdate], *, variable: str
) -> None:
    """Check that the containers to be updated exist.

    Raises:
        NotFoundError: One does not.
    """
    if missing := missing_containers(template.request, updates):
        raise NotFoundError(
            what=f"Task definition {template.arn} has no container {', '.join(missing)}",
            why=f"its containers are {', '.join(container_names(template.request))}",
            next_step=f"Name one of them in {variable}.",
        )


def register_revision(plan: RevisionPlan, context: DeploymentContext) -> str:
    """Register the next revision where it is needed; return the ARN of the revision to use.

    RegisterTaskDefinition takes no client token: where a fault may have hidden its success, the family's
    latest revision is read before the call is repeated.
    """
    latest = plan.latest
    if latest and not plan.needs_registration:
        context.say(Level.INFO, f"{latest.arn} is as requested; no revision is registered")
        return latest.arn

    def registered() -> str | None:
        found = find_revision(plan.family, context)
        if found is None or (latest and found.arn == latest.arn):
            return None
        return found.arn if same_revision(found.request, plan.next_request) else None

    arn = context.call_at_most_once(
        "the new revision", lambda: register_task_definition(context.aws, plan.next_request), registered
    )
    context.say(Level.INFO, f"Registered {arn}")
    return arn


def add_tags(arn: str, tags: Sequence[Tag], context: DeploymentContext) -> None:
    """Add tags, if any, to a resource whose deployment has started: a refusal is a warning."""
    if not tags:
        return
    try:
        context.call_with_retries("the tags", partial(tag_resource, context.aws, arn, tags))
    except AwsCallError as error:
        context.say(Level.WARNING, f"{arn} keeps its old tags. {error}")
