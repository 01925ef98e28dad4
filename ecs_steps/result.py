"""How a step ends when it ends well."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from attrs import define, evolve, field, frozen

from ecs_steps.errors import AwsCallError, DeploymentError, InterruptedDeploymentError
from ecs_steps.reporting.events import OutputVariable, Report


class Outcome(StrEnum):
    """What a green result means."""

    SUCCEEDED = "SUCCEEDED"
    UNCHANGED = "UNCHANGED"
    STARTED = "STARTED"
    PAUSED = "PAUSED"


@frozen(kw_only=True)
class Result:
    """The outcome of a step and the values that later steps read."""

    outcome: Outcome
    outputs: Mapping[str, str]


@define
class Outputs:
    """The output variables of a running step, each reported as soon as it is known."""

    report: Report
    values: dict[str, str] = field(factory=dict)

    def tell(self, **values: str) -> None:
        """Report what is new or has another value now."""
        for name, value in values.items():
            if self.values.get(name) != value:
                self.values[name] = value
                self.report(OutputVariable(name, value))

    @contextmanager
    def attach_to_errors(self, goes_on: Callable[[Mapping[str, str]], str]) -> Iterator[None]:
        """Let an error carry the outputs known by then, and say what goes on without this step.

        `goes_on` says, from the outputs, what was started and how to follow or undo it; nothing where nothing
        was.

        Raises:
            InterruptedDeploymentError: The wait was cancelled (KeyboardInterrupt).
        """
        try:
            yield
        except DeploymentError as error:
            raise evolve(error, outputs=dict(self.values)) from error.__cause__
        except AwsCallError as error:
            told = " ".join(filter(None, [error.next_step, goes_on(self.values)]))
            raise evolve(error, next_step=told) from error.__cause__
        except KeyboardInterrupt as signal:
            raise InterruptedDeploymentError(
                what="The step was cancelled",
                why=goes_on(self.values) or "nothing had been started in AWS",
                outputs=dict(self.values),
            ) from signal
