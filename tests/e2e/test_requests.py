"""How much an image update asks of AWS, counted on the wire."""

from pathlib import Path

import pytest

from benchmarks.counting import counting
from benchmarks.image_update import Course, count_requests, populate
from peers.ministack import Ministack


@pytest.mark.parametrize(
    ("waits", "more"),
    [
        pytest.param(False, {}, id="started"),
        # ministack has no service deployments to find; the tasks are looked at for the summary of the phases.
        pytest.param(
            True, {"ListServiceDeployments": 1, "ListTasks": 1, "DescribeTasks": 1}, id="waited for"
        ),
    ],
)
def test_an_image_update_asks_what_botocore_alone_would(
    ministack: Ministack,
    tmp_path: Path,
    waits: bool,  # noqa: FBT001  a parameter
    more: dict[str, int],
) -> None:
    populate(ministack)
    with counting(ministack.url) as proxy:
        course = Course(folder=tmp_path, emulator=ministack, url=proxy.url, waits=waits)
        floor, _ = count_requests(course.contender(course.floor), proxy)
        ours, _ = count_requests(course.contender(course.ours), proxy)

    assert ours == floor + type(floor)(more)
