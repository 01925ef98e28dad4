"""What an update would do, worked out from what is there; AWS is only read.

Everything that can refuse an update is asked for here, so that a refused one has changed nothing.
"""

import botocore
from attrs import frozen

from ecs_steps.aws.ecs import Service
from ecs_steps.aws.task_definitions import describe_task_definition, register_request, unknown_members
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import DeploymentError, NotFoundError, Problem
from ecs_steps.rollouts.start import describe_updatable_service
from ecs_steps.steps.update_ecs_service.inputs import UPDATE, UpdateInputs
from ecs_steps.tags import Tag
from ecs_steps.task_definition.diff import Change, difference
from ecs_steps.task_definition.normalize import same_revision
from ecs_steps.task_definition.revision import Revision, container_names, missing_containers, next_revision
from ecs_steps.task_definition.revision_tags import merged_tags, tags_to_set


@frozen(kw_only=True)
class Known:
    """A registered revision, as the request that would register it once more."""

    arn: str
    request: Revision


@frozen(kw_only=True)
class Plan:
    """An update that could be made.

    `following` is the next revision. It `registers` only where it differs from `latest`, the target family's
    latest one; else that one is deployed, and `revision_tags` are those that it lacks.
    """

    service: Service
    latest: Known
    following: Revision
    registers: bool
    revision_tags: tuple[Tag, ...]
    service_tags: tuple[Tag, ...]
    warnings: tuple[Problem, ...]

    @property
    def is_running(self) -> bool:
        """Whether the service runs already what is to be deployed."""
        return not self.registers and self.service.task_definition == self.latest.arn

    def calls(self, *, force: bool) -> tuple[str, ...]:
        """Return the calls that would change something, in order; `force` deploys what is running anew."""
        made = {
            f"RegisterTaskDefinition {self.following['family']}": self.registers,
            f"UpdateService {self.service.name}": force or not self.is_running,
            f"TagResource {self.latest.arn}": not self.registers and bool(self.revision_tags),
            f"TagResource {self.service.arn}": bool(self.service_tags),
        }
        return tuple(call for call, is_made in made.items() if is_made)


def plan_update(inputs: UpdateInputs, context: DeploymentContext) -> Plan:
    """Look at the service and the task definitions, and work out the next revision.

    Raises:
        NotFoundError: The service, a task definition or a container does not exist.
        InvalidInputsError: The tags are more than AWS takes.
        DeploymentError: The service takes no updates from here, or a revision holds a member that this
            botocore would lose.
    """
    service = describe_updatable_service(inputs.cluster_name, inputs.service_name, context)
    template = look_at_revision(inputs.template, context)
    is_latest = inputs.template == inputs.target_task_definition_name
    latest = template if is_latest else look_at_revision(inputs.target_task_definition_name, context)
    if missing := missing_containers(template.request, inputs):
        raise NotFoundError(
            what=f"Task definition {template.arn} has no container {', '.join(missing)}",
            why=f"its containers are {', '.join(container_names(template.request))}",
            next_step=f"Name one of them in {UPDATE}.ContainerUpdates.",
        )
    following = next_revision(template.request, inputs)
    tags, warnings = merged_tags(service.tags, inputs)
    return Plan(
        service=service,
        latest=latest,
        following=following.request,
        registers=not same_revision(following.request, latest.request),
        revision_tags=tags_to_set(latest.request, inputs),
        service_tags=tuple(tag for tag in tags if tag not in service.tags),
        warnings=following.warnings + warnings,
    )


def changes(plan: Plan, context: DeploymentContext) -> tuple[Change, ...]:
    """Return what differs between the revision that the service runs and the next one."""
    running = plan.service.task_definition
    now = plan.latest if running == plan.latest.arn else look_at_revision(running, context)
    return difference(now.request, plan.following)


def look_at_revision(name: str, context: DeploymentContext) -> Known:
    """Return a revision that a copy can be made of.

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
    return Known(arn=found.arn, request=register_request(found.raw, found.tags, model))
