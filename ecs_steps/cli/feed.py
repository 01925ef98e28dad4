"""``feed``: a read-only registry in which families are packages and revisions are versions.

It is served, or its families are listed that docker's own clients cannot address.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_steps.cli.options import Commands
from ecs_steps.cli.output import CommandResult
from ecs_steps.cli.sandboxes import add_sandbox, opened_sandbox
from ecs_steps.clock import Clock, SystemClock
from ecs_steps.errors import AwsCallError, EcsStepsError, InvalidInputsError, Problem

if TYPE_CHECKING:
    from ecs_steps.feed.server import FeedOptions
    from ecs_steps.feed.source import Source

MAX_PORT = 65_535


def add_commands(commands: Commands) -> None:
    """Add ``feed``."""
    text = "serve task definitions as packages of a Docker feed, for releases and their triggers"
    sub = commands.add_parser("feed", help=text, description=text)
    sub.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    sub.add_argument("--port", type=int, default=8080, help="port to listen on (default %(default)s)")
    sub.add_argument("--region", help="region to show (default: the environment's)")
    sub.add_argument(
        "--family-prefix",
        action="append",
        default=[],
        metavar="PREFIX",
        help="show only families that begin with it; may be repeated",
    )
    sub.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain, PEM")
    sub.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key, PEM")
    sub.add_argument(
        "--check",
        action="store_true",
        help="list the families that docker's own clients cannot address, and end",
    )
    add_sandbox(sub)
    sub.set_defaults(command=_feed, output="text")


def _feed(args: argparse.Namespace) -> CommandResult:
    with opened_sandbox(args, args.region or "") as sandbox:
        if sandbox is None:
            run_feed(args)
        else:
            from ecs_steps.feed.ecs_source import EcsSource

            run_feed(args, source=EcsSource(sandbox.clients.ecs), clock=sandbox.clock)
    return CommandResult("")


def run_feed(args: argparse.Namespace, *, source: "Source | None" = None, clock: Clock | None = None) -> None:
    """Serve the feed until a signal, or check it; `source` is used in place of ECS, and `clock` by a check.

    Credentials are read from ``ECS_STEPS_FEED_USERNAME``, ``_PASSWORD`` and ``_PASSWORD_OLD``, or from the
    secret that ``ECS_STEPS_FEED_SECRET_ARN`` names.

    Raises:
        EcsStepsError: As `serve`, or AWS cannot be read.
    """
    from ecs_steps.feed.server import FeedOptions, serve

    options = FeedOptions(
        host=args.host,
        port=args.port,
        region=args.region,
        family_prefixes=tuple(filter(None, args.family_prefix)),
        tls_cert=args.tls_cert,
        tls_key=args.tls_key,
    )
    problems = []
    if not 0 <= options.port <= MAX_PORT:
        problems.append(Problem(path="--port", message=f"{options.port} is not between 0 and {MAX_PORT}"))
    if options.tls_key and not options.tls_cert:
        problems.append(Problem(path="--tls-key", message="needs --tls-cert as well"))
    if problems:
        raise InvalidInputsError(what="The arguments are not valid", problems=tuple(problems))
    if args.check:
        check(options, source=source, clock=clock)
    else:
        serve(options, source=source)


def check(options: "FeedOptions", *, source: "Source | None" = None, clock: Clock | None = None) -> None:
    """Print a line for each family that docker's own clients cannot address.

    Raises:
        EcsStepsError: AWS cannot be read.
    """
    from ecs_steps.feed.families import Families, run_inline
    from ecs_steps.feed.messages import RegistryError
    from ecs_steps.feed.names import docker_problems

    if source is None:
        from ecs_steps.feed.ecs_source import ecs_source

        source = ecs_source(region=options.region)
    families = Families(
        source=source, prefixes=options.family_prefixes, clock=clock or SystemClock(), spawn=run_inline
    )
    try:
        names = families.names()
    except RegistryError as error:
        if isinstance(error.__cause__, AwsCallError):
            raise error.__cause__ from None
        raise EcsStepsError(what="The families could not be read", why=error.message) from None
    problems = docker_problems(names)
    for name, problem in problems.items():
        sys.stdout.write(f"{name}: {problem}\n")
    sys.stderr.write(
        f"Docker's own clients cannot address {len(problems)} of {len(names)} families; Octopus is not known "
        "to mind.\nA stack that replaces a task definition deregisters the revision before it, and with it a "
        "release of this feed,\nunless Octopus.Action.Aws.Ecs.Deploy.RetainTaskDefinitions is on.\n"
    )
