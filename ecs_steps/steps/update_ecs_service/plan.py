"""What an update would do, planned from what exists; AWS is only read.

Everything that can refuse an update is checked here, so that a refused one has changed nothing.
"""

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from ecs_steps.aws.ecs import Service
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.errors import Problem
from ecs_steps.rollouts.start import (
    check_strategy,
    check_task_sets,
    describe_updatable_service,
    has_task_sets,
)
from ecs_steps.rollouts.strategies import requested_configuration
from ecs_steps.steps.strategy_inputs import STRATEGY, WhenPaused
from ecs_steps.steps.task_set_inputs import OF_TASK_SETS
from ecs_steps.steps.update_ecs_service.inputs import UPDATE, UpdateInputs
from ecs_steps.tags import Tag, same_deployment
from ecs_steps.task_definition.container_updates import updated_images
from ecs_steps.task_definition.diff import Change, difference
from ecs_steps.task_definition.registration import check_containers, describe_revision
from ecs_steps.task_definition.revision import RegisteredRevision, RevisionPlan, plan_revision, tags_of

if TYPE_CHECKING:
    from ecs_steps.rollouts.in_progress import DeploymentInProgress


@frozen(kw_only=True)
class Plan:
    """An update that could be made: the revision that the service is to run, and the tags that it lacks.

    `configuration` is sent with it, where the service's own does not stay. `in_progress` is this very
    update, which was begun before.
    """

    service: Service
    latest: RegisteredRevision
    revision: RevisionPlan
    service_tags: tuple[Tag, ...]
    warnings: tuple[Problem, ...]
    configuration: dict[str, Any] | None = None
    in_progress: "DeploymentInProgress | None" = None

    @property
    def is_running(self) -> bool:
        """Whether the service runs already what is to be deployed."""
        return not self.revision.needs_registration and self.service.task_definition == self.latest.arn

    @property
    def revision_tags(self) -> tuple[Tag, ...]:
        """The tags that a revision which exists already lacks."""
        return () if self.revision.needs_registration else self.revision.missing_tags

    @property
    def _deploying(self) -> str:
        name = self.service.name
        return f"CreateTaskSet {name}" if has_task_sets(self.service) else f"UpdateService {name}"

    def calls(self, *, force: bool) -> tuple[str, ...]:
        """Return the calls that would change something, in order; `force` deploys what is running again."""
        if self.in_progress:
            return ()
        made = {
            f"RegisterTaskDefinition {self.revision.family}": self.revision.needs_registration,
            self._deploying: force or not self.is_running,
            f"TagResource {self.latest.arn}": bool(self.revision_tags),
            f"TagResource {self.service.arn}": bool(self.service_tags),
        }
        return tuple(call for call, is_made in made.items() if is_made)


def plan_update(inputs: UpdateInputs, context: DeploymentContext) -> Plan:
    """Read the service and the task definitions, and plan the next revision.

    Raises:
        WrongEnvironmentError: The service or its cluster belongs to another environment.
        NotFoundError: The service, a task definition, a container or an image to pin does not exist.
        InvalidInputsError: The tags are more than AWS takes.
        DeploymentError: The service cannot be updated by this step, or with this strategy, or a revision
            holds a member that this botocore would lose.
        SupersededError: Another deployment of the service waits for a person.
    """
    service = describe_updatable_service(
        inputs.cluster_name, inputs.service_name, context, with_task_sets=True
    )
    check_environment(inputs.guard, context, service=service)
    check_strategy(service, inputs.strategy_type, variable=f"{STRATEGY}.Type")
    check_task_sets(
        service,
        variables=OF_TASK_SETS,
        names_task_sets=inputs.names_task_sets,
        has_safeguards=inputs.has_safeguards,
    )
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
    plan = Plan(
        service=service,
        latest=latest,
        revision=revision,
        service_tags=changes.missing_tags(service.tags),
        warnings=revision.warnings + warnings,
        configuration=requested_configuration(
            inputs.strategy, inputs.safeguards, service.deployment_configuration
        ),
    )
    return plan if has_task_sets(service) else _with_deployment_in_progress(plan, inputs, context)


def _with_deployment_in_progress(plan: Plan, inputs: UpdateInputs, context: DeploymentContext) -> Plan:
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


def changes(plan: Plan, context: DeploymentContext) -> tuple[Change, ...]:
    """Return what differs between the revision that the service runs and the next one."""
    running = plan.service.task_definition
    now = plan.latest if running == plan.latest.arn else describe_revision(running, context)
    return difference(now.request, plan.revision.next_request)
