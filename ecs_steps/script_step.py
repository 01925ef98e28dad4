"""A step inside an Octopus script step: service messages on standard output, and artifacts in its folder.

A process ends with 0, or with the exit code of the error that ended it (see `errors`).
"""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from attrs import evolve, field, frozen

from ecs_steps.cli.process import cancellable, exit_code, read_variables, run_process
from ecs_steps.clock import Clock, SystemClock
from ecs_steps.errors import AwsCallError, DeploymentError, EcsStepsError, InvalidInputsError
from ecs_steps.octopus.inputs.shared_inputs import WaitOption
from ecs_steps.octopus.parameters import as_in_form, is_blank_reference, step_variables, without_blanks
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Level, Message, OutputVariable, Progress, Reported, RolloutChanged
from ecs_steps.reporting.page.html import page
from ecs_steps.reporting.page.record import DeploymentRecord
from ecs_steps.reporting.service_messages import artifact, lines, result_message
from ecs_steps.reporting.text import rollout_percent, task_counts
from ecs_steps.result import console_links
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import ExportableStep, Step, StepRow, StepTable, Verb
from ecs_steps.task_definition.masking import mask_template
from ecs_steps.version import __version__

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

UNFORESEEN = 1
SESSION_MINUTES = 60
"""How long a session of STS lasts by default."""
TEMPLATE, DIAGNOSIS, PAGE = "cloudformation-template.json", "diagnosis.json", "deployment.html"
# The host has put the account into the environment already; what is left of it here may be half of one.
ACCOUNT = ("octopus.action.awsaccount.", "octopus.action.amazon.", "octopus.action.aws.assumerole")


def read_parameters(row: StepRow, given: Mapping[str, str], *, on_target: bool = False) -> Step:
    """Make a step from its step template's parameters and the other variables.

    Octopus has evaluated the values, so that ``#{x}`` in one is text. With `on_target` the account is that of
    the deployment target, whose variables are read.

    Raises:
        InvalidInputsError: With every problem there is.
    """
    inputs = row.inputs_class()
    known = {
        name: value
        for name, value in without_blanks(given, row.prefix).items()
        if on_target or not name.casefold().startswith(ACCOUNT)
    }
    variables, problems = step_variables(inputs, row.prefix, known)
    try:
        step = row.read(variables, evaluate=False)
    except InvalidInputsError as error:
        raise evolve(error, problems=as_in_form((*problems, *error.problems), inputs, row.prefix)) from None
    if problems:
        raise InvalidInputsError(problems=as_in_form(problems, inputs, row.prefix))
    step.warnings = as_in_form(step.warnings, inputs, row.prefix)
    return step


@frozen(kw_only=True)
class ScriptHost:
    """Where a script step runs: standard output, which Octopus reads, and a folder for artifacts."""

    stdout: TextIO
    folder: Path
    outputs: dict[str, str] = field(factory=dict)
    """The output variables that were reported so far."""
    record: DeploymentRecord | None = None
    """What was reported so far, for the page of the deployment."""

    def write(self, text: Sequence[str]) -> None:
        self.stdout.write("".join(f"{line}\n" for line in text))
        self.stdout.flush()

    def report(self, reported: Reported) -> None:
        """Write what a step reports as Octopus reads it."""
        self.write(lines(reported))
        if self.record:
            self.record(reported)
        match reported:
            case OutputVariable(name=name, value=value):
                self.outputs[name] = value
            case RolloutChanged(is_this_deployment=True, desired=desired) if desired:
                self.write(lines(Progress(rollout_percent(reported), task_counts(reported))))

    def attach(self, name: str, document: object) -> None:
        """Attach a document as JSON."""
        self.attach_text(name, json.dumps(document, indent=2))

    def attach_text(self, name: str, text: str) -> None:
        """Attach a text; a deployment does not depend on it."""
        path, content = self.folder / name, text.encode(errors="replace")
        try:
            path.write_bytes(content)
        except OSError as error:
            self.report(Message(Level.WARNING, f"{name} cannot be attached: {error}"))
            return
        self.write([artifact(str(path.resolve()), name, len(content))])

    def attach_page(self, error: EcsStepsError | None = None) -> None:
        """Attach the page of a deployment, where anything of one was reported."""
        if self.record and self.record.has_deployment:
            self.attach_text(PAGE, page(self.record, error=error))

    def fail(self, reason: str, full: str) -> None:
        """Give the deployment's reason in one line, and all of it in the log."""
        self.write([*lines(Message(Level.ERROR, full)), result_message(reason)])


