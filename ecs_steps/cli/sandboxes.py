"""The fake AWS on the command line: the options that put a command into it, and ``scenarios``."""

import argparse
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ecs_steps.cli.output import CommandResult
from ecs_steps.cli.variables import is_file
from ecs_steps.errors import InvalidInputsError, Problem

if TYPE_CHECKING:
    from ecs_steps.sandbox import Sandbox

# How much faster than the real one the sandbox's clock runs: a deployment of minutes is watched in seconds.
SANDBOX_SPEED = 60.0
SANDBOX_REGION = "eu-west-1"
HEALTHY = "healthy"


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


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``scenarios``."""
    text = "list the scenarios of --sandbox"
    sub = commands.add_parser("scenarios", help=text, description=text)
    sub.add_argument("--output", choices=["text", "json"], default="text", help="how results are printed")
    sub.set_defaults(command=_scenarios)


def without_scenario(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the healthy scenario where a file follows ``--sandbox``."""
    after = zip(arguments, [*arguments[1:], ""], strict=True)
    return [
        f"--sandbox={HEALTHY}" if each == "--sandbox" and is_file(following) else each
        for each, following in after
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
        from ecs_steps.sandbox import Sandbox

        sandbox = Sandbox(
            args.sandbox,
            speed=args.sandbox_speed or SANDBOX_SPEED,
            journal=args.sandbox_journal,
            region=region or SANDBOX_REGION,
        )
    except OSError as error:
        raise _invalid("--sandbox-journal", f"{args.sandbox_journal}: {error.strerror}") from None
    except (ImportError, ValueError) as error:
        raise _invalid("--sandbox", str(error)) from None
    with sandbox:
        yield sandbox


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, not {text}")
    return speed


def _invalid(option: str, message: str) -> InvalidInputsError:
    problem = Problem(path=option, message=message)
    return InvalidInputsError(what="There is no such sandbox", problems=(problem,))


def _scenarios(_: argparse.Namespace) -> CommandResult:
    try:
        from ecs_steps.sandbox import SCENARIOS
    except ImportError as error:
        raise _invalid("scenarios", str(error)) from None
    width = max(map(len, SCENARIOS))
    lines = [f"{name:{width}}  {scenario.description}".rstrip() for name, scenario in SCENARIOS.items()]
    data = {name: scenario.description for name, scenario in SCENARIOS.items()}
    return CommandResult("".join(f"{line}\n" for line in lines), data)
