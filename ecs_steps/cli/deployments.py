"""The commands that reach AWS: one for each step, and ``watch``."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ecs_steps.cli.options import (
    CommandParser,
    Commands,
    add_options,
    add_step_option,
    add_variables,
    given_variables,
    option_values,
    read_step,
)
from ecs_steps.cli.output import CommandResult, output_lines
from ecs_steps.cli.process import print_error
from ecs_steps.cli.sandboxes import add_sandbox, opened_sandbox
from ecs_steps.clock import Clock, SystemClock
from ecs_steps.errors import EcsStepsError, InvalidInputsError, Problem
from ecs_steps.reporting.events import Level, OutputVariable, Report, Reported
from ecs_steps.reporting.page.record import DeploymentRecord
from ecs_steps.reporting.terminal import json_presenter, line_presenter, presenter
from ecs_steps.reporting.text import level_of
from ecs_steps.result import Result
from ecs_steps.steps.row import DryRunStep, Option, StepInputs, StepRow, StepTable, Verb, WatchableStep

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


def add_commands(commands: Commands, steps: StepTable) -> None:
    """Add a command for each step, and ``watch`` for those that can be watched."""
    for row in steps:
        commands.add_parser(
            row.name, help=row.summary, description=row.summary, options=partial(_add_run_options, row)
        ).set_defaults(command=partial(_run, row))
    watchable = steps.having(Verb.WATCH)
    text = "wait for a deployment that was started before, and give the verdict on it"
    commands.add_parser(
        "watch", help=text, description=text, options=partial(_add_watch_options, watchable)
    ).set_defaults(command=partial(_watch, watchable))


def _add_run_options(row: StepRow, parser: CommandParser) -> None:
    add_variables(parser)
    add_options(parser, row.verbs[Verb.RUN])
    add_aws_options(parser)
    if Verb.DRY_RUN in row.verbs:
        parser.add_argument("--dry-run", action="store_true", help="print what would change; change nothing")


def _add_watch_options(watchable: StepTable, parser: CommandParser) -> None:
    add_variables(parser)
    add_aws_options(parser)
    add_step_option(parser, watchable)
    group = parser.add_mutually_exclusive_group(required=True)
    for option in dict.fromkeys(_watched(row) for row in watchable):
        group.add_argument(option.flag, dest=option.keyword, metavar=option.metavar, help=option.help)


def _run(row: StepRow, args: argparse.Namespace) -> CommandResult:
    step = read_step(row, given_variables(args), args)
    options = option_values(args, row.verbs[Verb.RUN])
    with connected(args, step.inputs) as (aws, clock), reporting(args, clock, row.title) as report:
        if Verb.DRY_RUN in row.verbs and args.dry_run:
            dry_run = cast("DryRunStep", step).dry_run(aws=aws, report=report, clock=clock, **options)
            return CommandResult(str(dry_run), {"dryRun": dry_run.data})
        return _result(step.run(aws=aws, report=report, clock=clock, **options))


def _watch(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    variables = given_variables(args)
    candidates = [row for row in steps if getattr(args, _watched(row).keyword)]
    if args.step and args.step not in {row.name for row in candidates}:
        message = f"{args.step} is watched by {_watched(steps.named(args.step)).flag}"
        raise InvalidInputsError(problems=(Problem(path="--step", message=message),))
    row = StepTable(candidates).chosen(args.step, variables)
    step = read_step(row, variables, args)
    with connected(args, step.inputs) as (aws, clock), reporting(args, clock, row.title) as report:
        started = getattr(args, _watched(row).keyword)
        return _result(cast("WatchableStep", step).watch(started, aws=aws, report=report, clock=clock))


def _watched(row: StepRow) -> Option:
    [option] = row.verbs[Verb.WATCH]
    return option


def _result(result: Result) -> CommandResult:
    data = {"outcome": result.outcome, "outputs": dict(result.outputs)}
    return CommandResult(output_lines(result.outputs), data)


def add_aws_options(parser: argparse.ArgumentParser) -> None:
    """Add what a command that reaches AWS takes: how it reports, where AWS is, and the sandbox."""
    detail = parser.add_mutually_exclusive_group()
    detail.add_argument("--verbose", action="store_true", help="show debug messages")
    detail.add_argument("--quiet", action="store_true", help="show only warnings and errors")
    parser.add_argument(
        "--log-format",
        choices=["text", "json"],
        default="text",
        help="how events are printed on standard error; json is an object a line",
    )
    parser.add_argument(
        "--report", metavar="FILE.html", type=Path, help="write a page that shows the deployment"
    )
    parser.add_argument("--region", help="the AWS region; else the variables', else the environment's")
    parser.add_argument("--endpoint-url", help="another address for AWS, such as an emulator's")
    add_sandbox(parser)


@contextmanager
def connected(args: argparse.Namespace, inputs: StepInputs) -> Iterator[tuple["AwsClients", Clock]]:
    """Connect to AWS as the inputs and the options say, or start a sandbox."""
    region = args.region or inputs.region
    with opened_sandbox(args, region) as sandbox:
        if sandbox is None:
            from ecs_steps.aws.clients import account_clients

            aws = account_clients(inputs.account, region=region or None, endpoint_url=args.endpoint_url)
            yield aws, SystemClock()
            return
        if cluster := getattr(inputs, "cluster_name", ""):  # a step may be about no cluster
            sandbox.add_cluster(cluster)
        yield sandbox.clients, sandbox.clock


@contextmanager
def reporting(args: argparse.Namespace, clock: Clock, title: str) -> Iterator[Report]:
    """Report on standard error all but the output variables: those are this command's result.

    With ``--report`` all of it is in a page as well, however the command ends.
    """
    with _page(args.report, DeploymentRecord(title, clock)) as record, _presenter(args, clock) as show:

        def report(reported: Reported) -> None:
            record(reported)
            is_shown = not args.quiet or level_of(reported) in {Level.WARNING, Level.ERROR}
            if is_shown and not isinstance(reported, OutputVariable):
                show(reported)

        yield report


@contextmanager
def _page(path: Path | None, record: DeploymentRecord) -> Iterator[DeploymentRecord]:
    """Write what was recorded as a page when the block ends.

    Raises:
        InvalidInputsError: The file cannot be written; nothing was started then.
    """
    if path is None:
        yield record
        return
    try:
        path.write_text("", encoding="utf-8")
    except (OSError, ValueError) as error:
        why = f"{path}: {getattr(error, 'strerror', '') or error}"
        raise InvalidInputsError.of("--report", why, what="The report cannot be written") from None
    try:
        yield record
    except EcsStepsError as error:
        write_page(path, record, error)
        raise
    write_page(path, record)


def write_page(path: Path, record: DeploymentRecord, error: EcsStepsError | None = None) -> None:
    """Write the page of a deployment; a deployment does not depend on it."""
    from ecs_steps.reporting.page.html import page

    try:
        path.write_text(page(record, error=error), encoding="utf-8", errors="replace")
    except OSError as failure:
        print_error(f"WARNING: the report cannot be written: {failure}")


@contextmanager
def _presenter(args: argparse.Namespace, clock: Clock) -> Iterator[Report]:
    if args.log_format == "json":
        yield json_presenter(sys.stderr, verbose=args.verbose, clock=clock)
    elif args.quiet:
        yield line_presenter(sys.stderr, clock=clock)
    else:
        with presenter(sys.stderr, verbose=args.verbose, clock=clock) as show:
            yield show
