"""The families and revisions of one account and region, from memory where it is fresh enough.

A fresh list is served as it is; a stale one is refreshed by one thread, while other requests get the stale
list. Where AWS cannot be read, the last list is served for up to an hour. What was never read is an error,
never an empty list.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from threading import Lock, Thread
from typing import Generic, TypeVar

from attrs import define, field

from ecs_steps.clock import Clock, SystemClock
from ecs_steps.feed.images import Blob, Image, build_image
from ecs_steps.feed.listings import MAX_AGE, Bounded, FamilyList, RevisionList, compact
from ecs_steps.feed.messages import RegistryError, manifest_unknown, name_unknown, unavailable
from ecs_steps.feed.names import distinct_prefixes, docker_problems, is_shown
from ecs_steps.feed.source import Calls, Source

MAX_WAIT_FOR_FAMILIES = timedelta(seconds=20)
CHECK_INTERVAL = 0.1
RETRY_INTERVAL = timedelta(seconds=5)
MISS_TTL = timedelta(seconds=10)
MAX_PAGES = 100
"""Pages of one family's revisions: the 10,000 newest are shown."""
MAX_FAMILIES, MAX_MISSES, MAX_IMAGES = 10_000, 1_000, 2_000

Listing = TypeVar("Listing", FamilyList, RevisionList)

logger = logging.getLogger("ecs_steps.feed")


def start_thread(job: Callable[[], None]) -> None:
    """Do a job in the background of a server."""
    Thread(target=job, daemon=True).start()


def run_inline(job: Callable[[], None]) -> None:
    """Do a job at once, where there is no background: AWS Lambda freezes it between requests."""
    job()


@define(eq=False)
class _CachedList(Generic[Listing]):
    """What is known of one list: its last reading, and the failure since, if there was one."""

    listing: Listing | None = None
    failure: RegistryError | None = None
    retry_at: datetime | None = None
    lock: Lock = field(factory=Lock)

    def usable_listing(self, now: datetime) -> Listing | None:
        listing = self.listing
        return listing if listing and now - listing.read_at < MAX_AGE else None

    def needs_read(self, now: datetime) -> bool:
        if self.retry_at and now < self.retry_at:
            return False
        listing = self.listing
        return listing is None or not listing.is_fresh(now)

    def was_read(self, listing: Listing | None) -> None:
        self.listing, self.failure, self.retry_at = listing, None, None

    def failed(self, failure: RegistryError, retry_at: datetime) -> None:
        self.failure, self.retry_at = failure, retry_at


_Revisions = _CachedList[RevisionList]


