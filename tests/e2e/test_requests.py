"""The requests of an image update, counted as they are sent."""

from pathlib import Path

import pytest

from benchmarks.counting import counting
from benchmarks.image_update import UpdateSetup, count_requests, populate
from peers.ministack import Ministack


@pytest.mark.parametrize(
    ("waits", "more"),
    [
        pytest.param(False, {}, id="started"),
        # ministack has no service deployments to find; the tasks are read for the summary of the phases.
        pytest.param(
            True, {"ListServiceDeployments": 1, "ListTasks": 1, "DescribeTasks": 1}, id="waited for"
        ),
    ],
)
def test_an_image_update_makes_the_requests_of_botocore_alone(
    ministack: Ministack,
    tmp_path: Path,
    waits: bool,  # noqa: FBT001  a parameter
    more: dict[str, int],
) -> None:
    populate(ministack)
    with counting(ministack.url) as proxy:
        setup = UpdateSetup(folder=tmp_path, emulator=ministack, url=proxy.url, waits=waits)
        floor, _ = count_requests(setup.contender(setup.floor), proxy)
        ours, _ = count_requests(setup.contender(setup.ours), proxy)

    assert ours == floor + type(floor)(more)
