"""What a registration would do, planned from what exists; AWS is only read.

Everything that can refuse it is checked here, so that a refused one has changed nothing.
"""

from attrs import evolve

from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.errors import NotFoundError
from ecs_steps.steps.register_task_definition.inputs import TASK_DEFINITION, RegisterInputs
from ecs_steps.tags import without_environment_tags
from ecs_steps.task_definition.diff import Change, difference
from ecs_steps.task_definition.document import Document
from ecs_steps.task_definition.document_rules import check_document
from ecs_steps.task_definition.registration import check_containers, describe_revision, find_revision
from ecs_steps.task_definition.revision import (
    RegisteredRevision,
    Revision,
    RevisionChanges,
    RevisionPlan,
    plan_revision,
    tags_of,
)

NEW_FAMILY: Revision = {"containerDefinitions": []}


def plan_registration(inputs: RegisterInputs, context: DeploymentContext) -> RevisionPlan:
    """Read the task definitions, and plan the next revision of the family.

    Raises:
        WrongEnvironmentError: The account is another one than the expected one.
        NotFoundError, RegistryError: The template, a container or an image to pin does not exist.
        InvalidInputsError: The tags are more than AWS takes.
        DeploymentError: A revision holds a member that this botocore would lose.
    """
    check_environment(inputs.guard, context)
    if inputs.document:
        template, changes = _from_document(inputs.document, inputs)
        latest = find_revision(inputs.target_family, context)
    else:
        template, latest = _templates(inputs, context)
        changes = inputs.revision_changes()
    plan = plan_revision(template, latest, changes)
    if inputs.resolve_digests:
        plan = _pinned(plan, inputs, context)
    if not latest:
        return plan
    existing = tags_of(latest.request)
    return evolve(plan, missing_tags=changes.without_known_defaults(existing).missing_tags(existing))


def _pinned(plan: RevisionPlan, inputs: RegisterInputs, context: DeploymentContext) -> RevisionPlan:
    from ecs_steps.images.pinning import pin_containers

    request = pin_containers(plan.next_request, inputs.chosen_images, inputs, context)
    return evolve(plan, next_request=request)


def _from_document(document: Document, inputs: RegisterInputs) -> tuple[RegisteredRevision, RevisionChanges]:
    request = check_document(document).request
    template = RegisteredRevision(arn="", request={**request, "tags": []})
    return template, inputs.revision_changes(tags_of(request))


def _templates(
    inputs: RegisterInputs, context: DeploymentContext
) -> tuple[RegisteredRevision, RegisteredRevision | None]:
    """Return what is copied, without the tags of one environment, and the family's latest revision."""
    try:
        template = describe_revision(inputs.template, context)
    except NotFoundError as error:
        if inputs.template_name:
            raise
        raise evolve(
            error,
            next_step=f"Create the family with a {TASK_DEFINITION}.Document, or name another .Template.",
        ) from error
    is_latest = inputs.template == inputs.target_family
    latest = template if is_latest else find_revision(inputs.target_family, context)
    check_containers(template, inputs.container_updates, variable=f"{TASK_DEFINITION}.ContainerUpdates")
    return _without_environment(template), latest


def _without_environment(template: RegisteredRevision) -> RegisteredRevision:
    tags = [
        {"key": tag.key, "value": tag.value} for tag in without_environment_tags(tags_of(template.request))
    ]
    return evolve(template, request={**template.request, "tags": tags})


def changes(plan: RevisionPlan) -> tuple[Change, ...]:
    """Return what differs between the family's latest revision and the next one."""
    if not plan.needs_registration:
        return ()
    return difference(plan.latest.request if plan.latest else NEW_FAMILY, plan.next_request)
