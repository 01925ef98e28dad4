"""The body of every step template: find ecs_steps on this worker, or install it, and run a step with it.

Octopus runs it as part of a script, with whichever Python 3 the worker has; it uses the standard library
alone, and parses and runs on 3.7 far enough to say what is needed. The library is searched for where Python
finds modules, then in a package; else it is installed, once for each version, into a virtual environment of
its own.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

SETUP_FAILED = 2
NEEDED = (3, 11)


class NotInstalled(Exception):  # noqa: N818  it is caught here, and explained
    """The library could not be installed."""


def launch(prefix: str, version: str, variables: Mapping[str, str], *, on_target: bool = False) -> int:
    """Run the step whose parameters begin with `prefix`, and return the exit code of this script.

    With `on_target` the account of the deployment target is in the variables, and not in the environment.
    """
    if sys.version_info < NEEDED:
        found = ".".join(map(str, sys.version_info[:3]))
        return fail(
            f"ecs-steps needs Python 3.11 or newer, and {sys.executable} on this worker is Python {found}. "
            "Run the step in the worker tools image for Ubuntu 24.04, which has Python 3.12, or install a "
            "newer Python on the worker (https://www.python.org/downloads/) so that Octopus finds it as "
            "python3, on Windows as python."
        )

    def parameter(name: str) -> str:
        return variables.get(f"{prefix}.{name}", "").strip()

    add_package(variables.get(f"Octopus.Action.Package[{parameter('LibraryPackage')}].ExtractedPath", ""))
    try:
        from ecs_steps.script_step import run_script_step  # noqa: PLC0415  it may not be there
    except ImportError as error:
        missing = f"ecs-steps cannot be loaded on this worker ({error})"
    else:
        return run_script_step(prefix, variables, on_target=on_target)
    if parameter("InstallIfMissing").lower() != "true":
        return fail(
            f"{missing}. Install it for {sys.executable} (pip install ecs-steps=={version}), or name a "
            "package that holds it as 'Library Package', or switch 'Install if Missing' on."
        )
    try:
        python = installed(version, parameter("InstallFrom"))
    except (NotInstalled, OSError) as error:
        return fail(
            f"{missing}, and ecs-steps=={version} cannot be installed: {error}\nSet 'Install From' to an "
            "index that this worker reaches, or name a package that holds the library as 'Library Package'."
        )
    return run_with(python, [prefix, *(["--on-target"] if on_target else [])], variables)


def add_package(folder: str) -> None:
    """Let Python find modules in an extracted package as well: the library itself, or its wheel."""
    if folder:
        sys.path += [folder, *map(str, sorted(Path(folder).glob("ecs_steps-*.whl")))]


def installed(version: str, source: str) -> str:
    """Return the Python of a virtual environment that holds the library; make it where it is not there."""
    home = Path(os.environ.get("LOCALAPPDATA") or Path.home()) / ".ecs-steps"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = home / "{}-py{}{}".format(version, *sys.version_info)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    complete = environment / "complete"
    if not (complete.exists() and python.exists()):
        with locked(home / f"{environment.name}.lock"):
            # Another deployment may have made it while this one waited.
            if not (complete.exists() and python.exists()):
                run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(environment)], {})
                pip = [
                    sys.executable,
                    "-m",
                    "pip",
                    "--python",
                    str(python),
                    "install",
                    "--quiet",
                    "--no-input",
                ]
                run([*pip, "--disable-pip-version-check", f"ecs-steps=={version}"], pip_settings(source))
                complete.touch()
    return str(python)


def pip_settings(source: str) -> Mapping[str, str]:
    """Return where pip finds packages, as environment: an index's password must not be on a command line."""
    if not source:
        return {}
    if Path(source).is_dir():
        return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": source}
    return {"PIP_INDEX_URL": source}


def run(command: list[str], settings: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603  our own command
        command,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise NotInstalled(done.stdout)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep out other processes; the system opens the lock of one that has died."""
    with path.open("a") as lock:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  only Windows has it

            while True:
                # It waits for ten seconds and then gives up.
                with contextlib.suppress(OSError):
                    msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl  # noqa: PLC0415  Windows has none

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_with(python: str, step: list[str], variables: Mapping[str, str]) -> int:
    """Run the step in another process, which reads the dictionary, and its secrets, from a pipe."""
    sys.stdout.flush()
    command = [python, "-u", "-P", "-m", "ecs_steps.script_step", *step, "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603  our own command
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: process.send_signal(number))
        process.communicate(json.dumps(dict(variables)).encode())
    return process.returncode


def fail(text: str) -> int:
    """Report why there is no step to run, in the log and as the deployment's reason."""
    printable = text.encode("ascii", "backslashreplace").decode().replace("##octopus", "## octopus")
    reason = base64.b64encode(" ".join(printable.split()).encode()).decode()
    print("##octopus[stdout-error]")
    print(printable)
    print("##octopus[stdout-default]")
    print(f"##octopus[resultMessage message='{reason}']", flush=True)
    return SETUP_FAILED