def run_script_step(
    prefix: str,
    variables: Mapping[str, str],
    *,
    aws: "AwsClients | None" = None,
    clock: Clock | None = None,
    host: ScriptHost | None = None,
    steps: StepTable = STEPS,
    on_target: bool = False,
) -> int:
    """Run the step whose parameters begin with `prefix`, and return the process' exit code.

    `variables` is the host's whole dictionary. The account that it names is in the environment already: by
    default AWS is reached with the environment's credentials. With `on_target` it is not: a plain script on
    an ECS target logs in with the target's account.
    """
    host = host or _this_process()
    row = steps.with_prefix(prefix)
    host = evolve(host, record=DeploymentRecord(row.title, clock or SystemClock()))
    return _ended(host, lambda: _run(row, variables, aws, clock, host, on_target=on_target))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a script step from a file of parameters and variables, and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ecs_steps.script_step", description="Run a step as an Octopus script step does."
    )
    prefixes = [row.prefix for row in STEPS]
    parser.add_argument("step", choices=prefixes, help="what the names of its parameters begin with")
    parser.add_argument("variables", metavar="VARIABLES.json", help="parameters and variables; - is stdin")
    parser.add_argument("--on-target", action="store_true", help="log in with the account of the target")
    args = parser.parse_args(arguments)
    row = STEPS.with_prefix(args.step)
    host = evolve(_this_process(), record=DeploymentRecord(row.title, SystemClock()))
    return _ended(
        host,
        lambda: _run(row, read_variables(args.variables), None, None, host, on_target=args.on_target),
    )


def _this_process() -> ScriptHost:
    return ScriptHost(stdout=sys.stdout, folder=Path())


def _ended(host: ScriptHost, act: Callable[[], None]) -> int:
    try:
        with cancellable():
            act()
    except EcsStepsError as error:
        shown = in_octopus(error, host.outputs)
        host.fail(_reason(error), str(shown))
        host.attach_page(shown)
        if isinstance(error, DeploymentError) and error.diagnosis:
            host.attach(DIAGNOSIS, error.diagnosis.to_dict())
        return exit_code(error)
    except KeyboardInterrupt as end:
        text = "The step was cancelled; nothing had been started in AWS."
        host.fail(text, text)
        return exit_code(end)
    except Exception as error:  # noqa: BLE001  a bug of ours: Octopus is to show it, not a wall of stderr
        host.fail(f"A bug in ecs-steps: {type(error).__name__}: {error}", traceback.format_exc())
        return UNFORESEEN
    return 0


def in_octopus(error: EcsStepsError, outputs: Mapping[str, str]) -> EcsStepsError:
    """Return an error whose advice on what continues in AWS is Octopus' way, not the command line's."""
    if not error.resume:
        return error
    pages = "".join(f" {name}: {url}" for name, url in console_links(outputs))
    advice = f"To wait for it again and verify it, deploy this release again; to follow or undo it:{pages}"
    return evolve(error, resume=advice if pages else advice.partition(";")[0])


def _reason(error: EcsStepsError) -> str:
    if isinstance(error, InvalidInputsError):
        return f"{error.what}: {'; '.join(error.lines)}"
    return f"{error.what}: {error.why}" if error.why else error.what


def _run(
    row: StepRow,
    variables: Mapping[str, str],
    aws: "AwsClients | None",
    clock: Clock | None,
    host: ScriptHost,
    *,
    on_target: bool,
) -> None:
    step = read_parameters(row, variables, on_target=on_target)
    from ecs_steps.aws.clients import account_clients

    forget_blank_region(os.environ, row.prefix)

    host.report(Message(Level.VERBOSE, f"ecs-steps {__version__}"))
    # Without a login in the inputs the credentials are the environment's.
    aws = aws or account_clients(step.inputs.account, region=step.inputs.region or None)
    report_identity(aws, host)
    if warning := session_warning(Variables(variables), getattr(step.inputs, "wait_option", None)):
        host.report(warning)
    if Verb.EXPORT in row.verbs:
        template = cast("ExportableStep", step).template()
        host.attach(TEMPLATE, mask_template(template.to_dict()))
    step.run(aws=aws, report=host.report, clock=clock)
    host.attach_page()


def report_identity(aws: "AwsClients", host: ScriptHost) -> None:
    """Log who the step acts as; the step itself says why where AWS cannot be reached."""
    try:
        identity = aws.identity()
    except AwsCallError as error:
        host.report(Message(Level.VERBOSE, f"AWS did not say who the step acts as. {error}"))
        return
    host.report(Message(Level.VERBOSE, f"The step acts as {identity}"))


def session_warning(variables: Mapping[str, str], wait: WaitOption | None) -> Message | None:
    """Return what a person should know where the credentials may end before the wait does.

    Octopus hands the session of an OpenID Connect account over as finished keys, which cannot be refreshed.
    """
    account = variables.get("Octopus.Action.AwsAccount.Variable", "")
    if wait is None or not wait.may_wait or not variables.get(f"{account}.OpenIdConnect.Jwt"):
        return None
    seconds = variables.get(f"{account}.SessionDuration", "")
    minutes = int(seconds) // 60 if seconds.isdecimal() else SESSION_MINUTES
    if wait.timeout_minutes is not None and wait.timeout_minutes <= minutes:
        return None
    text = (
        f"The session of the OpenID Connect account ends after {minutes} minutes and cannot be refreshed "
        "inside Octopus. A longer wait fails then, and the deployment continues: raise the account's session "
        "duration, or wait with a time limit."
    )
    return Message(Level.VERBOSE if wait.timeout_minutes is None else Level.WARNING, text)


def forget_blank_region(environment: MutableMapping[str, str], prefix: str) -> None:
    """Remove a region from the environment that is blank, or a reference to a blank parameter."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        value = environment.get(name)
        if value is not None and (not value.strip() or is_blank_reference(value, prefix)):
            del environment[name]


if __name__ == "__main__":
    sys.exit(run_process(main))
