"""Debian's docker-registry, which refuses what the specification lets it refuse: started on loopback."""

import http.client
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from peers.environments import NotInstalled
from peers.ministack import HOST, TIME_TO_START, free_port

USER, PASSWORD = "octopus", "correct horse"
HTPASSWD = f"{USER}:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n"
"""Of `PASSWORD`, by bcrypt with few rounds."""


def installed(command: str) -> str:
    """Return the path of a command of a Debian package of the same name.

    Raises:
        NotInstalled: There is none.
    """
    if path := shutil.which(command):
        return path
    raise NotInstalled(command, f"there is no such command; apt-get install {command}")


@contextmanager
def running(folder: Path, *, login: bool = False) -> Iterator[str]:
    """Run a registry that stores in `folder` until the block ends; give its host and port.

    Raises:
        NotInstalled: There is none to run.
    """
    process, host = _start(installed("docker-registry"), folder, login=login)
    try:
        yield host
    finally:
        process.terminate()
        process.wait()


def _start(command: str, folder: Path, *, login: bool) -> "tuple[subprocess.Popen[bytes], str]":
    """Start it on a port that is free; where another process was faster, on another one."""
    log, settings = folder / "registry.log", folder / "registry.yml"
    (folder / "htpasswd").write_text(HTPASSWD)
    until = time.monotonic() + TIME_TO_START
    while time.monotonic() < until:
        port = free_port()
        settings.write_text(_settings(folder, port, login=login))
        with log.open("w") as printed:
            process = subprocess.Popen(  # noqa: S603  our own command
                [command, "serve", str(settings)],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        while process.poll() is None and time.monotonic() < until:
            if _answers(port) and process.poll() is None:
                return process, f"{HOST}:{port}"
            time.sleep(0.02)
        process.kill()
        process.wait()
    raise AssertionError(f"docker-registry does not start:\n{log.read_text()}")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIME_TO_START)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/v2/")
        return connection.getresponse().status in (http.HTTPStatus.OK, http.HTTPStatus.UNAUTHORIZED)
    return False


def _settings(folder: Path, port: int, *, login: bool) -> str:
    auth = f"auth: {{htpasswd: {{realm: peers, path: {folder}/htpasswd}}}}" if login else ""
    return f"""
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}}}
http: {{addr: '{HOST}:{port}', secret: of no matter}}
{auth}
"""
