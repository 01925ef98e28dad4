"""The fake AWS on the command line: the options that put a command into it, and what there is to try."""

import argparse
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_steps.cli.options import Commands
from ecs_steps.cli.output import CommandResult, print_result
from ecs_steps.cli.variables import is_file
from ecs_steps.errors import InvalidInputsError

if TYPE_CHECKING:
    from ecs_steps.sandbox import Sandbox

# How much faster than the real one the sandbox's clock runs: a deployment of minutes is watched in seconds.
SANDBOX_SPEED = 60.0
SANDBOX_REGION = "eu-west-1"
HEALTHY = "healthy"
TICK = 0.1
"""Real seconds between two moments of a sandbox that is served."""


def add_sandbox(parser: argparse.ArgumentParser) -> None:
    """Add ``--sandbox`` and what belongs to it."""
    parser.add_argument(
        "--sandbox",
        metavar="SCENARIO",
        nargs="?",
        const=HEALTHY,
        help="use a fake AWS in this process, which plays the scenario (see ecs-steps scenarios)",
    )
    parser.add_argument(
        "--sandbox-speed",
        metavar="TIMES",
        type=_speed,
        help=f"how many times as fast as the real one the sandbox's clock runs (default {SANDBOX_SPEED:g})",
    )
    parser.add_argument(
        "--sandbox-journal",
        metavar="FILE",
        type=Path,
        help="keep the fake AWS in this file, so that the next run finds it as this one left it",
    )


def add_commands(commands: Commands) -> None:
    """Add ``scenarios``, ``examples`` and ``sandbox``."""
    text = "list the scenarios of --sandbox"
    sub = commands.add_parser("scenarios", help=text, description=text)
    sub.add_argument("--output", choices=["text", "json"], default="text", help="how results are printed")
    sub.set_defaults(command=_scenarios)
    text = "write a file of variables for each step, to try with --sandbox"
    sub = commands.add_parser("examples", help=text, description=text)
    sub.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        type=Path,
        default=Path("examples"),
        help="where (default %(default)s)",
    )
    sub.set_defaults(command=_examples, output="text")
    text = "serve a fake AWS on loopback, for the aws CLI and other programs, until SIGTERM or Ctrl+C"
    sub = commands.add_parser("sandbox", help=text, description=text)
    sub.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    sub.add_argument(
        "--scenario",
        dest="sandbox",
        metavar="NAME",
        default=HEALTHY,
        help="what it plays (ecs-steps scenarios)",
    )
    sub.add_argument("--region", default=SANDBOX_REGION, help="its region (default %(default)s)")
    sub.add_argument(
        "--speed",
        dest="sandbox_speed",
        metavar="TIMES",
        type=_speed,
        default=1.0,
        help="how many times as fast as the real one its clock runs (default %(default)g)",
    )
    sub.add_argument(
        "--journal", dest="sandbox_journal", metavar="FILE", type=Path, help="keep it in this file"
    )
    sub.set_defaults(command=_serve, output="text")


def without_scenario(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the healthy scenario where a file follows ``--sandbox``."""
    return [
        f"--sandbox={HEALTHY}" if each == "--sandbox" and is_file(following) else each
        for each, following in pairwise([*arguments, ""])
    ]


@contextmanager
def opened_sandbox(args: argparse.Namespace, region: str) -> "Iterator[Sandbox | None]":
    """Open the sandbox that the options of `add_sandbox` choose; none where they choose none.

    Raises:
        InvalidInputsError: There is no such scenario, the journal cannot be used, or an option needs another.
    """
    if args.sandbox is None:
        needless = [
            option
            for option, value in (
                ("--sandbox-speed", args.sandbox_speed),
                ("--sandbox-journal", args.sandbox_journal),
            )
            if value is not None
        ]
        if needless:
            raise _invalid(needless[0], "is for the sandbox: add --sandbox, or leave it out for real AWS")
        yield None
        return
    try:
        sandbox = _sandbox(args, region)
        with sandbox:
            yield sandbox
    except OSError as error:
        if error.filename != str(args.sandbox_journal):
            raise
        raise _invalid("--sandbox-journal", f"{args.sandbox_journal}: {error.strerror}") from None


def _sandbox(args: argparse.Namespace, region: str) -> "Sandbox":
    try:
        from ecs_steps.sandbox import Sandbox

        return Sandbox(
            args.sandbox,
            speed=args.sandbox_speed or SANDBOX_SPEED,
            journal=args.sandbox_journal,
            region=region or SANDBOX_REGION,
        )
    except (ImportError, ValueError) as error:
        raise _invalid("--sandbox", str(error)) from None


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, not {text}")
    return speed


def _invalid(option: str, message: str) -> InvalidInputsError:
    return InvalidInputsError.of(option, message, what="There is no such sandbox")


def _serve(args: argparse.Namespace) -> CommandResult:
    """Serve until a signal, which is how this command ends well."""
    with opened_sandbox(args, args.region) as sandbox:
        assert sandbox is not None, "the scenario has a default"  # noqa: S101  for the type checker
        from ecs_steps.sandbox.server import serve

        try:
            with serve(sandbox, port=args.port) as url:
                print_result(CommandResult(_exports(url, args.region)), as_json=False)
                while True:  # its clock runs while a thread sleeps on it
                    sandbox.clock.sleep(TICK * args.sandbox_speed)
        except (OSError, OverflowError) as error:
            raise _invalid("--port", f"{args.port}: {error}") from None
        except KeyboardInterrupt:
            return CommandResult("")


def _examples(args: argparse.Namespace) -> CommandResult:
    """Write the examples; a file that is there may have been changed, and stays."""
    folder: Path = args.folder
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for example in sorted(
            (files("ecs_steps.sandbox") / "examples").iterdir(), key=lambda each: each.name
        ):
            file = folder / example.name
            if not file.exists():
                file.write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
                written.append(f"{file}\n")
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        raise InvalidInputsError.of("FOLDER", why, what="The examples cannot be written") from None
    return CommandResult("".join(written))


def _exports(url: str, region: str) -> str:
    # Of the two names of the region, boto3 and the first aws CLI read the second one alone.
    return (
        f"export AWS_ENDPOINT_URL={url}\n"
        f"export AWS_REGION={region} AWS_DEFAULT_REGION={region}\n"
        "export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox\n"
    )


def _scenarios(_: argparse.Namespace) -> CommandResult:
    try:
        from ecs_steps.sandbox import SCENARIOS
    except ImportError as error:
        raise _invalid("scenarios", str(error)) from None
    width = max(map(len, SCENARIOS))
    lines = [f"{name:{width}}  {scenario.description}".rstrip() for name, scenario in SCENARIOS.items()]
    data = {name: scenario.description for name, scenario in SCENARIOS.items()}
    return CommandResult("".join(f"{line}\n" for line in lines), data)
