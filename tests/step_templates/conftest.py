import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecs_steps.sandbox import Sandbox, Scenario
from ecs_steps.sandbox.server import serve
from script_host.workers import BareWorker, Workers

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def pace() -> float:
    # Each request takes ten minutes of the sandbox's time: a script in real time finds its deployment ended.
    return 600.0


@pytest.fixture
def workers(request: pytest.FixtureRequest, tmp_path: Path, pace: float) -> Iterator[Workers]:
    scenario: str | Scenario = getattr(request, "param", "healthy")
    (tmp_path / "home").mkdir()
    with Sandbox(scenario) as sandbox:
        # Workers read the real time, and the sandbox is never behind them.
        sandbox.timeline.advance_to(datetime.now(UTC))
        sandbox.add_cluster("shop-production")
        with serve(sandbox, pace=pace) as url:
            yield Workers(sandbox=sandbox, url=url, folder=tmp_path)


@pytest.fixture(scope="session")
def bare_worker(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> BareWorker:
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "python")
    packages = folder / "packages"
    packages.mkdir()
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if not each.name.startswith(("ecs_steps", "_ecs_steps", "_editable")):
            (packages / each.name).symlink_to(each)
    return BareWorker(
        python=str(folder / "python" / "bin" / "python"), packages=packages, wheels=wheel.parent
    )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the library's wheel, as a release does."""
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run(  # noqa: S603  our own command
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(folder),
            str(ROOT),
        ],
        check=True,
    )
    [built] = folder.glob("*.whl")
    return built
