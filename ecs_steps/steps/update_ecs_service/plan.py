"""What an update would do, planned from what exists; AWS is only read.

Everything that can refuse an update is checked here, so that a refused one has changed nothing.
"""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from ecs_steps.context import DeploymentContext
from ecs_steps.result import DryRun
from ecs_steps.rollouts.start import (
    has_task_sets,
)
from ecs_steps.rollouts.strategies import requested_configuration
from ecs_steps.steps.revision_deployment import ServicePlan, find_service
from ecs_steps.steps.strategy_inputs import WhenPaused
from ecs_steps.steps.update_ecs_service.inputs import UPDATE, UpdateInputs
from ecs_steps.tags import Tag, same_deployment
from ecs_steps.task_definition.container_updates import updated_images
from ecs_steps.task_definition.diff import difference, revision_dry_run
from ecs_steps.task_definition.registration import (
    add_tags,
    check_containers,
    describe_revision,
    register_revision,
)
from ecs_steps.task_definition.revision import RegisteredRevision, RevisionPlan, plan_revision, tags_of


@frozen(kw_only=True)
class UpdatePlan(ServicePlan):
    """An update that could be made, by the next revision of the family whose latest one is `revision`."""

    latest: RegisteredRevision
    next: RevisionPlan

    @property
    def existing_revision(self) -> str:
        """The ARN of what is to be deployed; empty where it is registered first."""
        return "" if self.next.needs_registration else self.revision

    def task_definition(self, context: DeploymentContext) -> Mapping[str, Any]:  # noqa: ARG002  it is known
        """Return the next revision as ECS takes it."""
        return self.next.next_request

    def register(self, context: DeploymentContext) -> str:
        """Return the ARN of the next revision, which is registered where it does not exist."""
        return register_revision(self.next, context)

    def add_tags(self, context: DeploymentContext) -> None:
        """Add the tags that are missing; where that is not allowed, it is a warning."""
        add_tags(self.revision, self.revision_tags, context)
        super().add_tags(context)

    @property
    def revision_tags(self) -> tuple[Tag, ...]:
        """The tags that a revision which exists already lacks."""
        return () if self.next.needs_registration else self.next.missing_tags

    def calls(self, *, force: bool) -> tuple[str, ...]:
        """Return the calls that would change something, in order; `force` deploys what is running again."""
        if self.in_progress:
            return ()
        deploying = "CreateTaskSet" if has_task_sets(self.service) else "UpdateService"
        made = {
            f"RegisterTaskDefinition {self.next.family}": self.next.needs_registration,
            f"{deploying} {self.service.name}": force or not self.is_running,
            f"TagResource {self.revision}": bool(self.revision_tags),
            f"TagResource {self.service.arn}": bool(self.service_tags),
        }
        return tuple(call for call, is_made in made.items() if is_made)


def plan_update(inputs: UpdateInputs, context: DeploymentContext) -> UpdatePlan:
    """Read the service and the task definitions, and plan the next revision.

    Raises:
        WrongEnvironmentError: The service or its cluster belongs to another environment.
        NotFoundError: The service, a task definition, a container or an image to pin does not exist.
        InvalidInputsError: The tags are more than AWS takes.
        DeploymentError: The service cannot be updated by this step, or with this strategy, or a revision
            holds a member that this botocore would lose.
        SupersededError: Another deployment of the service waits for a person.
    """
    service = find_service(inputs, context)
    template = describe_revision(inputs.template, context)
    is_latest = inputs.template == inputs.target_task_definition_name
    latest = template if is_latest else describe_revision(inputs.target_task_definition_name, context)
    check_containers(template, inputs.container_updates, variable=f"{UPDATE}.ContainerUpdates")
    changes = inputs.revision_changes
    revision = plan_revision(template, latest, changes)
    if inputs.resolve_digests:
        from ecs_steps.images.pinning import pin_containers

        request = pin_containers(revision.next_request, updated_images(inputs), inputs, context)
        revision = evolve(revision, next_request=request)
    _, warnings = changes.merged_tags(service.tags)
    plan = UpdatePlan(
        service=service,
        revision=latest.arn,
        family=revision.family,
        latest=latest,
        next=revision,
        service_tags=changes.missing_tags(service.tags),
        warnings=revision.warnings + warnings,
        configuration=requested_configuration(
            inputs.strategy, inputs.safeguards, service.deployment_configuration
        ),
    )
    return plan if has_task_sets(service) else _with_deployment_in_progress(plan, inputs, context)


def _with_deployment_in_progress(
    plan: UpdatePlan, inputs: UpdateInputs, context: DeploymentContext
) -> UpdatePlan:
    """Take a deployment that pauses into account: this very update, or one that it would end."""
    if not plan.service.may_be_paused:
        return plan
    from ecs_steps.rollouts.in_progress import find_own_deployment

    # This Octopus deployment has registered, or tagged, what it runs.
    has_started = same_deployment(inputs.default_tags, tags_of(plan.latest.request))
    found = find_own_deployment(
        plan.service,
        context,
        is_ours=plan.is_running and has_started,
        strategy=inputs.strategy,
        may_replace=inputs.when_paused is WhenPaused.REPLACE,
        variable=f"{UPDATE}.WhenPaused",
    )
    return evolve(plan, in_progress=found, warnings=plan.warnings + found.warnings) if found else plan


def dry_run(inputs: UpdateInputs, context: DeploymentContext) -> DryRun:
    """Return what would change, and the calls that would be made."""
    plan = plan_update(inputs, context)
    running = plan.service.task_definition
    now = plan.latest if running == plan.revision else describe_revision(running, context)
    return revision_dry_run(
        running,
        plan.family,
        difference(now.request, plan.next.next_request),
        plan.calls(force=inputs.force_new_deployment),
    )
