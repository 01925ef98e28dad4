"""``feed``: a read-only registry in which families are packages and revisions are versions."""

import argparse

from ecs_steps.cli.options import Commands
from ecs_steps.cli.output import CommandResult
from ecs_steps.cli.sandboxes import add_sandbox, opened_sandbox
from ecs_steps.errors import EcsStepsError
from ecs_steps.feed.command import add_feed_arguments, run_feed


def add_commands(commands: Commands) -> None:
    """Add ``feed``."""
    text = "serve task definitions as packages of a Docker feed, for releases and their triggers"
    sub = commands.add_parser("feed", help=text, description=text)
    add_feed_arguments(sub)
    add_sandbox(sub)
    sub.set_defaults(command=_feed, output="text")


def _feed(args: argparse.Namespace) -> CommandResult:
    with opened_sandbox(args, args.region or "") as sandbox:
        if sandbox is None:
            code = run_feed(args)
        else:
            from ecs_steps.feed.ecs_source import EcsSource

            code = run_feed(args, source=EcsSource(sandbox.clients.ecs))
    if code:
        raise EcsStepsError(what="The feed ended", why=f"its exit code was {code}")
    return CommandResult("")
