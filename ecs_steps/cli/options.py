"""Options that several commands take."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ecs_steps.cli.variables import merged_variables, read_sources, with_images
from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.variables import Variables
from ecs_steps.steps.row import Option, Step, StepRow, StepTable, Verb

HELP = """\
examples:
  ecs-steps check production.yaml --strict
  ecs-steps deploy common.yaml production.yaml --image web=registry.example/shop/web:1.5.0
  ecs-steps update orders.json --set Octopus.Action.Aws.Ecs.ClusterName=shop --dry-run
  ecs-steps examples && ecs-steps deploy examples/deploy.json --sandbox

a file of variables:
  Octopus.Action.Aws.Ecs.ClusterName: shop
  Octopus.Action.Aws.Ecs.Deploy.Cpu: 256
  Octopus.Action.Aws.Ecs.Deploy.Containers:      # JSON in a text, or lists and objects as they are
    - containerName: web
      containerImageReference: {imageName: "nginx:1.29"}
  The same as JSON, or an export of a variable set from Octopus. In YAML every scalar is text. Quotes
  are needed around what holds #{...}.

exit codes:
  0 it serves  1 a bug of ecs-steps  2 inputs  3 not found  4 denied  5 failed  6 rolled back
  7 timed out  8 superseded  130, 143 cancelled
"""


class CommandParser(argparse.ArgumentParser):
    """The parser of a command, whose options are added when it is used: a process uses one of thirty."""

    def __init__(self, *, options: "Callable[[CommandParser], None] | None" = None, **settings: Any) -> None:  # noqa: ANN401  argparse's own
        super().__init__(**settings)
        self._add_options = options

    def add_missing_options(self) -> None:
        """Add the options, where they are not there yet."""
        if self._add_options:
            self._add_options(self)
            self._add_options = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401  argparse's own
        """Parse as argparse does."""
        self.add_missing_options()
        return super().parse_known_args(args, namespace)


Commands: TypeAlias = "argparse._SubParsersAction[CommandParser]"  # noqa: SLF001  argparse has no public name


def add_variables(parser: argparse.ArgumentParser) -> None:
    """Add the variables, how their values are read, and how the result is printed."""
    parser.epilog = HELP
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "variables",
        metavar="VARIABLES",
        nargs="+",
        help="files of variables, JSON or YAML, the later ones over the earlier; - is standard input",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="give a variable a value, over those of the files; may be repeated",
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="CONTAINER=IMAGE",
        dest="images",
        help="give a container an image; may be repeated",
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


def given_variables(args: argparse.Namespace) -> Variables:
    """Read the files and settings of the options of `add_variables`.

    Raises:
        InvalidInputsError: One of them cannot be read.
    """
    return merged_variables(read_sources(args.variables), args.scope, args.settings)


def read_step(row: StepRow, variables: Variables, args: argparse.Namespace, **settings: object) -> Step:
    """Make the step from variables as the options of `add_variables` say.

    Raises:
        InvalidInputsError: With every problem.
    """
    variables = with_images(variables, args.images, row.inputs_class())
    step = row.read(variables, evaluate=not args.resolved, **settings)
    if args.strict and step.warnings:
        raise InvalidInputsError(problems=step.warnings)
    return step


def chosen_step(steps: StepTable, verb: Verb, name: str | None, variables: Variables) -> StepRow:
    """Return the step of a name, or the one that the variables are for, where it has the verb.

    Raises:
        InvalidInputsError: It does not, or several steps fit the variables as well as each other.
    """
    able = steps.having(verb)
    if name:
        return able.named(name)
    try:
        meant = steps.matching(variables)
    except InvalidInputsError:
        return able.matching(variables)
    if meant not in able:
        names = ", ".join(row.name for row in able)
        message = f"the variables are for {meant.name}; {verb} takes {names}"
        raise InvalidInputsError.of("--step", message, what=f"There is no {verb} of this step")
    return meant


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
