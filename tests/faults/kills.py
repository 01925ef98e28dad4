"""A journey whose process is killed after a call, and a rerun by another process that knows nothing of it.

``python -m faults.kills STEP NAME FOLDER`` prints the result of each rerun as a line of JSON.
The processes are forks of one that has everything loaded; what they share is the sandbox's journal.
"""

import gc
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ecs_steps.cli.process import tune_gc
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.journal import Journal
from explaining.runs import take
from faults.inventory import Inventory, deployed_since, take_inventory
from faults.journeys import Journey, prepare_sandbox, run_journey
from faults.matrix import READ_PREFIXES, journey_named
from faults.matrix_cases import case_without_faults, rerun_violations


def kill_points(journey: Journey) -> Iterator[tuple[str, int]]:
    """Yield the calls of a journey in order: an operation, and how many times it has been called by then."""
    count: Counter[str] = Counter()
    for name in (call.operation for call in case_without_faults(journey).run.calls):
        count[name] += 1
        yield name, count[name]


def run_in_process(act: Callable[..., None], *arguments: object) -> int:
    """Call a function in a process of its own; return its exit code, or minus the signal that ended it."""
    process = get_context("fork").Process(target=act, args=arguments)
    process.start()
    process.join()
    return process.exitcode or 0


def run_until_killed(journey: Journey, journal: Path, operation: str, times: int) -> None:
    """Run a journey until an operation has been answered `times` times; this process ends final."""
    left = times

    def count(**_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            # The clock of AWS has moved since the last change.
            Journal(journal).ended(aws.clock.now())
            os.kill(os.getpid(), signal.SIGKILL)

    with Sandbox(journey.scenario, journal=journal) as aws:
        take(aws, journey.scenario)
        aws.session.register(f"response-received.*.{operation}", count)
        run_journey(journey, aws)


def run_again(journey: Journey, journal: Path, before: Inventory, started_at: datetime) -> dict[str, Any]:
    """Run a journey again without faults; return its changes, new revisions and violations as plain data."""
    with Sandbox("healthy", journal=journal) as aws:
        take(aws, "healthy")
        rerun = run_journey(journey, aws)
        final = take_inventory(aws)
        operations = [call.operation for call in rerun.calls]
        return {
            "changes": [name for name in operations if not name.startswith(READ_PREFIXES)],
            "new": sorted(final.revisions.keys() - before.revisions.keys()),
            "violations": [
                *rerun_violations(journey, rerun, final),
                *_deployed_twice(journey, aws, started_at, rerun.started_at),
            ],
        }


def _deployed_twice(journey: Journey, aws: Sandbox, start: datetime, restart: datetime) -> Iterator[str]:
    """Yield the revisions that were deployed more than once; a forced rerun may deploy one again."""
    by_rerun = Counter(deployed_since(restart, aws))
    for revision, times in Counter(deployed_since(start, aws)).items():
        if by_rerun[revision] > 1 or (times > 1 and not journey.is_forced):
            yield f"{revision} was deployed {times} times"


def main(step: str, name: str, folder: Path) -> None:
    """Kill a journey after each of its calls in turn, run it again, and print the results."""
    journey = journey_named(step, name)
    start = folder / "start.jsonl"
    tune_gc()
    with Sandbox(journal=start) as aws:
        prepare_sandbox(journey, aws)
        before, started_at = take_inventory(aws), aws.clock.now()
    points = list(kill_points(journey))
    gc.freeze()  # a fork copies each page that the search for garbage touches
    for number, (operation, times) in enumerate(points):
        journal = folder / f"{number}.jsonl"
        journal.write_bytes(start.read_bytes())
        code = run_in_process(run_until_killed, journey, journal, operation, times)
        point = {"after": f"{operation} #{times}", "signal": -code}
        run_in_process(print_result, point, journey, journal, before, started_at)


def print_result(point: dict[str, Any], *rerun: Any) -> None:  # noqa: ANN401  passed on
    """Print the result of one kill."""
    sys.stdout.write(json.dumps({**point, **run_again(*rerun)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
