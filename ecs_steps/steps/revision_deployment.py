"""Move a service to a revision: what steps do that have planned which one, and have checked that it can be.

service and revision -> a pause that waits already, a task set, or a deployment -> outputs
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import Service, revision_outputs, service_outputs
from ecs_steps.aws.task_definitions import describe_task_definition
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.errors import Problem
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.deployment import (
    deploy_to_service,
    report_waiting_pause,
    still_running,
    task_set_left,
    watch_deployment,
)
from ecs_steps.rollouts.start import (
    check_strategy,
    check_task_sets,
    describe_updatable_service,
    has_task_sets,
)
from ecs_steps.steps.revision_inputs import RevisionInputs
from ecs_steps.steps.strategy_inputs import STRATEGY, WhenPaused
from ecs_steps.steps.task_set_inputs import OF_TASK_SETS
from ecs_steps.tags import Tag
from ecs_steps.task_definition.registration import add_tags

if TYPE_CHECKING:
    from ecs_steps.rollouts.in_progress import DeploymentInProgress


@frozen(kw_only=True)
class ServicePlan:
    """A service, the revision that it is to run, and the tags that the service lacks.

    `configuration` is sent with it, where the service's own does not stay. `in_progress` is this very
    deployment, which was begun before.
    """

    service: Service
    revision: str
    family: str
    service_tags: tuple[Tag, ...]
    warnings: tuple[Problem | str, ...]
    configuration: dict[str, Any] | None = None
    in_progress: "DeploymentInProgress | None" = None

    @property
    def existing_revision(self) -> str:
        """The ARN of what is to be deployed; empty where it is registered first."""
        return self.revision

    @property
    def is_running(self) -> bool:
        """Whether the service runs already what is to be deployed."""
        return bool(self.existing_revision) and self.service.task_definition == self.existing_revision

    def task_definition(self, context: DeploymentContext) -> Mapping[str, Any]:
        """Return the revision as ECS has it."""
        return describe_task_definition(context.aws, self.revision).raw

    def register(self, context: DeploymentContext) -> str:  # noqa: ARG002  a revision that exists needs no call
        """Return the ARN of the revision, which is registered where it does not exist."""
        return self.revision

    def add_tags(self, context: DeploymentContext) -> None:
        """Add the tags that are missing; where that is not allowed, it is a warning."""
        add_tags(self.service.arn, self.service_tags, context)


def find_service(inputs: RevisionInputs, context: DeploymentContext) -> Service:
    """Return the service, which can be moved as the inputs say.

    Raises:
        WrongEnvironmentError: The service or its cluster belongs to another environment.
        NotFoundError: There is no such service or cluster.
        DeploymentError: The service cannot be updated by this step, or with this strategy.
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
    return service


@frozen(kw_only=True)
class RevisionDeployment:
    """One deployment of a step's inputs, and the outputs known so far."""

    inputs: RevisionInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self, make_plan: Callable[[], ServicePlan]) -> Result:
        """Plan, move the service, wait and verify."""
        with self.outputs.attach_to_errors(lambda known: task_set_left(known) or still_running(known)):
            plan = make_plan()
            for warning in plan.warnings:
                self.context.say(Level.WARNING, str(warning))
            found = plan.in_progress
            if found and report_waiting_pause(plan.service, plan.revision, found, self.context, self.outputs):
                # The result is that of the run that began it; none is begun.
                self._set_names(plan, self.outputs.values.get("PreviousTaskDefinitionArn", ""))
                return self.outputs.result(Outcome.PAUSED)
            self._set_names(plan, plan.service.task_definition)
            if has_task_sets(plan.service):
                return self._begin_task_set(plan)
            return deploy_to_service(
                plan.service,
                plan.register(self.context),
                self.context,
                self.outputs,
                force=self.inputs.force_new_deployment,
                roll_back=self.inputs.on_failure is OnFailure.ROLLBACK,
                add_tags=lambda: plan.add_tags(self.context),
                configuration=plan.configuration,
                is_begun=plan.in_progress is not None,
            )

    def watch(self, deployment_id: str) -> Result:
        """Wait for a deployment of the service and verify."""
        inputs = self.inputs
        with self.outputs.attach_to_errors(still_running):
            return watch_deployment(
                inputs.cluster_name, inputs.service_name, deployment_id, self.context, self.outputs
            )

    def _begin_task_set(self, plan: ServicePlan) -> Result:
        """Make a task set of the revision that testers alone reach."""
        from ecs_steps.steps.task_set_deployment import TaskSetDeployment

        inputs = self.inputs
        self.outputs.set(**service_outputs(plan.service.arn))
        if plan.is_running and not inputs.force_new_deployment:
            self.outputs.set(**revision_outputs(plan.revision))
            return self.outputs.result(Outcome.UNCHANGED)
        deployment = TaskSetDeployment.of_inputs(
            inputs, plan.service, self.outputs, self.context, tags=inputs.set_tags
        )
        replace = inputs.when_paused is WhenPaused.REPLACE
        deployment.check(inputs.marker, replace=replace, task_definition=plan.existing_revision)
        revision = plan.register(self.context)
        plan.add_tags(self.context)
        return deployment.begin(
            revision,
            inputs.marker,
            replace=replace,
            roll_back=inputs.on_failure is OnFailure.ROLLBACK,
        )

    def _set_names(self, plan: ServicePlan, previous: str) -> None:
        self.outputs.set(
            ClusterName=self.inputs.cluster_name,
            TaskDefinitionFamily=plan.family,
            PreviousTaskDefinitionArn=previous,
            Region=self.context.aws.region,
        )
