"""``completion``: a script with which a shell completes commands, options and scenarios."""

import argparse
from functools import partial

from ecs_steps.cli.options import CommandParser, Commands
from ecs_steps.cli.output import CommandResult
from ecs_steps.errors import InvalidInputsError

SHELLS = ("bash", "zsh", "tcsh")


def add_commands(commands: Commands, parser: CommandParser) -> None:
    """Add ``completion``, which is about the whole `parser`."""
    text = "print a completion script for a shell; needs the extra `completion`"
    sub = commands.add_parser("completion", help=text, description=text)
    sub.add_argument("shell", choices=SHELLS)
    sub.set_defaults(command=partial(_complete, parser), output="text")


def _with_all_options(parser: CommandParser) -> CommandParser:
    parser.add_missing_options()
    for action in parser._actions:  # noqa: SLF001  as shtab reads them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  the same
            for command in action.choices.values():
                _with_all_options(command)
    return parser


def _complete(parser: CommandParser, args: argparse.Namespace) -> CommandResult:
    try:
        import shtab
    except ImportError:
        needed = "needs shtab: pip install 'ecs-steps[completion]'"
        raise InvalidInputsError.of("completion", needed, what="There is no completion") from None
    return CommandResult(f"{shtab.complete(_with_all_options(parser), shell=args.shell)}\n")
