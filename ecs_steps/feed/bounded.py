"""A mapping that forgets what was not used for longest."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

from attrs import define, field

K = TypeVar("K")
V = TypeVar("V")


@define(eq=False)
class Bounded(Generic[K, V]):
    """At most `limit` values; any number of threads may share it."""

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
