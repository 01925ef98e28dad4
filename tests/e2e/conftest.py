"""Both steps against an emulator that neither we nor the makers of our sandbox wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.beginnings import begin_anew
from e2e.ways import WAYS, Way
from peers.environments import NotInstalled, end_without
from peers.ministack import Ministack, running


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """An emulator that all tests of a process share."""
    yield from _started(tmp_path_factory.mktemp("ministack"), auth=False)


@pytest.fixture(scope="session")
def emulator_with_iam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """Another one, which asks IAM whether each call is allowed."""
    yield from _started(tmp_path_factory.mktemp("ministack-with-iam"), auth=True)


def _started(folder: Path, *, auth: bool) -> Iterator[Ministack]:
    try:
        with running(folder, auth=auth) as started:
            yield started
    except NotInstalled as error:
        end_without(error)


@pytest.fixture
def ministack(emulator: Ministack) -> Ministack:
    """An emulator in which there are the clusters, and nothing has happened yet."""
    begin_anew(emulator)
    return emulator


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen
