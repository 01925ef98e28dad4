"""The inputs of the steps that move a service which exists to a revision, each under variables of its own."""

from typing import Any

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.steps.common_inputs import GUIDE
from ecs_steps.steps.strategy_inputs import WhenPaused
from ecs_steps.steps.task_set_inputs import TaskSetInputs
from ecs_steps.tags import Tag


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
