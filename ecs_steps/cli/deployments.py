"""The commands that reach AWS: one for each step, and ``watch``."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ecs_steps.cli.options import add_options, add_step_option, add_variables, option_values, read_step
from ecs_steps.cli.output import CommandResult, output_lines
from ecs_steps.cli.process import read_variables
from ecs_steps.clock import Clock, SystemClock
from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.reporting.events import OutputVariable, Report, Reported
from ecs_steps.reporting.terminal import presenter
from ecs_steps.result import Result
from ecs_steps.steps.row import DryRunStep, Option, Step, StepRow, StepTable, Verb, WatchableStep

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

# How much faster than the real one the sandbox's clock runs: a deployment of minutes is watched in seconds.
SANDBOX_SPEED = 60.0
SANDBOX_REGION = "eu-west-1"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", steps: StepTable) -> None:
    """Add a command for each step, and ``watch`` for those that can be watched."""
    for row in steps:
        sub = commands.add_parser(row.name, help=row.summary, description=row.summary)
        sub.set_defaults(command=partial(_run, row))
        add_variables(sub)
        add_options(sub, row.verbs[Verb.RUN])
        add_aws_options(sub)
        if Verb.DRY_RUN in row.verbs:
            sub.add_argument("--dry-run", action="store_true", help="print what would change; change nothing")
    watchable = steps.having(Verb.WATCH)
    text = "wait for a deployment that was started before, and give the verdict on it"
    watch = commands.add_parser("watch", help=text, description=text)
    watch.set_defaults(command=partial(_watch, watchable))
    add_variables(watch)
    add_aws_options(watch)
    add_step_option(watch, watchable)
    group = watch.add_mutually_exclusive_group(required=True)
    for option in dict.fromkeys(_watched(row) for row in watchable):
        group.add_argument(option.flag, dest=option.keyword, metavar=option.metavar, help=option.help)


def _run(row: StepRow, args: argparse.Namespace) -> CommandResult:
    step = read_step(row, read_variables(args.variables, args.scope), args)
    options = option_values(args, row.verbs[Verb.RUN])
    with connected(args, step) as (aws, clock), reporting(args, clock) as report:
        if Verb.DRY_RUN in row.verbs and args.dry_run:
            text = cast("DryRunStep", step).dry_run(aws=aws, report=report, clock=clock, **options)
            return CommandResult(text, {"dryRun": text.splitlines()})
        return _result(step.run(aws=aws, report=report, clock=clock, **options))


def _watch(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    variables = read_variables(args.variables, args.scope)
    given = StepTable(tuple(row for row in steps if getattr(args, _watched(row).keyword)))
    row = given.chosen(args.step, variables)
    step = read_step(row, variables, args)
    with connected(args, step) as (aws, clock), reporting(args, clock) as report:
        started = getattr(args, _watched(row).keyword)
        return _result(cast("WatchableStep", step).watch(started, aws=aws, report=report, clock=clock))


def _watched(row: StepRow) -> Option:
    [option] = row.verbs[Verb.WATCH]
    return option


def _result(result: Result) -> CommandResult:
    data = {"outcome": result.outcome, "outputs": dict(result.outputs)}
    return CommandResult(output_lines(result.outputs), data)


def add_aws_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verbose", action="store_true", help="show debug messages")
    parser.add_argument("--region", help="the AWS region; else the variables', else the environment's")
    parser.add_argument("--endpoint-url", help="another address for AWS, such as an emulator's")
    parser.add_argument(
        "--sandbox",
        metavar="SCENARIO",
        nargs="?",
        const="healthy",
        help="deploy to a fake AWS in this process, which plays the scenario",
    )
    parser.add_argument(
        "--sandbox-speed",
        metavar="TIMES",
        type=float,
        default=SANDBOX_SPEED,
        help="how many times as fast as the real one the sandbox's clock runs (default %(default)g)",
    )
    parser.add_argument(
        "--sandbox-journal",
        metavar="FILE",
        type=Path,
        help="keep the fake AWS in this file, so that the next run finds it as this one left it",
    )


@contextmanager
def connected(args: argparse.Namespace, step: Step) -> Iterator[tuple["AwsClients", Clock]]:
    inputs = step.inputs
    region = args.region or inputs.region
    if args.sandbox is None:
        from ecs_steps.aws.clients import account_clients

        yield (
            account_clients(inputs.account, region=region or None, endpoint_url=args.endpoint_url),
            SystemClock(),
        )
        return
    try:
        from ecs_steps.sandbox import Sandbox

        sandbox = Sandbox(
            args.sandbox,
            speed=args.sandbox_speed,
            journal=args.sandbox_journal,
            region=region or SANDBOX_REGION,
        )
    except (ImportError, ValueError) as error:
        problem = Problem(path="--sandbox", message=str(error))
        raise InvalidInputsError(what="There is no such sandbox", problems=(problem,)) from None
    with sandbox as aws:
        if cluster := getattr(inputs, "cluster_name", ""):  # a step may be about no cluster
            aws.add_cluster(cluster)
        yield aws.clients, aws.clock


@contextmanager
def reporting(args: argparse.Namespace, clock: Clock) -> Iterator[Report]:
    """Report on standard error all but the output variables: those are this command's result."""
    with presenter(sys.stderr, verbose=args.verbose, clock=clock) as show:

        def report(reported: Reported) -> None:
            if not isinstance(reported, OutputVariable):
                show(reported)

        yield report
