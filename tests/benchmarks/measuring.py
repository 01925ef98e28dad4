"""Run processes in turn, and measure each."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from attrs import frozen

RUNNER = Path(__file__).parent / "runner.py"
Command = Sequence[str]
"""Its first word is a path."""


@frozen(kw_only=True)
class Taken:
    """What one process used; `seconds` is real time, `peak` its largest resident memory in MiB."""

    seconds: float
    cpu_seconds: float
    peak: float


@frozen(kw_only=True)
class Contender:
    """A tool that does the same as others; `command` makes a command for each run."""

    command: Callable[[], Command]
    environment: Mapping[str, str]
    folder: Path

    def run(self) -> Taken:
        """Run once, and wait for the end.

        Raises:
            AssertionError: It failed; with what it printed.
        """
        command = self.command()
        ran = subprocess.run(  # noqa: S603  our own commands
            [sys.executable, "-I", "-S", str(RUNNER), *command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds, cpu_seconds, peak, exit_code = map(float, ran.stdout.split())
        printed = (self.folder / "printed").read_text(errors="replace")
        assert exit_code == 0, f"{command} ended with {exit_code:.0f}:\n{printed}"
        return Taken(seconds=seconds, cpu_seconds=cpu_seconds, peak=peak)


Runs = Mapping[str, list[Taken]]


def measure(contenders: Mapping[str, Contender], rounds: int) -> Runs:
    """Let the contenders run in turn (A B C A B C ...), so that a busy minute affects all of them.

    The first round is not kept: it fills the caches of the disk.
    """
    runs: dict[str, list[Taken]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, contender in contenders.items():
            taken = contender.run()
            if number:
                runs[name].append(taken)
    return runs


def ratio(runs: Runs, name: str, floor: str, of: Callable[[Taken], float]) -> float:
    """Return the median of a contender's ratio to the floor, round by round."""
    return median(of(one) / of(other) for one, other in zip(runs[name], runs[floor], strict=True))
