"""What steps have in common: inputs are read at once, with every problem, and AWS is reached when they run.

What a phase needs is imported by that phase: inputs need no AWS.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ecs_steps.clock import Clock, cancellable
from ecs_steps.errors import EcsStepsError, Problem
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.inputs.rules import AnyRule
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.result import Result
from ecs_steps.steps.common_inputs import AwsInputs, ServiceInputs

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.context import DeploymentContext
    from ecs_steps.preflight.check import CheckTable
    from ecs_steps.preflight.plan import TaskPlan
    from ecs_steps.steps.revision_deployment import RevisionDeployment, ServicePlan
    from ecs_steps.steps.revision_inputs import RevisionInputs

Inputs = TypeVar("Inputs", bound=AwsInputs)
OfService = TypeVar("OfService", bound=ServiceInputs)
OfRevision = TypeVar("OfRevision", bound="RevisionInputs")


class AwsStep(ABC, Generic[Inputs]):
    """A step with inputs of one class, which a list of rules checks."""

    _inputs_class: ClassVar[type[Any]]
    _rules: ClassVar[tuple[AnyRule[Any], ...]]
    inputs: Inputs
    warnings: tuple[Problem, ...]

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(
            self._inputs_class, Variables(variables), self._rules, evaluate=evaluate
        )

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Do the step's work, wait and verify; setting `cancel` ends the wait.

        By default AWS is reached with the variables' account, else with the environment's credentials, and
        reports are lines on standard error.

        Raises:
            WrongEnvironmentError: The credentials, the cluster or the service belong to another environment.
            AwsCallError: A call was denied or refused, or did not get through.
            EcsStepsError: As the step's class says.
        """
        return self._run(self._context(aws, report, cancellable(clock, cancel)))

    @abstractmethod
    def _run(self, context: "DeploymentContext") -> Result: ...

    def _context(
        self, aws: "AwsClients | None", report: Report | None, clock: Clock | None
    ) -> "DeploymentContext":
        from ecs_steps.steps.context import aws_context

        return aws_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)


class DeploymentStep(AwsStep[OfService]):
    """A step that waits for a deployment, within the time that its inputs give it."""

    def _context(
        self, aws: "AwsClients | None", report: Report | None, clock: Clock | None
    ) -> "DeploymentContext":
        from ecs_steps.steps.context import deployment_context

        return deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)


class DeployingStep(DeploymentStep[OfService]):
    """A step that starts a deployment: what it needs can be checked before."""

    def preflight(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> "CheckTable":
        """Return what AWS knows before the deployment, as a table of checks; AWS is only read.

        Raises:
            AwsCallError: No region is known.
        """
        from ecs_steps.preflight.table import preflight
        from ecs_steps.steps.context import aws_context

        context = aws_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        return preflight(self._task_plan(context), context)

    @abstractmethod
    def _task_plan(self, context: "DeploymentContext") -> "TaskPlan": ...


class RevisionStep(DeployingStep[OfRevision]):
    """A step that plans which revision a service is to run, and moves the service to it."""

    def watch(
        self,
        deployment_id: str,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Wait for a deployment that was started before (`ecs-svc/...`), and give the verdict on it.

        Nothing is rolled back: what served before it is not known.

        Raises:
            As `run`.
        """
        context = self._context(aws, report, cancellable(clock, cancel))
        return self._deployment(context).watch(deployment_id)

    def _run(self, context: "DeploymentContext") -> Result:
        return self._deployment(context).run(lambda: self._plan(self.inputs, context))

    def _task_plan(self, context: "DeploymentContext") -> "TaskPlan":
        from ecs_steps.preflight.plan import TaskPlan, service_needs, task_needs

        guard, policy = self.inputs.guard, self.iam_policy()
        try:
            plan = self._plan(self._unchecked, context)
            needs = task_needs(plan.task_definition(context)) | service_needs(plan.service)
        except EcsStepsError as error:
            return TaskPlan(guard=guard, policy=policy, obstacle=error)
        return TaskPlan(**needs, **self._other_needs(), guard=guard, policy=policy)

    def _deployment(self, context: "DeploymentContext") -> "RevisionDeployment":
        from ecs_steps.steps.revision_deployment import RevisionDeployment

        return RevisionDeployment(inputs=self.inputs, context=context)

    @abstractmethod
    def iam_policy(self) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call."""

    @abstractmethod
    def _plan(self, inputs: OfRevision, context: "DeploymentContext") -> "ServicePlan": ...

    @property
    @abstractmethod
    def _unchecked(self) -> OfRevision:
        """The inputs without what preflight checks by itself."""

    @abstractmethod
    def _other_needs(self) -> dict[str, Any]:
        """Return fields of `TaskPlan` that the inputs know."""
