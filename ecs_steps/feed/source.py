"""AWS, as the feed needs it, and how often it may be called.

ECS lets an account read task definitions 20 times a second, deployments included; the feed uses a quarter.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import Generic, Protocol, TypeVar

import tenacity
from attrs import define, field, frozen

from ecs_steps.clock import Clock
from ecs_steps.errors import AccessDeniedError, AwsCallError
from ecs_steps.feed.images import Revision
from ecs_steps.feed.messages import RegistryError, unavailable

T = TypeVar("T")

CALLS_A_SECOND = 5.0
CALLS_AT_ONCE = 10.0
MAX_WAIT = 10.0
"""Seconds that a request waits for its call."""
MAX_ATTEMPTS = 3
MAX_REASON = 1000


@frozen
class Page(Generic[T]):
    """What one call lists; `next_token` is empty on the last page."""

    items: Sequence[T]
    next_token: str = ""


class Source(Protocol):
    """AWS, as the feed needs it: each method is one call, and raises `AwsCallError`."""

    def list_families(self, prefix: str, token: str) -> Page[str]:
        """List families with an ACTIVE revision whose names begin with `prefix`."""

    def newest_revisions(self, family: str, token: str) -> Page[int]:
        """List the ACTIVE revisions of exactly this family, newest first."""

    def describe(self, family: str, number: int) -> Revision | None:
        """Return a revision; none where there is none, or it is not ACTIVE."""


@define(eq=False)
class Budget:
    """A token bucket; a call waits for its token."""

    clock: Clock
    _left: float = CALLS_AT_ONCE
    _filled_at: datetime = field(init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def __attrs_post_init__(self) -> None:
        self._filled_at = self.clock.now()

    def consume(self) -> bool:
        """Consume one call, after a wait if necessary; false where the wait would be too long."""
        with self._lock:
            now = self.clock.now()
            refilled = (now - self._filled_at).total_seconds() * CALLS_A_SECOND
            self._left, self._filled_at = min(CALLS_AT_ONCE, self._left + refilled), now
            wait = (1 - self._left) / CALLS_A_SECOND
            if wait > MAX_WAIT:
                return False
            self._left -= 1
        if wait > 0:
            self.clock.sleep(wait)
        return True


@define(kw_only=True, eq=False)
class Calls:
    """Calls within a budget; they fail as the registry's errors."""

    clock: Clock
    _budget: Budget = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._budget = Budget(self.clock)

    def pages(self, read: Callable[[str], Page[T]]) -> Iterator[Sequence[T]]:
        """Yield the items of all pages; each is a call of its own.

        Raises:
            RegistryError: As `call`.
        """
        token = ""
        while True:
            page = self.call(partial(read, token))
            yield page.items
            token = page.next_token
            if not token:
                return

    def call(self, read: Callable[[], T]) -> T:
        """Make a call; where AWS throttles it, up to twice more after a pause.

        Raises:
            RegistryError: DENIED, TOOMANYREQUESTS where the budget is used up, or UNAVAILABLE.
        """

        def call_once() -> T:
            if not self._budget.consume():
                raise _BUDGET_USED_UP.copy()
            return read()

        try:
            return tenacity.Retrying(
                retry=tenacity.retry_if_exception(lambda e: isinstance(e, AwsCallError) and e.throttled),
                stop=tenacity.stop_after_attempt(MAX_ATTEMPTS),
                wait=tenacity.wait_exponential(),
                sleep=self.clock.sleep,
                reraise=True,
            )(call_once)
        except AccessDeniedError as error:
            raise RegistryError(status=HTTPStatus.FORBIDDEN, code="DENIED", message=_reason(error)) from error
        except AwsCallError as error:
            raise unavailable(_reason(error)) from error


_BUDGET_USED_UP = RegistryError(
    status=HTTPStatus.TOO_MANY_REQUESTS,
    code="TOOMANYREQUESTS",
    message="the feed's own budget of calls to AWS is used up",
    headers={"Retry-After": str(round(MAX_WAIT))},
)


def _reason(error: AwsCallError) -> str:
    return " ".join(str(error).split())[:MAX_REASON]
