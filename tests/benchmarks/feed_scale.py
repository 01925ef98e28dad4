"""What a feed of 5,000 families with 500 revisions each costs: calls, latency, memory.

A process of its own, so that its memory is the feed's: ``python feed_scale.py`` prints JSON. Time is virtual
where AWS is waited for, and real where the feed itself works. AWS lists pages of 100 and throttles as ECS.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import define, field

from benchmarks.measuring import Contender
from benchmarks.tables import table
from ecs_steps.clock import Clock
from ecs_steps.errors import AwsCallError
from ecs_steps.feed.ecs_source import ecs_source
from ecs_steps.feed.families import Families, run_inline
from ecs_steps.feed.images import Revision
from ecs_steps.feed.messages import Request, Response
from ecs_steps.feed.routes import answer
from ecs_steps.feed.source import Page
from ecs_steps.sandbox.timeline import Timeline, VirtualClock

FAMILIES, REVISIONS, PAGE = 5_000, 500, 100
TRIGGER_FAMILIES, TRIGGER_INTERVAL, POLLS = 100, timedelta(minutes=3), 20
READS_AT_ONCE, READS_A_SECOND = 50, 20
"""ECS' own limit of these calls, for an account and region."""


@define
class LargeAccount:
    """A `Source` that holds nothing: names and numbers are counted off."""

    clock: Clock
    calls: int = 0
    throttled: int = 0
    _left: float = READS_AT_ONCE
    _filled_at: float = field(default=0.0)

    def list_families(self, prefix: str, token: str) -> Page[str]:
        self._take()
        start = int(token or 0)
        names = [family(number) for number in range(start, min(start + PAGE, FAMILIES))]
        more = start + PAGE < FAMILIES
        return Page([name for name in names if name.startswith(prefix)], str(start + PAGE) if more else "")

    def newest_revisions(self, family: str, token: str) -> Page[int]:
        del family
        self._take()
        last = int(token or REVISIONS)
        return Page(range(last, last - PAGE, -1), str(last - PAGE) if last > PAGE else "")

    def describe(self, family: str, number: int) -> Revision | None:
        raise NotImplementedError((family, number))

    def _take(self) -> None:
        self.calls += 1
        now = self.clock.now().timestamp()
        self._left = min(READS_AT_ONCE, self._left + (now - self._filled_at) * READS_A_SECOND)
        self._filled_at = now
        if self._left < 1:
            self.throttled += 1
            raise AwsCallError(
                what="throttled", operation="ListTaskDefinitions", code="ThrottlingException", throttled=True
            )
        self._left -= 1


def family(number: int) -> str:
    """Return the name of a family; they are in order."""
    return f"team-{number // 50:03}-service-{number:05}"


@define
class Scale:
    """A feed of the large account, and what each thing that Octopus does costs there."""

    clock: VirtualClock = field(factory=lambda: VirtualClock(Timeline()))
    account: LargeAccount = field(init=False)
    families: Families = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.account = LargeAccount(self.clock)
        self.families = Families(source=self.account, clock=self.clock, spawn=run_inline)

    def get(self, path: str) -> Response:
        target, _, query = path.partition("?")
        response = answer(Request(path=target, query=query), self.families)
        assert response.status == 200, response
        return response

    def search(self) -> None:
        """Walk the whole catalog, as a search for a name that there is not does."""
        last = ""
        while page := json.loads(self.get(f"/v2/_catalog?n={PAGE}&last={last}").body)["repositories"]:
            last = page[-1]

    def list_versions(self, of: str = family(7)) -> None:
        """Read every page of the versions of one family."""
        last = ""
        while page := json.loads(self.get(f"/v2/{of}/tags/list?n={PAGE}&last={last}").body)["tags"]:
            last = page[-1]

    def poll(self) -> None:
        """Evaluate triggers of a hundred families, every three minutes."""
        for _ in range(POLLS):
            due = self.clock.now() + TRIGGER_INTERVAL
            for number in range(TRIGGER_FAMILIES):
                self.list_versions(family(number))
            self.clock.sleep(max(0.0, (due - self.clock.now()).total_seconds()))

    def list_everything(self) -> None:
        """Read the versions of every family: the most that the feed can be made to remember."""
        for number in range(FAMILIES):
            self.list_versions(family(number))

    def cost(self, work: Callable[[], None]) -> dict[str, float]:
        """Return calls, virtual seconds, and seconds of the feed's own."""
        calls, begun_there, begun = self.account.calls, self.clock.now(), time.perf_counter()
        work()
        return {
            "calls": self.account.calls - calls,
            "virtual seconds": (self.clock.now() - begun_there).total_seconds(),
            "seconds": time.perf_counter() - begun,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def measured() -> dict[str, dict[str, float]]:
    """Do what Octopus does, in turn."""
    # What it costs to have botocore is part of what the feed costs.
    ecs_source(region="eu-west-1")
    scale = Scale()
    costs = {
        "first search (reads all families)": scale.cost(scale.search),
        "search": scale.cost(scale.search),
        "first version list": scale.cost(scale.list_versions),
        "version list": scale.cost(scale.list_versions),
        "first trigger polls, for an hour": scale.cost(scale.poll),
        "trigger polls, for an hour": scale.cost(scale.poll),
        "versions of all families": scale.cost(scale.list_everything),
    }
    return costs | {"throttled": {"calls": scale.account.throttled}}


def feed_scale(_rounds: int) -> str:
    """Return a table of what a large account costs."""
    with TemporaryDirectory() as folder:
        costs = run_apart(Path(folder))
    head = [
        "5,000 families, 500 revisions each",
        "AWS calls",
        "a second",
        "waited for AWS",
        "own time",
        "peak",
    ]
    rows = [_row(name, cost) for name, cost in costs.items() if name != "throttled"]
    return table(head, rows) + f"\n\nCalls that ECS throttled: {costs['throttled']['calls']:.0f}."


def run_apart(folder: Path) -> Mapping[str, Mapping[str, float]]:
    """Measure in a process of its own; `folder` is where it prints."""
    tests = Path(__file__).parent.parent
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tests)}
    Contender(command=lambda: [sys.executable, __file__], environment=environment, folder=folder).run()
    costs: dict[str, dict[str, float]] = json.loads((folder / "printed").read_text())
    return costs


def _row(name: str, cost: Mapping[str, float]) -> list[str]:
    seconds = cost["virtual seconds"]
    return [
        name,
        f"{cost['calls']:,.0f}",
        f"{cost['calls'] / seconds:.2f}" if seconds else "-",
        f"{seconds:,.0f} s",
        f"{1000 * cost['seconds']:,.1f} ms",
        f"{cost['peak']:.0f} MiB",
    ]


if __name__ == "__main__":
    print(json.dumps(measured()))  # noqa: T201  its result
