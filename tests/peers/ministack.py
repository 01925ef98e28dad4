"""ministack, an emulator of AWS behind HTTP: started on loopback, reset between tests, stopped by its id."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import frozen

from ecs_steps.aws.clients import AwsClients
from ecs_steps.aws.sessions import BotocoreSession
from peers.environments import environment

REQUIREMENT = "ministack==1.5.33"
ACCOUNT = "123456789012"
REGION = "eu-west-1"
HOST = "127.0.0.1"
TIME_TO_START = 60.0
DOCKER_STAND_IN = Path(__file__).with_name("docker_stand_in")


@frozen(kw_only=True)
class Keys:
    """The caller's keys; ``test`` is the root of the account for ministack."""

    access_key: str = "test"
    secret_key: str = "test"  # noqa: S105  ministack's own word

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}


ROOT = Keys()


@frozen(kw_only=True)
class Ministack:
    """A running emulator."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def session(self, keys: Keys = ROOT) -> BotocoreSession:
        """Return a session that reads neither the environment's credentials nor its region."""
        session = BotocoreSession()
        session.set_credentials(keys.access_key, keys.secret_key)
        session.set_config_variable("region", REGION)
        return session

    def client(self, service: str, keys: Keys = ROOT) -> Any:  # noqa: ANN401  botocore's clients are made at run time
        return self.session(keys).client(service, endpoint_url=self.url)

    def clients(self, keys: Keys = ROOT) -> AwsClients:
        return AwsClients(self.session(keys), region=REGION, endpoint_url=self.url)

    def environment(self, keys: Keys = ROOT) -> dict[str, str]:
        """Return the environment of a process whose only AWS is this one."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return ours | keys.environment | {"AWS_ENDPOINT_URL": self.url, "AWS_DEFAULT_REGION": REGION}

    def reset(self) -> None:
        """Delete everything."""
        status = self._request("POST", "/_ministack/reset")
        assert status == http.HTTPStatus.OK

    def is_healthy(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return self._request("GET", "/_ministack/health") == http.HTTPStatus.OK
        return False

    def _request(self, method: str, path: str) -> int:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIME_TO_START)
        try:
            connection.request(method, path)
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def running(folder: Path, *, auth: bool = False, containers: bool = False) -> Iterator[Ministack]:
    """Run an emulator until the block ends; with `auth` it checks each call with IAM policies.

    With `containers` it runs containers on a stand-in for Docker; else its tasks only say that they run.
    What it prints and stores stays in `folder`.

    Raises:
        NotInstalled: There is no ministack to run.
    """
    process, emulator = _started(
        environment(REQUIREMENT) / "ministack", folder, auth=auth, containers=containers
    )
    try:
        yield emulator
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _started(
    command: Path, folder: Path, *, auth: bool, containers: bool
) -> "tuple[subprocess.Popen[bytes], Ministack]":
    """Start it on a port that is free; where another process was faster, on another one."""
    log = folder / "ministack.log"
    until = time.monotonic() + TIME_TO_START
    while time.monotonic() < until:
        emulator = Ministack(port=free_port())
        with log.open("w") as printed:
            process = subprocess.Popen(  # noqa: S603  the command that was just installed
                [str(command)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=_settings(folder, emulator.port, auth=auth)
                | ({"PYTHONPATH": str(DOCKER_STAND_IN)} if containers else {}),
            )
        while process.poll() is None and time.monotonic() < until:
            if emulator.is_healthy() and process.poll() is None:
                return process, emulator
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise AssertionError(f"ministack does not start:\n{log.read_text()}")


def _settings(folder: Path, port: int, *, auth: bool) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": str(auth).lower(),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
