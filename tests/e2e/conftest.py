"""Both steps against an emulator that others wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.initial_states import reset_with_clusters
from e2e.runners import RUNNERS, Runner
from peers.environments import NotInstalled, end_without
from peers.ministack import Ministack, running


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """An emulator that all tests of a process share."""
    yield from _started(tmp_path_factory.mktemp("ministack"), auth=False)


@pytest.fixture(scope="session")
def emulator_with_iam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """Another one, which checks with IAM whether each call is allowed."""
    yield from _started(tmp_path_factory.mktemp("ministack-with-iam"), auth=True)


def _started(folder: Path, *, auth: bool) -> Iterator[Ministack]:
    try:
        with running(folder, auth=auth) as started:
            yield started
    except NotInstalled as error:
        end_without(error)


@pytest.fixture
def ministack(emulator: Ministack) -> Ministack:
    """An emulator with the clusters, and nothing else."""
    reset_with_clusters(emulator)
    return emulator


@pytest.fixture(params=RUNNERS, ids=lambda runner: runner.__name__)
def runner(request: pytest.FixtureRequest) -> Runner:
    chosen: Runner = request.param
    return chosen
