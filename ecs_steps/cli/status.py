"""The command ``status``: what the newest deployment of a service is like, once or until it is over."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ecs_steps.cli.deployments import add_aws_options, connected, reporting
from ecs_steps.cli.options import Commands, add_variables, given_variables
from ecs_steps.cli.output import CommandResult
from ecs_steps.cli.process import print_error
from ecs_steps.clock import Clock
from ecs_steps.reporting.terminal import takes_live_view
from ecs_steps.reporting.text import ascii_lines, elapsed

if TYPE_CHECKING:
    from ecs_steps.steps.show_ecs_deployment.step import Progress

    Show = Callable[[Progress], None]


def add_commands(commands: Commands) -> None:
    """Add the command."""
    text = "show the newest deployment of a service: stages, shares, tasks and what it waits for"
    sub = commands.add_parser("status", help=text, description=text)
    sub.set_defaults(command=_status)
    add_variables(sub)
    add_aws_options(sub)
    sub.add_argument("--watch", action="store_true", help="show it at each change until it is over")


def _status(args: argparse.Namespace) -> CommandResult:
    from ecs_steps.steps.show_ecs_deployment.step import ShowEcsDeployment

    query = ShowEcsDeployment(given_variables(args))
    with (
        connected(args, query.inputs) as (aws, clock),
        reporting(args, clock, "Amazon ECS Deployment") as report,
    ):
        if not args.watch:
            return _result(query.run(aws=aws, report=report, clock=clock))
        with _shown(clock) as show:
            return _result(query.run(show, aws=aws, report=report, clock=clock))


def _result(progress: "Progress") -> CommandResult:
    return CommandResult(_text(progress), progress.to_dict())


def _text(progress: "Progress") -> str:
    return "".join(f"{line}\n" for whole in progress.lines() for line in ascii_lines(whole))


@contextmanager
def _shown(clock: Clock) -> Iterator["Show"]:
    """Show one tree that changes on a terminal, and a tree for each change elsewhere."""
    began = clock.now()

    def format_line(progress: "Progress") -> str:
        return f"[{elapsed((clock.now() - began).total_seconds())}] {_text(progress)}"

    if not takes_live_view(sys.stderr):
        yield lambda progress: print_error(format_line(progress).rstrip("\n"))
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(file=sys.stderr, markup=False, emoji=False, highlight=False)
    with Live(console=console, redirect_stdout=False, redirect_stderr=False, transient=True) as live:
        yield lambda progress: live.update(Text(format_line(progress).rstrip("\n")), refresh=True)
