"""Both steps against an emulator that neither we nor the makers of our sandbox wrote."""

import os
from collections.abc import Iterator

import pytest

from peers.environments import NotInstalled
from peers.ministack import Ministack, running


@pytest.fixture(scope="session")
def ministack_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    folder = tmp_path_factory.mktemp("ministack")
    try:
        with running(folder) as emulator:
            yield emulator
    except NotInstalled as error:
        # A machine without a package index skips what it cannot run; the one that judges a change must not.
        (pytest.fail if os.environ.get("ECS_STEPS_E2E") == "required" else pytest.skip)(str(error))


@pytest.fixture
def ministack(ministack_process: Ministack) -> Ministack:
    """An emulator in which nothing has happened yet."""
    ministack_process.reset()
    return ministack_process
