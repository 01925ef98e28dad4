"""The steps that move a service which exists to a revision, each with inputs under variables of its own."""

from abc import abstractmethod
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Report
from ecs_steps.result import Result
from ecs_steps.steps.aws_step import DeployingStep
from ecs_steps.steps.common_inputs import GUIDE
from ecs_steps.steps.strategy_inputs import WhenPaused
from ecs_steps.steps.task_set_inputs import TaskSetInputs
from ecs_steps.tags import Tag

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.context import DeploymentContext
    from ecs_steps.steps.revision_deployment import RevisionDeployment, ServicePlan


def force_variable(name: str) -> Any:  # noqa: ANN401  as `variable`
    """Declare whether a service that runs the revision already is deployed again."""
    return variable(
        name,
        label="Deploy again where nothing changed",
        docs=f"{GUIDE}/update-service-console-v2.html",
        help="A tag such as `latest` may mean another image by now: a service that runs the revision already "
        "replaces its tasks. Off, such a service is left alone.",
        default=True,
    )


def on_failure_variable(name: str) -> Any:  # noqa: ANN401  as `variable`
    """Declare what is done with a deployment that fails."""
    return variable(
        name,
        label="On failure",
        help="What to do where the deployment fails or times out and the service's own circuit breaker does "
        "not roll it back.",
        default=OnFailure.LEAVE,
        options=["Leave|Leave the service as it is", "Rollback|Go back to the revision that served before"],
    )


def when_paused_variable(name: str) -> Any:  # noqa: ANN401  as `variable`
    """Declare what is done where another deployment waits for a person."""
    return variable(
        name,
        label="When another deployment waits for a person",
        help="An update ends a deployment that waits at a pause, and its approval with it.",
        default=WhenPaused.FAIL,
        options=["Fail|Fail, and name it", "Replace|Replace it"],
    )


class RevisionInputs(TaskSetInputs):
    """What these inputs have in common; which variables they are read from, each step says for itself."""

    service_name: str
    force_new_deployment: bool
    on_failure: OnFailure
    when_paused: WhenPaused

    @property
    def service(self) -> str:
        """The service's name, where it was given by its ARN as well."""
        return self.service_name.rpartition("/")[2]

    @property
    def set_tags(self) -> tuple[Tag, ...]:
        """The tags of a task set that is made, and of its test rule."""
        return self.default_tags


OfRevision = TypeVar("OfRevision", bound=RevisionInputs)


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
        return self._deployment(context).run(lambda: self._plan(context))

    def _deployment(self, context: "DeploymentContext") -> "RevisionDeployment":
        from ecs_steps.steps.revision_deployment import RevisionDeployment

        return RevisionDeployment(inputs=self.inputs, context=context)

    @abstractmethod
    def _plan(self, context: "DeploymentContext") -> "ServicePlan": ...
