"""Options that several commands take."""

import argparse
from collections.abc import Sequence
from typing import Any

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.variables import Variables
from ecs_steps.steps.row import Option, Step, StepRow, StepTable


def add_variables(parser: argparse.ArgumentParser) -> None:
    """Add the variables, how their values are read, and how the result is printed."""
    parser.add_argument(
        "variables", metavar="VARIABLES.json", help="variables by name, or Octopus' export; - is stdin"
    )
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="KIND=NAME",
        help="choose among the scoped values of an export, such as Environment=Dev; may be repeated",
    )
    parser.add_argument(
        "--resolved", action="store_true", help="the values are evaluated already: #{...} is text"
    )
    parser.add_argument("--strict", action="store_true", help="treat warnings about the variables as errors")
    parser.add_argument("--output", choices=["text", "json"], default="text", help="how results are printed")


def read_step(row: StepRow, variables: Variables, args: argparse.Namespace, **settings: object) -> Step:
    """Make the step from variables as the options of `add_variables` say.

    Raises:
        InvalidInputsError: With every problem.
    """
    step = row.read(variables, evaluate=not args.resolved, **settings)
    if args.strict and step.warnings:
        raise InvalidInputsError(problems=step.warnings)
    return step


def add_step_option(parser: argparse.ArgumentParser, steps: StepTable) -> None:
    """Add ``--step`` to a command that several steps share."""
    parser.add_argument(
        "--step",
        choices=[row.name for row in steps],
        help="the step that the variables are for (default: the one that they fit)",
    )


def add_options(parser: argparse.ArgumentParser, options: Sequence[Option]) -> None:
    """Add the options of a step's verb."""
    for option in options:
        is_list: dict[str, Any] = {"action": "append", "default": []} if option.repeatable else {}
        text = f"{option.help}; may be repeated" if option.repeatable else option.help
        parser.add_argument(option.flag, dest=option.keyword, metavar=option.metavar, help=text, **is_list)


def option_values(args: argparse.Namespace, options: Sequence[Option]) -> dict[str, Any]:
    """Return the values of the options of a step's verb as its keyword arguments."""
    return {option.keyword: getattr(args, option.keyword) for option in options}
