"""The feed as Octopus sees it, by a client that shares nothing with it."""

from collections.abc import Iterator

import pytest

from feed.account import feed_of
from feed.serving import PASSWORD, USERNAME, MakeServer, serving, threaded, waitress
from feed.strict_octopus import Paging, StrictOctopus

FAMILIES = {f"shop-{number:03}": range(1, 4) for number in range(230)} | {
    "orders": range(1, 251),
    "OrdersApi": [9, 10],
    "-x-": [1],
}


@pytest.fixture(scope="module", params=[waitress, threaded], ids=["waitress", "threaded"])
def octopus(request: pytest.FixtureRequest) -> Iterator[StrictOctopus]:
    make: MakeServer = request.param
    with serving(feed_of(FAMILIES).families, make) as port:
        yield StrictOctopus(port=port, username=USERNAME, password=PASSWORD)


PAGINGS = pytest.mark.parametrize("paging", ["last", "link"])


def test_the_feed_can_be_saved_and_tested(octopus: StrictOctopus) -> None:
    octopus.test()


@PAGINGS
@pytest.mark.parametrize(
    ("term", "found"),
    [("orders", ["OrdersApi", "orders"]), ("shop-22", [f"shop-22{n}" for n in range(10)]), ("nothing", [])],
)
def test_families_are_found_by_a_part_of_their_name(
    octopus: StrictOctopus, term: str, found: list[str], paging: Paging
) -> None:
    assert octopus.search(term, paging=paging) == found


@PAGINGS
def test_every_family_is_found(octopus: StrictOctopus, paging: Paging) -> None:
    assert octopus.search("", take=1000, paging=paging) == sorted(FAMILIES)


@PAGINGS
def test_versions_are_revisions_newest_first(octopus: StrictOctopus, paging: Paging) -> None:
    assert octopus.versions("orders", paging=paging) == [str(number) for number in range(250, 0, -1)]
    assert octopus.versions("OrdersApi", paging=paging) == ["10", "9"]


@pytest.mark.parametrize(
    ("version_range", "tag_regex", "selected"),
    [
        ("[40,)", "", "250"),
        ("[40,50)", "", "49"),
        ("[42]", "", "42"),
        ("[1,40)", "^$", "39"),
        ("[300,)", "", None),
        ("[1,)", "^beta$", None),
    ],
)
def test_a_channel_selects_by_range(
    octopus: StrictOctopus, version_range: str, tag_regex: str, selected: str | None
) -> None:
    assert octopus.select("orders", version_range=version_range, tag_regex=tag_regex) == selected


def test_notes_are_the_labels(octopus: StrictOctopus) -> None:
    notes = octopus.notes("orders", "42")

    assert notes["ecs.task-definition-arn"].endswith(":task-definition/orders:42")
    assert notes["ecs.container.web.image"] == "acme/orders:42"


def test_a_revision_can_be_pulled_and_holds_nothing(octopus: StrictOctopus) -> None:
    assert octopus.acquire("orders", "42") == []
