"""The command line: reports go to standard error, results to standard output.

A process ends with 0, or with the exit code of the error that ended it (see `errors`).
"""

import argparse
import sys
from collections.abc import Sequence
from functools import cache

from ecs_steps.cli import checks, completion, deployments, feed, importing, inputs, sandboxes, status
from ecs_steps.cli.options import CommandParser
from ecs_steps.cli.output import print_failure, print_result
from ecs_steps.cli.process import cancellable, exit_code, print_error, run_process
from ecs_steps.errors import EcsStepsError
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepTable
from ecs_steps.version import __version__


def run() -> int:
    """Be the process `ecs-steps`."""
    return run_process(main)


def main(arguments: Sequence[str] | None = None, *, steps: StepTable = STEPS) -> int:
    """Run one command and return its exit code; `steps` are those that it knows."""
    as_json, log_format = False, "text"
    try:
        with cancellable():
            given = sys.argv[1:] if arguments is None else arguments
            args = command_parser(steps).parse_args(sandboxes.without_scenario(given))
            as_json = args.output == "json"
            log_format = getattr(args, "log_format", log_format)
            result = args.command(args)
            print_result(result, as_json=as_json)
    except EcsStepsError as error:
        print_failure(error, as_json=as_json, log_format=log_format)
        return exit_code(error)
    except KeyboardInterrupt as signal:
        print_error("The command was cancelled; nothing had been started in AWS.")
        return exit_code(signal)
    return int(result.exit_code)


@cache
def command_parser(steps: StepTable) -> argparse.ArgumentParser:
    """Return the parser of all commands; a process makes it once."""
    parser = CommandParser(
        prog="ecs-steps", description="Deploy to Amazon ECS as Octopus does, and explain failures."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    deployments.add_commands(commands, steps)
    checks.add_commands(commands, steps)
    status.add_commands(commands)
    inputs.add_commands(commands, steps)
    importing.add_commands(commands)
    feed.add_commands(commands)
    sandboxes.add_commands(commands)
    completion.add_commands(commands, parser)
    return parser
