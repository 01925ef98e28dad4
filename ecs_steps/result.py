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

    def set(self, **values: str) -> None:
        """Report what is new or has another value now."""
        for name, value in values.items():
            if self.values.get(name) != value:
                self.values[name] = value
                self.report(OutputVariable(name, value))

    def result(self, outcome: Outcome) -> Result:
        """Return the result of a step that ended well; the outcome is an output as well."""
        self.set(Outcome=outcome)
        return Result(outcome=outcome, outputs=self.values)

    @contextmanager
    def attach_to_errors(self, still_running_hint: Callable[[Mapping[str, str]], str]) -> Iterator[None]:
        """Let an error carry the outputs known by then, and say what continues without this step.

        `still_running_hint` says, from the outputs, what was started and how to follow or undo it; nothing
        where nothing was.

        Raises:
            InterruptedDeploymentError: The wait was cancelled (KeyboardInterrupt).
        """
        try:
            yield
        except DeploymentError as error:
            raise evolve(error, outputs=dict(self.values)) from error.__cause__
        except AwsCallError as error:
            next_step = " ".join(filter(None, [error.next_step, still_running_hint(self.values)]))
            raise evolve(error, next_step=next_step) from error.__cause__
        except KeyboardInterrupt as signal:
            raise InterruptedDeploymentError(
                what="The step was cancelled",
                why=still_running_hint(self.values) or "nothing had been started in AWS",
                outputs=dict(self.values),
            ) from signal
