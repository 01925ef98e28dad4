"""A journey that is killed after a call, and gone once more by a process that knows nothing of it.

``python -m faults.kills STEP NAME FOLDER`` prints what came of it as JSON, a line for each kill.
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
from faults.account import deployed_since, inventory
from faults.journeys import JOURNEYS, Journey, go, ready, undisturbed
from faults.matrix import UNCHANGING


def kill_points(journey: Journey) -> Iterator[tuple[str, int]]:
    """Yield the calls of a journey in turn: an operation, and how often it was made by then."""
    made: Counter[str] = Counter()
    for name in (call.operation for call in undisturbed(journey).calls):
        made[name] += 1
        yield name, made[name]


def in_a_process(act: Callable[..., None], *arguments: object) -> int:
    """Carry something out in a process of its own; return its exit code, minus the signal that ended it."""
    process = get_context("fork").Process(target=act, args=arguments)
    process.start()
    process.join()
    return process.exitcode or 0


def killed(journey: Journey, journal: Path, operation: str, times: int) -> None:
    """Go a journey until an operation has been answered so many times; there this process ends."""
    left = times

    def count(**_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            # In AWS time has gone on since the last change.
            Journal(journal).ended(aws.clock.now())
            os.kill(os.getpid(), signal.SIGKILL)

    with Sandbox(journey.scenario, journal=journal) as aws:
        aws.session.register(f"response-received.*.{operation}", count)
        go(journey, aws)


def gone_again(journey: Journey, journal: Path, before: dict[str, Any]) -> dict[str, Any]:
    """Go a journey again where nothing is wrong, and return what came of it as plain data."""
    with Sandbox("healthy", journal=journal) as aws:
        again = go(journey, aws)
        there = inventory(journey.step, aws)
        contents = list(there.revisions.values())
        return {
            "outcome": again.result.outcome if isinstance(again.result, Result) else repr(again.error),
            "changes": [call.operation for call in again.calls if not call.operation.startswith(UNCHANGING)],
            "stacks": len(there.stacks),
            "new": sorted(there.revisions.keys() - set(before["revisions"])),
            "equal": max(map(contents.count, contents)),
            "deployed": list(deployed_since(before["at"], journey.step, aws)),
            "deployed_again": list(deployed_since(again.begun, journey.step, aws)),
            "runs": service(journey.step, aws)["taskDefinition"],
            "serves": is_serving(journey.step, aws, service(journey.step, aws)["taskDefinition"]),
        }


def main(step: str, name: str, folder: Path) -> None:
    """Kill a journey after each of its calls in turn, go it again, and print what came of it."""
    journey = next(each for each in JOURNEYS if (each.step, each.name) == (step, name))
    start = folder / "start.jsonl"
    with Sandbox(journal=start) as aws:
        ready(journey, aws)
        before = {"at": aws.clock.now(), "revisions": list(inventory(journey.step, aws).revisions)}
    for number, (operation, times) in enumerate(kill_points(journey)):
        journal = folder / f"{number}.jsonl"
        journal.write_bytes(start.read_bytes())
        code = in_a_process(killed, journey, journal, operation, times)
        point = {"after": f"{operation} #{times}", "signal": -code}
        in_a_process(tell, point, journey, journal, before)


def tell(point: dict[str, Any], *again: Any) -> None:  # noqa: ANN401  passed on
    """Print what came of one kill."""
    sys.stdout.write(json.dumps({**point, **gone_again(*again)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
