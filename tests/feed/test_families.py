"""The cache: when ECS is read, and what is served while it cannot be."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from attrs import field, frozen

from ecs_steps.feed.families import Families
from ecs_steps.feed.messages import RegistryError
from ecs_steps.feed.names import distinct_prefixes, docker_problems
from ecs_steps.feed.source import CALLS_A_SECOND, CALLS_AT_ONCE, Budget
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from feed.account import DENIED, FAILURES, THROTTLED, UNREACHABLE, Feed, MemoryAccount, feed_of


def shop() -> Feed:
    return feed_of({"orders": range(1, 451), "billing": [7]})


@frozen
class Jobs:
    """Jobs of the background that have not begun."""

    waiting: list[Callable[[], None]] = field(factory=list)

    def put(self, job: Callable[[], None]) -> None:
        self.waiting.append(job)

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop()()


def test_families_are_read_once_a_minute() -> None:
    feed = shop()

    for _ in range(59):
        feed.families.names()
        feed.clock.sleep(1)

    assert feed.account.calls == {"list_families": 1}
    feed.clock.sleep(1)
    feed.families.names()
    assert feed.account.calls == {"list_families": 2}


@pytest.mark.parametrize(("pages", "seconds"), [(1, 60), (10, 60), (25, 150), (50, 300), (60, 300)])
def test_a_long_list_of_families_is_read_less_often(pages: int, seconds: int) -> None:
    feed = feed_of({f"family-{number}": [1] for number in range(100 * pages)})
    feed.families.names()

    feed.clock.sleep(seconds - 0.5)
    feed.families.names()
    assert feed.account.call_count == pages
    feed.clock.sleep(0.5)
    feed.families.names()
    assert feed.account.call_count == 2 * pages


def test_others_get_the_stale_list_while_one_reads() -> None:
    jobs, clock = Jobs(), VirtualClock(Timeline())
    account = MemoryAccount({"orders": [1]})
    families = Families(source=account, clock=clock, spawn=jobs.put)
    families.refresh()
    jobs.run()
    account.families["billing"] = [1]
    clock.sleep(61)

    assert families.names() == ["orders"]
    assert families.names() == ["orders"]
    assert len(jobs.waiting) == 1
    jobs.run()
    assert families.names() == ["billing", "orders"]


def test_the_first_reading_is_waited_for_twenty_seconds() -> None:
    jobs, clock = Jobs(), VirtualClock(Timeline())
    families = Families(source=MemoryAccount({"orders": [1]}), clock=clock, spawn=jobs.put)
    begun = clock.now()

    with pytest.raises(RegistryError) as raised:
        families.names()

    assert raised.value.status == 503
    assert clock.now() - begun == pytest.approx(timedelta(seconds=20), abs=timedelta(seconds=0.2))


@pytest.mark.parametrize("failure", FAILURES)
def test_stale_families_are_served_for_an_hour(failure: str) -> None:
    feed = shop()
    feed.families.names()
    feed.account.failure = FAILURES[failure]

    feed.clock.sleep(59 * 60)
    assert feed.families.names() == ["billing", "orders"]
    feed.clock.sleep(60)
    with pytest.raises(RegistryError) as raised:
        feed.families.names()
    assert raised.value.status in {403, 503}


@pytest.mark.parametrize("failure", FAILURES)
def test_stale_revisions_are_served_for_an_hour(failure: str) -> None:
    feed = shop()
    feed.families.revisions("billing")
    feed.account.failure = FAILURES[failure]

    feed.clock.sleep(59 * 60)
    assert list(feed.families.revisions("billing")) == [7]
    feed.clock.sleep(61)
    with pytest.raises(RegistryError) as raised:
        feed.families.revisions("billing")
    assert raised.value.status in {403, 503}


def test_what_was_idle_for_long_is_read_before_it_is_served() -> None:
    feed = shop()
    feed.families.names()
    feed.families.revisions("billing")
    feed.account.families |= {"young": [1], "billing": [7, 8]}
    feed.clock.sleep(8 * 60 * 60)

    assert feed.families.names() == ["billing", "orders", "young"]
    assert list(feed.families.revisions("billing")) == [7, 8]


@pytest.mark.parametrize("read", [Families.names, lambda families: families.revisions("billing")])
def test_a_failed_reading_is_tried_again_after_five_seconds(read: Callable[[Families], object]) -> None:
    feed = shop()
    feed.account.failure = UNREACHABLE

    for _ in range(5):
        with pytest.raises(RegistryError):
            read(feed.families)
        feed.clock.sleep(0.9)
    assert feed.account.call_count == 1
    feed.clock.sleep(1)
    feed.account.failure = None
    read(feed.families)
    assert feed.account.call_count == 2


def test_a_throttled_call_is_tried_three_times() -> None:
    feed = shop()
    feed.account.failure = THROTTLED
    begun = feed.clock.now()

    with pytest.raises(RegistryError):
        feed.families.revisions("billing")

    assert feed.account.call_count == 3
    assert feed.clock.now() - begun == timedelta(seconds=3)


def test_the_newest_page_brings_revisions_up_to_date() -> None:
    feed = shop()
    feed.families.revisions("orders")
    assert feed.account.calls == {"newest_revisions": 5}
    feed.account.families["orders"] += [451, 452]

    assert feed.families.revisions("orders")[-1] == 450
    feed.clock.sleep(30)
    assert list(feed.families.revisions("orders")) == list(range(1, 453))
    assert feed.account.calls == {"newest_revisions": 6}


def test_a_hundred_new_revisions_are_read_page_by_page() -> None:
    feed = shop()
    feed.families.revisions("orders")
    feed.account.families["orders"] += range(451, 651)
    feed.clock.sleep(30)

    assert list(feed.families.revisions("orders")) == list(range(1, 651))
    assert feed.account.calls == {"newest_revisions": 5 + 3}


def test_deregistered_revisions_are_found_at_once_on_the_newest_page_and_later_on_others() -> None:
    feed = feed_of({"orders": range(1, 151)})
    feed.families.revisions("orders")
    for deleted in (10, 140):
        feed.account.families["orders"].remove(deleted)

    feed.clock.sleep(30)
    assert set(range(1, 151)) - set(feed.families.revisions("orders")) == {140}
    feed.clock.sleep(12 * 60)
    assert set(range(1, 151)) - set(feed.families.revisions("orders")) == {10, 140}


def test_a_short_list_is_read_as_a_whole_after_ten_minutes() -> None:
    feed = feed_of({"orders": range(1, 101)})
    feed.families.revisions("orders")
    feed.clock.sleep(10 * 60)
    feed.account.families["orders"].remove(1)

    assert 1 not in feed.families.revisions("orders")


def test_a_family_without_active_revisions_has_vanished() -> None:
    feed = shop()
    feed.families.names()
    feed.families.revisions("billing")
    feed.account.families["billing"] = []
    feed.clock.sleep(31)

    with pytest.raises(RegistryError) as raised:
        feed.families.revisions("billing")

    assert raised.value.code == "NAME_UNKNOWN"
    assert feed.families.names() == ["orders"]


def test_a_family_that_is_younger_than_the_list_is_found() -> None:
    feed = shop()
    feed.families.names()
    feed.account.families["young"] = [1]

    assert list(feed.families.revisions("young")) == [1]
    assert feed.families.names() == ["billing", "orders", "young"]


def test_an_unknown_name_is_looked_up_once_in_ten_seconds() -> None:
    feed = shop()

    for _ in range(9):
        with pytest.raises(RegistryError):
            feed.families.revisions("nothing")
        feed.clock.sleep(1)
    assert feed.account.call_count == 1
    feed.clock.sleep(1)
    feed.account.families["nothing"] = [1]
    assert list(feed.families.revisions("nothing")) == [1]


def test_a_scan_for_names_is_remembered_up_to_a_bound() -> None:
    feed = shop()

    for number in range(3000):
        with pytest.raises(RegistryError):
            feed.families.revisions(f"guess-{number}")

    assert len(feed.families._unknown) == 1000
    assert len(feed.families._families) == 0


def test_a_revision_is_described_once() -> None:
    feed = shop()

    images = [feed.families.image("orders", 42) for _ in range(10)]

    assert len({image.docker_manifest.body for image in images}) == 1
    assert feed.account.calls == {"describe": 1}


def test_what_is_remembered_of_images_is_bounded_and_their_bytes_are_the_same_again() -> None:
    feed = feed_of({"orders": range(1, 3001)})
    first = feed.families.image("orders", 1)

    for number in range(1, 3001):
        feed.families.image("orders", number)
    again = feed.families.image("orders", 1)

    assert len(feed.families._images) == 2000
    assert len(feed.families._blobs) <= 6000
    assert again == first
    assert again is not first


def test_the_blobs_of_a_manifest_that_is_served_again_can_be_read() -> None:
    feed = feed_of({"orders": range(1, 3001)})
    for number in range(1, 3001):
        feed.families.image("orders", number)
        often = feed.families.image("orders", 1)

    assert all(feed.families.blob("orders", blob.digest) == blob for blob in often)


@pytest.mark.parametrize("number", [1, 2, 3], ids=["oldest", "between", "newest"])
def test_a_revision_that_was_deregistered_is_forgotten(number: int) -> None:
    feed = feed_of({"orders": [1, 2, 3]})
    feed.families.revisions("orders")
    feed.families.image("orders", number)
    feed.account.families["orders"].remove(number)
    feed.clock.sleep(601)
    feed.families.revisions("orders")

    with pytest.raises(RegistryError) as raised:
        feed.families.image("orders", number)

    assert raised.value.code == "MANIFEST_UNKNOWN"


def test_the_revisions_of_a_family_that_has_vanished_are_forgotten() -> None:
    feed = feed_of({"orders": [7], "billing": [1]})
    feed.families.names()
    feed.families.image("orders", 7)
    feed.account.families["orders"] = []

    for path in ("/v2/orders/tags/list", "/v2/orders/manifests/7"):
        response = feed.get(path)
        assert (response.status, b"NAME_UNKNOWN" in response.body) == (404, True)


def test_a_revision_that_ecs_calls_inactive_leaves_the_list() -> None:
    feed = feed_of({"orders": [1, 2, 3]})
    feed.families.revisions("orders")
    feed.account.families["orders"].remove(2)

    for _ in range(3):
        with pytest.raises(RegistryError):
            feed.families.image("orders", 2)

    assert list(feed.families.revisions("orders")) == [1, 3]
    assert feed.account.calls["describe"] == 1


def test_the_last_revision_of_a_family_leaves_no_empty_list() -> None:
    feed = feed_of({"orders": [7]})
    feed.families.revisions("orders")
    feed.account.families["orders"] = []

    for read in (lambda: feed.families.image("orders", 7), lambda: feed.families.revisions("orders")):
        with pytest.raises(RegistryError) as raised:
            read()
        assert raised.value.status == 404


def test_a_prefix_is_an_allow_list() -> None:
    feed = feed_of({"shop-web": [1], "shop-api": [1], "bank": [1], "ops-x": [2]}, prefixes=["shop-", "ops-"])

    assert feed.families.names() == ["ops-x", "shop-api", "shop-web"]
    assert feed.account.calls == {"list_families": 2}
    for read in (feed.families.revisions, lambda name: feed.families.image(name, 1)):
        with pytest.raises(RegistryError) as raised:
            read("bank")
        assert raised.value.code == "NAME_UNKNOWN"
    assert feed.account.call_count == 2


def test_prefixes_that_others_cover_are_not_listed_twice() -> None:
    assert distinct_prefixes(["shop-", "shop-web", "ops", "shop-"]) == ("ops", "shop-")


def test_the_budget_is_five_calls_a_second_after_ten_at_once() -> None:
    clock = VirtualClock(Timeline())
    budget, begun = Budget(clock), clock.now()

    consumed = [budget.consume() for _ in range(110)]

    assert all(consumed)
    assert (CALLS_AT_ONCE, CALLS_A_SECOND) == (10, 5)
    assert clock.now() - begun == pytest.approx(timedelta(seconds=20), abs=timedelta(seconds=0.01))


def test_a_request_that_would_wait_longer_than_ten_seconds_is_too_many() -> None:
    feed = shop()
    feed.families._calls._budget._left = -50

    with pytest.raises(RegistryError) as raised:
        feed.families.revisions("billing")

    assert (raised.value.status, raised.value.code) == (429, "TOOMANYREQUESTS")
    assert raised.value.headers == {"Retry-After": "10"}
    assert feed.account.call_count == 0


def test_one_thread_reads_and_the_others_wait_for_it() -> None:
    released = Event()

    def wait(_: str) -> None:
        assert released.wait(10)

    account = MemoryAccount({"orders": [1, 2]}, before_call=wait)
    families = Families(source=account)
    together, read = Barrier(9), []

    def read_revisions() -> None:
        together.wait()
        read.append(list(families.revisions("orders")))

    threads = [Thread(target=read_revisions) for _ in range(8)]
    for thread in threads:
        thread.start()
    together.wait()
    released.set()
    for thread in threads:
        thread.join()

    assert read == [[1, 2]] * 8
    assert account.call_count == 1


def test_an_ordinary_walk_of_three_hundred_requests_costs_few_calls() -> None:
    feed = feed_of({f"shop-{number:02}": range(1, 41) for number in range(12)})

    requests = 0
    while requests < 300:
        names = feed.families.names()
        for name in names:
            feed.families.revisions(name)
        requests += 1 + len(names)
        feed.clock.sleep(1)

    assert feed.account.call_count <= 20


def test_a_trigger_over_a_hundred_families_costs_less_than_a_call_a_second() -> None:
    feed = feed_of({f"family-{number:03}": range(1, 501) for number in range(100)})
    _poll(feed)
    feed.account.calls.clear()
    begun = feed.clock.now()

    for _ in range(40):
        _poll(feed)

    assert feed.account.call_count / (feed.clock.now() - begun).total_seconds() < 1


def _poll(feed: Feed) -> None:
    due = feed.clock.now() + timedelta(minutes=3)
    feed.families.names()
    for number in range(100):
        feed.families.revisions(f"family-{number:03}")
    feed.clock.sleep(max(0.0, (due - feed.clock.now()).total_seconds()))


def test_a_denial_is_remembered_as_any_other_failure() -> None:
    feed = shop()
    feed.account.failure = DENIED

    with pytest.raises(RegistryError) as raised:
        feed.families.names()

    assert (raised.value.status, raised.value.code) == (403, "DENIED")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("orders", ""),
        ("a__b", ""),
        ("a--b", ""),
        ("OrdersApi", "has upper case letters"),
        ("-x-", "has - or _ at an end, or too many in a row"),
        ("x_-y", "has - or _ at an end, or too many in a row"),
        ("a___b", "has - or _ at an end, or too many in a row"),
    ],
)
def test_docker_cannot_address_every_family(name: str, problem: str) -> None:
    assert docker_problems([name]).get(name, "") == problem


def test_families_that_differ_by_case_are_named() -> None:
    problems = docker_problems(["orders", "Orders", "billing"])

    assert problems == {
        "orders": "differs from another family by case only",
        "Orders": "has upper case letters; differs from another family by case only",
    }
