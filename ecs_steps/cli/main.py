"""The command line: reports go to standard error, results to standard output.

A process ends with 0, or with the exit code of the error that ended it (see `errors`).
"""

import argparse
from collections.abc import Sequence

from ecs_steps.cli import deployments, inputs, status
from ecs_steps.cli.output import print_failure, print_result
from ecs_steps.cli.process import cancellable, exit_code, print_error, tune_gc
from ecs_steps.errors import EcsStepsError
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepTable
from ecs_steps.version import __version__


def run() -> int:
    """Be the process `ecs-steps`, and return its exit code."""
    tune_gc()
    return main()


def main(arguments: Sequence[str] | None = None, *, steps: StepTable = STEPS) -> int:
    """Run one command and return its exit code; `steps` are those that it knows."""
    as_json = False
    try:
        with cancellable():
            args = _parser(steps).parse_args(arguments)
            as_json = args.output == "json"
            print_result(args.command(args), as_json=as_json)
    except EcsStepsError as error:
        print_failure(error, as_json=as_json)
        return exit_code(error)
    except KeyboardInterrupt as signal:
        print_error("The command was cancelled; nothing had been started in AWS.")
        return exit_code(signal)
    return 0


def _parser(steps: StepTable) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ecs-steps", description="Deploy to Amazon ECS as Octopus does, and explain failures."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    deployments.add_commands(commands, steps)
    status.add_commands(commands)
    inputs.add_commands(commands, steps)
    return parser
