"""What has been read of ECS, when to read it again, and how much of it is kept.

Revision numbers are never reused, so a list only grows at its end, or loses members that were deregistered.
The newest page therefore brings a list up to date; all of it is read less often, to find deregistrations.
"""

from array import array
from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from attrs import define, evolve, field, frozen

K = TypeVar("K")
V = TypeVar("V")

REVISIONS_TTL = timedelta(seconds=30)
FULL_READ_TTL = timedelta(minutes=10)
FULL_READ_TTL_OF_A_PAGE = timedelta(minutes=6)
FAMILIES_TTL = timedelta(seconds=60)
MAX_FAMILIES_TTL = timedelta(minutes=5)
FAMILIES_TTL_OF_A_PAGE = timedelta(seconds=6)
MAX_AGE = timedelta(hours=1)
"""How old a list may get while AWS cannot be read."""


@frozen(kw_only=True)
class FamilyList:
    """The names of all families, in the order of their code points; `pages` is how many calls that took."""

    names: Sequence[str]
    pages: int
    read_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Return whether it needs no refresh: 60 s for up to 10 pages, 5 min for 50 or more."""
        ttl = min(max(FAMILIES_TTL, self.pages * FAMILIES_TTL_OF_A_PAGE), MAX_FAMILIES_TTL)
        return now - self.read_at < ttl

    def holds(self, family: str) -> bool:
        return _holds(self.names, family)

    def with_name(self, family: str) -> "FamilyList":
        """Return it with a family that is younger than the list."""
        if self.holds(family):
            return self
        names = list(self.names)
        insort(names, family)
        return evolve(self, names=names)

    def without(self, family: str) -> "FamilyList":
        return evolve(self, names=[name for name in self.names if name != family])


@frozen(kw_only=True)
class RevisionList:
    """The ACTIVE revisions of a family, ascending; `full_at` is when all of them were read."""

    numbers: Sequence[int]
    pages: int
    read_at: datetime
    full_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return now - self.read_at < REVISIONS_TTL

    def needs_full_read(self, now: datetime) -> bool:
        """Return whether to read all of it: after 10 min, or 6 min for each page of a long one.

        A trigger reads each family every three minutes; with that, a hundred families of five pages cost
        less than one call a second.
        """
        return now - self.full_at >= max(FULL_READ_TTL, self.pages * FULL_READ_TTL_OF_A_PAGE)

    def rules_out(self, number: int) -> bool:
        """Return whether a revision is known to be inactive: within what was read, and not listed."""
        return self.numbers[0] <= number <= self.numbers[-1] and not _holds(self.numbers, number)

    def merged(self, newest: Iterable[int], now: datetime) -> "RevisionList":
        """Return it with all that ECS listed down to a number that was known: that range is replaced."""
        page = sorted(newest)
        older = self.numbers[: bisect_left(self.numbers, page[0])]
        return evolve(self, numbers=compact([*older, *page]), read_at=now)

    def without(self, number: int) -> "RevisionList | None":
        """Return it without a revision; none where that was the only one."""
        numbers = compact(each for each in self.numbers if each != number)
        return evolve(self, numbers=numbers) if numbers else None


def compact(numbers: Iterable[int]) -> Sequence[int]:
    """Return numbers in four bytes each: a gateway may hold millions."""
    return array("I", numbers)


def _holds(ordered: Sequence[str] | Sequence[int], wanted: str | int) -> bool:
    index = bisect_left(ordered, wanted)
    return index < len(ordered) and ordered[index] == wanted


@define(eq=False)
class Bounded(Generic[K, V]):
    """A mapping that forgets what was not used for longest; any number of threads may share it."""

    limit: int
    _values: OrderedDict[K, V] = field(factory=OrderedDict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """Return a value and count that as its use."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep a value unless there is one; return the one that is kept."""
        with self._lock:
            kept = self._values.setdefault(key, value)
            self._values.move_to_end(key)
            while len(self._values) > self.limit:
                self._values.popitem(last=False)
            return kept

    def drop(self, key: K) -> None:
        with self._lock:
            self._values.pop(key, None)
