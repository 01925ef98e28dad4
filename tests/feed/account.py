"""An account of task definitions in memory: it lists pages of 100 as ECS does, counts calls, and can fail."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from attrs import define, field

from ecs_steps.errors import AccessDeniedError, AwsCallError
from ecs_steps.feed.families import Families, run_inline
from ecs_steps.feed.images import Revision
from ecs_steps.feed.messages import Request, Response
from ecs_steps.feed.routes import answer
from ecs_steps.feed.source import Page
from ecs_steps.sandbox.timeline import Timeline, VirtualClock

T = TypeVar("T")

PAGE = 100
REGISTERED_AT = datetime(2026, 1, 5, 9, 30, 15, tzinfo=UTC)

THROTTLED = AwsCallError(
    what="ListTaskDefinitions was throttled",
    why="Rate exceeded (ThrottlingException)",
    operation="ListTaskDefinitions",
    code="ThrottlingException",
    transient=True,
    throttled=True,
)
UNREACHABLE = AwsCallError(
    what="ListTaskDefinitions did not reach AWS",
    why="Could not connect to the endpoint URL",
    operation="ListTaskDefinitions",
    code="EndpointConnectionError",
    transient=True,
)
EXPIRED = AwsCallError(
    what="ListTaskDefinitions was refused",
    why="The security token included in the request is expired (ExpiredTokenException)",
    operation="ListTaskDefinitions",
    code="ExpiredTokenException",
)
DENIED = AccessDeniedError(
    what="ListTaskDefinitions was denied",
    why="User: arn:aws:iam::123456789012:user/feed is not authorized to perform: ecs:ListTaskDefinitions",
    operation="ListTaskDefinitions",
    code="AccessDeniedException",
)
FAILURES = {"throttled": THROTTLED, "unreachable": UNREACHABLE, "expired": EXPIRED, "denied": DENIED}


def revision(family: str, number: int) -> Revision:
    arn = f"arn:aws:ecs:eu-west-1:123456789012:task-definition/{family}:{number}"
    return Revision(
        arn=arn,
        family=family,
        number=number,
        registered_at=REGISTERED_AT,
        registered_by="arn:aws:iam::123456789012:role/ci",
        images=(("web", f"acme/{family}:{number}"),),
    )


@define
class MemoryAccount:
    """A `Source`; `failure` is raised by every call, `before_call` is called ahead of each."""

    families: dict[str, list[int]]
    failure: Exception | None = None
    before_call: Callable[[str], None] = lambda _: None
    calls: Counter[str] = field(factory=Counter)

    def list_families(self, prefix: str, token: str) -> Page[str]:
        self._called("list_families")
        names = sorted(name for name, numbers in self.families.items() if numbers and name.startswith(prefix))
        return _page(names, token)

    def newest_revisions(self, family: str, token: str) -> Page[int]:
        self._called("newest_revisions")
        return _page(sorted(self.families.get(family, []), reverse=True), token)

    def describe(self, family: str, number: int) -> Revision | None:
        self._called("describe")
        return revision(family, number) if number in self.families.get(family, []) else None

    @property
    def call_count(self) -> int:
        return self.calls.total()

    def _called(self, operation: str) -> None:
        self.calls[operation] += 1
        self.before_call(operation)
        if self.failure:
            raise self.failure


@define
class Feed:
    """A feed of an account on a virtual clock, without a server."""

    account: MemoryAccount
    prefixes: Sequence[str] = ()
    clock: VirtualClock = field(factory=lambda: VirtualClock(Timeline()))
    families: Families = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.families = Families(
            source=self.account, prefixes=self.prefixes, clock=self.clock, spawn=run_inline
        )

    def get(self, path: str, *, method: str = "GET", accept: str = "") -> Response:
        target, _, query = path.partition("?")
        return answer(Request(method=method, path=target, query=query, accept=accept), self.families)


def feed_of(families: Mapping[str, Iterable[int]], *, prefixes: Sequence[str] = ()) -> Feed:
    """Return a feed of these families and revisions."""
    return Feed(MemoryAccount({name: list(numbers) for name, numbers in families.items()}), prefixes=prefixes)


def _page(items: list[T], token: str) -> Page[T]:
    start = int(token or 0)
    more = start + PAGE < len(items)
    return Page(items[start : start + PAGE], str(start + PAGE) if more else "")
