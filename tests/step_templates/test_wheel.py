import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

from ecs_steps.version import __version__
from script_host.workers import BareWorker


def test_the_wheel_holds_the_package_and_what_it_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert wheel.name == f"ecs_steps-{__version__}-py3-none-any.whl"
    assert {
        "ecs_steps/py.typed",
        "ecs_steps/script_step.py",
        "ecs_steps/sandbox/examples/deploy.json",
        "ecs_steps/sandbox/examples/update.json",
    } <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"ecs_steps"}


def test_the_wheel_installed_in_an_empty_environment_is_all_that_the_pages_need(
    wheel: Path, bare_worker: BareWorker, tmp_path: Path
) -> None:
    venv.create(tmp_path / "python")
    scripts = tmp_path / "python" / "bin"
    environment = os.environ | {"PYTHONPATH": str(bare_worker.packages), "CI": "1"}
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(scripts / "python"),
        "install",
        "--quiet",
        "--no-deps",
    ]
    subprocess.run([*pip, str(wheel)], check=True, env=environment)  # noqa: S603  our own command

    printed = [
        subprocess.run(  # noqa: S603  our own command
            [str(scripts / "ecs-steps"), *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for command in (
            ["examples"],
            ["check", "examples/deploy.json"],
            [
                "deploy",
                "examples/deploy.json",
                "--sandbox",
                "--sandbox-speed",
                "100000",
                "--report",
                "page.html",
            ],
            ["update", "examples/canary.json", "--sandbox", "--sandbox-speed", "100000"],
        )
    ]

    _, checked, deployed, paused = printed
    assert checked == "The inputs of 'Deploy Amazon ECS Service' are valid.\n"
    assert "Outcome = SUCCEEDED" in deployed
    assert "Outcome = PAUSED" in paused
    assert "SUCCEEDED" in (tmp_path / "page.html").read_text(encoding="utf-8")