@define(kw_only=True, eq=False)
class Families:
    """What the registry shows. Any number of threads may share it; AWS is called within a budget.

    `prefixes` is an allow-list: a family outside it does not exist, and costs no call. `spawn` refreshes the
    list of families in the background.
    """

    source: Source
    prefixes: Sequence[str] = field(default=(), converter=distinct_prefixes)
    clock: Clock = field(factory=SystemClock)
    spawn: Callable[[Callable[[], None]], None] = start_thread
    _calls: Calls = field(init=False)
    _names: _CachedList[FamilyList] = field(factory=_CachedList, init=False)
    _is_reading: bool = field(default=False, init=False)
    _families: Bounded[str, _Revisions] = field(factory=lambda: Bounded(MAX_FAMILIES), init=False)
    _unknown: Bounded[str, _Revisions] = field(factory=lambda: Bounded(MAX_MISSES), init=False)
    _missing: Bounded[tuple[str, int], datetime] = field(factory=lambda: Bounded(MAX_MISSES), init=False)
    _images: Bounded[tuple[str, int], Image] = field(factory=lambda: Bounded(MAX_IMAGES), init=False)
    _blobs: Bounded[tuple[str, str], Blob] = field(factory=lambda: Bounded(3 * MAX_IMAGES), init=False)

    def __attrs_post_init__(self) -> None:
        self._calls = Calls(clock=self.clock)

    def names(self) -> Sequence[str]:
        """Return all families, in the order of their code points.

        Waits up to 20 s for the first reading.

        Raises:
            RegistryError: Nothing could be read yet, or not for an hour.
        """
        self.refresh()
        give_up_at = self.clock.now() + MAX_WAIT_FOR_FAMILIES
        while (
            self._is_reading
            and self.clock.now() < give_up_at
            and not self._names.usable_listing(self.clock.now())
        ):
            self.clock.sleep(CHECK_INTERVAL)
        listing = self._names.usable_listing(self.clock.now())
        if listing is None:
            failure = self._names.failure or unavailable("the families are still being read from AWS")
            raise failure.copy()
        return listing.names

    def refresh(self) -> None:
        """Start to read the families, where that is due and nothing reads them yet."""
        with self._names.lock:
            if self._is_reading or not self._names.needs_read(self.clock.now()):
                return
            self._is_reading = True
        self.spawn(self._read_names)

    def revisions(self, family: str) -> Sequence[int]:
        """Return the ACTIVE revisions of a family, ascending; never none.

        Raises:
            RegistryError: NAME_UNKNOWN, or AWS could not be read.
        """
        self._check_shown(family)
        cached = self._unknown.get(family) or self._families.put(family, _CachedList())
        now = self.clock.now()
        must_wait = cached.usable_listing(now) is None
        # One thread reads; others wait for it only where there is nothing to serve.
        if (must_wait or cached.needs_read(now)) and cached.lock.acquire(blocking=must_wait):
            try:
                if cached.needs_read(self.clock.now()):
                    self._read_revisions(family, cached)
            finally:
                cached.lock.release()
        listing = cached.usable_listing(self.clock.now())
        if listing is None:
            raise (cached.failure or name_unknown(family)).copy()
        return listing.numbers

    def image(self, family: str, number: int) -> Image:
        """Return an ACTIVE revision as an image.

        Raises:
            RegistryError: NAME_UNKNOWN, MANIFEST_UNKNOWN, or AWS could not be read.
        """
        self._check_shown(family)
        key, cached = (family, number), self._families.get(family)
        if cached and (listing := cached.listing) and listing.rules_out(number):
            raise manifest_unknown(family, str(number))
        image = self._images.get(key)
        if image is None or self._is_unlisted(family, number):
            image = self._described(key, cached)
        for blob in image:
            # Also of an image that is known: the blobs that follow its manifest must not be forgotten first.
            self._blobs.put((family, blob.digest), blob)
        return image

    def blob(self, family: str, digest: str) -> Blob | None:
        """Return bytes of an image that was served: a digest cannot be turned back into a revision."""
        self._check_shown(family)
        return self._blobs.get((family, digest))

    def _check_shown(self, family: str) -> None:
        if not is_shown(family, self.prefixes):
            raise name_unknown(family)

    def _is_unlisted(self, family: str, number: int) -> bool:
        """Return whether the last list of a family, where there is one, lacks a revision."""
        cached = self._families.get(family)
        listing = cached.listing if cached else None
        return number not in listing.numbers if listing else self._unknown.get(family) is not None

    def _described(self, key: tuple[str, int], cached: _Revisions | None) -> Image:
        family, number = key
        missing_until = self._missing.get(key)
        if missing_until is None or missing_until <= self.clock.now():
            self._missing.drop(key)
            if revision := self._calls.call(partial(self.source.describe, family, number)):
                return self._images.put(key, build_image(revision))
            self._images.drop(key)
            self._missing.put(key, self.clock.now() + MISS_TTL)
            if cached and (listing := cached.listing):
                cached.listing = listing.without(number)
        if (names := self._names.listing) and not names.holds(family):
            raise name_unknown(family)
        raise manifest_unknown(family, str(number))

    def _read_names(self) -> None:
        try:
            names: set[str] = set()
            pages = 0
            for prefix in self.prefixes or ("",):
                for page in self._calls.pages(partial(self.source.list_families, prefix)):
                    pages += 1
                    names.update(name for name in page if is_shown(name, self.prefixes))
            if self._names.listing is None:
                _warn_of_names(sorted(names))
            with self._names.lock:
                self._names.was_read(FamilyList(names=sorted(names), pages=pages, read_at=self.clock.now()))
        except RegistryError as error:
            self._names.failed(error, self.clock.now() + RETRY_INTERVAL)
            logger.warning("The families could not be read: %s", error.message)
        finally:
            self._is_reading = False

    def _read_revisions(self, family: str, cached: _Revisions) -> None:
        try:
            listing = self._list_revisions(family, cached.listing)
        except RegistryError as error:
            cached.failed(error, self.clock.now() + RETRY_INTERVAL)
            logger.warning("The revisions of %s could not be read: %s", family, error.message)
            return
        cached.was_read(listing)
        if listing:
            self._unknown.drop(family)
            self._families.put(family, cached)
        else:
            cached.failed(name_unknown(family), self.clock.now() + MISS_TTL)
            self._families.drop(family)
            self._unknown.put(family, cached)
        with self._names.lock:
            if names := self._names.listing:
                self._names.listing = names.with_name(family) if listing else names.without(family)

    def _list_revisions(self, family: str, before: RevisionList | None) -> RevisionList | None:
        now = self.clock.now()
        numbers: list[int] = []
        pages = 0
        for page in self._calls.pages(partial(self.source.newest_revisions, family)):
            pages += 1
            numbers += page
            if before and not before.needs_full_read(now) and page and min(page) <= before.numbers[-1]:
                return before.merged(numbers, now)
            if pages == MAX_PAGES:
                logger.warning("%s has more revisions than are shown: the newest %d", family, len(numbers))
                break
        if not numbers:
            return None
        return RevisionList(numbers=compact(sorted(numbers)), pages=pages, read_at=now, full_at=now)


def _warn_of_names(names: Sequence[str]) -> None:
    if problems := docker_problems(names):
        logger.warning(
            "Docker's own clients cannot address %d of %d families (%s is one, it %s); "
            "`ecs-steps feed --check` lists them",
            len(problems),
            len(names),
            *next(iter(problems.items())),
        )
