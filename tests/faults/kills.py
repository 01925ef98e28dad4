"""A journey whose process is killed after a call, and a rerun by another process that knows nothing of it.

``python -m faults.kills STEP NAME FOLDER`` prints the result of each rerun as a line of JSON.
The processes are forks of one that has everything loaded; what they share is the sandbox's journal.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ecs_steps import Result
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.journal import Journal
from explaining.runs import is_serving, service
from faults.inventory import deployed_since, take_inventory
from faults.journeys import JOURNEYS, Journey, prepare_sandbox, run_journey, run_without_faults
from faults.matrix import READ_PREFIXES


def kill_points(journey: Journey) -> Iterator[tuple[str, int]]:
    """Yield the calls of a journey in order: an operation, and how many times it has been called by then."""
    count: Counter[str] = Counter()
    for name in (call.operation for call in run_without_faults(journey).calls):
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
        aws.session.register(f"response-received.*.{operation}", count)
        run_journey(journey, aws)


def run_again(journey: Journey, journal: Path, before: dict[str, Any]) -> dict[str, Any]:
    """Run a journey again without faults, and return its result as plain data."""
    with Sandbox("healthy", journal=journal) as aws:
        rerun = run_journey(journey, aws)
        final = take_inventory(journey.step, aws)
        contents = list(final.revisions.values())
        return {
            "outcome": rerun.result.outcome if isinstance(rerun.result, Result) else repr(rerun.error),
            "changes": [
                call.operation for call in rerun.calls if not call.operation.startswith(READ_PREFIXES)
            ],
            "stacks": len(final.stacks),
            "new": sorted(final.revisions.keys() - set(before["revisions"])),
            "equal": max(map(contents.count, contents)),
            "deployed": list(deployed_since(before["at"], journey.step, aws)),
            "deployed_by_rerun": list(deployed_since(rerun.started_at, journey.step, aws)),
            "runs": service(journey.step, aws)["taskDefinition"],
            "serves": is_serving(journey.step, aws, service(journey.step, aws)["taskDefinition"]),
        }


def main(step: str, name: str, folder: Path) -> None:
    """Kill a journey after each of its calls in turn, run it again, and print the results."""
    journey = next(each for each in JOURNEYS if (each.step, each.name) == (step, name))
    start = folder / "start.jsonl"
    with Sandbox(journal=start) as aws:
        prepare_sandbox(journey, aws)
        before = {"at": aws.clock.now(), "revisions": list(take_inventory(journey.step, aws).revisions)}
    for number, (operation, times) in enumerate(kill_points(journey)):
        journal = folder / f"{number}.jsonl"
        journal.write_bytes(start.read_bytes())
        code = run_in_process(run_until_killed, journey, journal, operation, times)
        point = {"after": f"{operation} #{times}", "signal": -code}
        run_in_process(print_outcome, point, journey, journal, before)


def print_outcome(point: dict[str, Any], *rerun: Any) -> None:  # noqa: ANN401  passed on
    """Print the result of one kill."""
    sys.stdout.write(json.dumps({**point, **run_again(*rerun)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
