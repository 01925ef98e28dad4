"""What an update would do, planned from what exists; AWS is only read.

Everything that can refuse an update is checked here, so that a refused one has changed nothing.
"""

from attrs import frozen

from ecs_steps.aws.ecs import Service
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import NotFoundError, Problem
from ecs_steps.rollouts.start import describe_updatable_service
from ecs_steps.steps.update_ecs_service.inputs import UPDATE, UpdateInputs
from ecs_steps.tags import Tag
from ecs_steps.task_definition.diff import Change, difference
from ecs_steps.task_definition.registration import describe_revision
from ecs_steps.task_definition.revision import (
    RegisteredRevision,
    RevisionPlan,
    container_names,
    missing_containers,
    plan_revision,
)


@frozen(kw_only=True)
class Plan:
    """An update that could be made: the revision that the service is to run, and the tags that it lacks."""

    service: Service
    latest: RegisteredRevision
    revision: RevisionPlan
    service_tags: tuple[Tag, ...]
    warnings: tuple[Problem, ...]

    @property
    def is_running(self) -> bool:
        """Whether the service runs already what is to be deployed."""
        return not self.revision.needs_registration and self.service.task_definition == self.latest.arn

    @property
    def revision_tags(self) -> tuple[Tag, ...]:
        """The tags that a revision which exists already lacks."""
        return () if self.revision.needs_registration else self.revision.missing_tags

    def calls(self, *, force: bool) -> tuple[str, ...]:
        """Return the calls that would change something, in order; `force` deploys what is running again."""
        made = {
            f"RegisterTaskDefinition {self.revision.family}": self.revision.needs_registration,
            f"UpdateService {self.service.name}": force or not self.is_running,
            f"TagResource {self.latest.arn}": bool(self.revision_tags),
            f"TagResource {self.service.arn}": bool(self.service_tags),
        }
        return tuple(call for call, is_made in made.items() if is_made)


def plan_update(inputs: UpdateInputs, context: DeploymentContext) -> Plan:
    """Read the service and the task definitions, and plan the next revision.

    Raises:
        NotFoundError: The service, a task definition, a container or an image to pin does not exist.
        InvalidInputsError: The tags are more than AWS takes.
        DeploymentError: The service cannot be updated by this step, or a revision holds a member that this
            botocore would lose.
    """
    service = describe_updatable_service(inputs.cluster_name, inputs.service_name, context)
    template = describe_revision(inputs.template, context)
    is_latest = inputs.template == inputs.target_task_definition_name
    latest = template if is_latest else describe_revision(inputs.target_task_definition_name, context)
    if missing := missing_containers(template.request, inputs.container_updates):
        raise NotFoundError(
            what=f"Task definition {template.arn} has no container {', '.join(missing)}",
            why=f"its containers are {', '.join(container_names(template.request))}",
            next_step=f"Name one of them in {UPDATE}.ContainerUpdates.",
        )
    if inputs.resolve_digests:
        from ecs_steps.steps.update_ecs_service.pinning import pin_images

        inputs = pin_images(inputs, template, context)
    changes = inputs.revision_changes
    revision = plan_revision(template, latest, changes)
    _, warnings = changes.merged_tags(service.tags)
    return Plan(
        service=service,
        latest=latest,
        revision=revision,
        service_tags=changes.missing_tags(service.tags),
        warnings=revision.warnings + warnings,
    )


def changes(plan: Plan, context: DeploymentContext) -> tuple[Change, ...]:
    """Return what differs between the revision that the service runs and the next one."""
    running = plan.service.task_definition
    now = plan.latest if running == plan.latest.arn else describe_revision(running, context)
    return difference(now.request, plan.revision.next_request)
