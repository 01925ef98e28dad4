"""How a step ends when it ends well."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from attrs import define, evolve, field, frozen

from ecs_steps.errors import AwsCallError, DeploymentError, InterruptedDeploymentError, TimedOutError
from ecs_steps.iam import partition_of
from ecs_steps.reporting.events import OutputVariable, Report, StepFinished

CONSOLES = {"aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn"}
"""The console's host in each partition that has a public one by region."""


class Outcome(StrEnum):
    """What a green result means."""

    SUCCEEDED = "SUCCEEDED"
    UNCHANGED = "UNCHANGED"
    STARTED = "STARTED"
    PAUSED = "PAUSED"
    ROLLED_BACK = "ROLLED_BACK"


@frozen(kw_only=True)
class Result:
    """The outcome of a step and the values that later steps read."""

    outcome: Outcome
    outputs: Mapping[str, str]


@frozen(kw_only=True)
class DryRun:
    """What a run would change: as lines of text, and the same as JSON data."""

    lines: tuple[str, ...]
    data: Mapping[str, object]

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


@frozen(kw_only=True)
class StillRunning:
    """What continues in AWS without the step, and the commands that wait for it again and that undo it."""

    what: str
    watch: str
    undo: str

    @property
    def resume(self) -> str:
        return f"To resume waiting: {self.watch}; to undo it: {self.undo}"


@define
class Outputs:
    """The output variables of a running step, each reported as soon as it is known."""

    report: Report
    values: dict[str, str] = field(factory=dict)
    since: datetime | None = None
    """When the deployment that the outputs name was started, where that is known."""
    starting: str = ""
    """The call that starts what a step is about, once it may have been sent."""

    def set(self, **values: str) -> None:
        """Report what is new or has another value now."""
        for name, value in values.items():
            if self.values.get(name) != value:
                self.values[name] = value
                self.report(OutputVariable(name, value))

    def result(self, outcome: Outcome, *, is_superseded: bool = False) -> Result:
        """Report the end of a step that ended well, and return its result; the outcome is an output too.

        Where it `is_superseded` the service runs another revision than the outputs name.
        """
        self.set(Outcome=outcome)
        finished = _finished(outcome, self.values, self.since)
        self.report(evolve(finished, task_definition="") if is_superseded else finished)
        return Result(outcome=outcome, outputs=self.values)

    @contextmanager
    def attach_to_errors(
        self, still_running: Callable[[Mapping[str, str]], StillRunning | None]
    ) -> Iterator[None]:
        """Let an error carry the outputs known by then, and say what continues without this step.

        `still_running` says, from the outputs, what was started; None where nothing was.

        Raises:
            InterruptedDeploymentError: The wait was cancelled (KeyboardInterrupt).
        """
        try:
            yield
        except TimedOutError as error:
            running = still_running(self.values)
            resume = running.resume if running else ""
            raise evolve(error, outputs=dict(self.values), resume=resume) from error.__cause__
        except DeploymentError as error:
            raise evolve(error, outputs=dict(self.values)) from error.__cause__
        except AwsCallError as error:
            if not (running := still_running(self.values)):
                raise
            next_step = " ".join(filter(None, [error.next_step, f"{running.what}."]))
            raise evolve(error, next_step=next_step, resume=running.resume) from error.__cause__
        except KeyboardInterrupt as signal:
            why, resume = "nothing had been started in AWS", ""
            if running := still_running(self.values):
                why, resume = running.what, running.resume
            elif self.starting:
                why = f"AWS may have carried out {self.starting}"
                resume = "Run the step again: it finds what was begun"
            raise InterruptedDeploymentError(
                what="The step was cancelled", why=why, outputs=dict(self.values), resume=resume
            ) from signal


def _finished(outcome: Outcome, outputs: Mapping[str, str], since: datetime | None) -> StepFinished:
    serving = "PreviousTaskDefinitionArn" if outcome is Outcome.ROLLED_BACK else "TaskDefinitionArn"
    return StepFinished(
        outcome=outcome,
        service_name=outputs.get("ServiceName", ""),
        task_definition=outputs.get(serving, "").rpartition("/")[2],
        is_registration="ServiceName" not in outputs and "TaskDefinitionArn" in outputs,
        since=since,
        links=tuple(console_links(outputs)),
    )


def console_links(outputs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names and the URLs of the console's pages on what the outputs name."""
    region = outputs.get("Region", "")
    console = f"https://{region}.{CONSOLES.get(partition_of(region), '')}"
    if not region or console.endswith("."):
        return
    cluster, service = outputs.get("ClusterName", "").rpartition("/")[2], outputs.get("ServiceName", "")
    if cluster and service:
        yield "ECS", f"{console}/ecs/v2/clusters/{cluster}/services/{service}/deployments?region={region}"
    if stack := outputs.get("AwsOutputs[StackId]"):
        page = f"{console}/cloudformation/home?region={region}#/stacks/stackinfo"
        yield "CloudFormation", f"{page}?stackId={quote(stack, safe='')}"
