"""Virtual environments for what must not share ours: it pins what we do not, or is measured beside us."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from attrs import frozen
from filelock import FileLock

FOLDER = Path(__file__).parent.parent.parent / ".environments"


@frozen
class NotInstalled(Exception):  # noqa: N818  as in the launcher
    """pip could not install something; `output` is what it printed."""

    requirement: str
    output: str

    def __str__(self) -> str:
        return f"{self.requirement} cannot be installed: {self.output.strip()}"


def end_without(error: NotInstalled) -> NoReturn:
    """Skip the test that needs it; in CI, fail it."""
    (pytest.fail if os.environ.get("ECS_STEPS_E2E") == "required" else pytest.skip)(str(error))


def environment(requirement: str) -> Path:
    """Return the folder of the commands of an environment that holds just this package; it is made once.

    `requirement` names one version (``ministack==1.5.33``).

    Raises:
        NotInstalled: pip could not install it.
    """
    home = FOLDER / requirement.replace("==", "-")
    commands, complete = home / "bin", home / "complete"
    FOLDER.mkdir(exist_ok=True)
    with FileLock(f"{home}.lock"):
        if not complete.exists():
            _run(requirement, sys.executable, "-m", "venv", "--clear", str(home))
            pip = [str(commands / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            _run(requirement, *pip, requirement)
            complete.touch()
    return commands


def _run(requirement: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own command
    if done.returncode:
        raise NotInstalled(requirement, done.stderr)
