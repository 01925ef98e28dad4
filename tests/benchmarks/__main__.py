"""Measure this library and its peers: ``(cd tests && ../.venv/bin/python -m benchmarks [NAMES])``.

Every table is printed as Markdown when it is done.
"""

import argparse
import compileall
import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import image_update
from benchmarks.feed_scale import feed_scale
from benchmarks.image_copy import copied_image
from benchmarks.many import many_at_once
from benchmarks.start_up import start_up
from benchmarks.template import ten_containers
from explaining.runs import STEPS
from explaining.test_time_to_verdict import table as time_to_verdict
from peers.ministack import REQUIREMENT

BENCHMARKS: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "update": ("An image update, without waiting", image_update.without_waiting),
    "wait": ("An image update, with waiting", image_update.with_waiting),
    "start": ("Start-up", start_up),
    "template": ("The template of ten containers", ten_containers),
    "verdict": ("Time to verdict", lambda _: "\n\n".join(time_to_verdict(step) for step in STEPS)),
    "copy": ("A copy of an image", copied_image),
    "many": ("Updates at once, in one process", many_at_once),
    "feed": ("The feed of a large account", feed_scale),
}
MEASURED = ("ecs-steps", "boto3", "botocore", "attrs", "cattrs", "tenacity", "troposphere", "PyYAML", "moto")


def main() -> None:
    """Run the benchmarks that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure ecs-steps.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--rounds", type=int, default=21, help="how often each contender runs (default %(default)s)"
    )
    args = parser.parse_args()
    # As pip does for what it installs; an editable installation is compiled when it is first run.
    compileall.compile_dir(Path(__file__).parent.parent.parent / "ecs_steps", quiet=1)
    _print(_environment(args.rounds))
    for name in args.names or BENCHMARKS:
        title, measured = BENCHMARKS[name]
        _print(f"**{title}**\n\n{measured(args.rounds)}\n")


def _environment(rounds: int) -> str:
    versions = [f"{name} {version(name)}" for name in MEASURED]
    peers = [name.replace("==", " ") for name in (image_update.FABFUEL, image_update.AWS_CLI, REQUIREMENT)]
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"{rounds} rounds: {', '.join(versions + peers)}\n"
    )


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
