"""The feed as a server and as a process: credentials, shutdown, malicious clients."""

import http.client
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ecs_steps.feed.threaded_server import MAX_CONNECTIONS, ThreadedServer
from feed.account import Feed, feed_of
from feed.serving import (
    AUTHORIZATION,
    HOST,
    PASSWORD,
    USERNAME,
    Certificate,
    MakeServer,
    serving,
    threaded,
    waitress,
)

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

SERVERS = pytest.mark.parametrize("make", [waitress, threaded], ids=["waitress", "threaded"])
MIB = 2**20

GARBAGE = {
    "a huge header": b"GET /v2/ HTTP/1.1\r\nHost: x\r\nX: " + b"a" * MIB + b"\r\n\r\n",
    "a header without an end": b"GET /v2/ HTTP/1.1\r\nHost: x\r\nX: " + b"a" * MIB,
    "many headers": b"GET /v2/ HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    "a huge path": b"GET /v2/" + b"a" * MIB + b" HTTP/1.1\r\n\r\n",
    "a huge method": b"G" * MIB,
    "huge credentials": b"GET /v2/ HTTP/1.1\r\nAuthorization: Basic " + b"QQ==" * 50_000 + b"\r\n\r\n",
    "odd bytes": bytes(range(256)) * 100 + b"\r\n\r\n",
    "a TLS handshake": bytes.fromhex("16030100c8010000c40303") + b"\x07" * 400,
    "nothing but NUL": b"\0" * 1000 + b"\r\n\r\n",
    "no version": b"GET /v2/ nonsense\r\n\r\n",
    "a version of the future": b"GET /v2/ HTTP/9.9\r\nHost: x\r\n\r\n",
    "a line of one word": b"GET\r\n\r\n",
    "a path of odd bytes": b"GET /v2/\xff\xfe%00%ff/tags/list HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path that climbs": b"GET /v2/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "a body": b"POST /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nsomething",
    "a huge body": b"POST /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + b"x" * MIB,
    "a body of negative length": b"GET /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a body of no length": b"GET /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    "a coding that there is not": b"GET /v2/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: brotli\r\n\r\n",
    "a chunk of nonsense": b"POST /v2/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a folded header": b"GET /v2/ HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
    "a proxy's request": b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.fixture
def feed() -> Feed:
    return feed_of({"orders": [1, 2, 3]})


def is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read() == b"ok"
    finally:
        connection.close()


def response_to(port: int, sent: bytes) -> bytes:
    """Send bytes and return what comes back until the server closes; nothing where it just closes."""
    received = b""
    with socket.create_connection((HOST, port), timeout=5) as connection, suppress(ConnectionError):
        connection.sendall(sent)
        with suppress(OSError):
            # It is closed already.
            connection.shutdown(socket.SHUT_WR)
        while chunk := connection.recv(65536):
            received += chunk
    return received


@SERVERS
@pytest.mark.parametrize("what", GARBAGE)
def test_a_malicious_request_is_refused_or_cut_off(
    what: str,
    make: MakeServer,
    feed: Feed,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    with serving(feed.families, make) as port:
        received = response_to(port, GARBAGE[what])

        assert is_healthy(port)
    if received:
        version, status, *_ = received.split(b" ", 2)
        assert version in {b"HTTP/1.0", b"HTTP/1.1"}
        assert 400 <= int(status) < 500
        assert b'{"errors":[{"code":"' in received
        assert b"registry/2.0" in received
    assert feed.account.call_count == 0
    assert "Traceback" not in caplog.text + capfd.readouterr().err


@SERVERS
def test_slow_clients_delay_no_other(make: MakeServer, feed: Feed) -> None:
    with serving(feed.families, make) as port, ExitStack() as clients:
        for _ in range(40):
            connection = clients.enter_context(socket.create_connection((HOST, port)))
            connection.sendall(b"GET /v2/ HTTP/1.1\r\nX: ")

        assert is_healthy(port)
        assert feed.account.call_count == 0


def test_more_connections_than_there_may_be_are_closed(feed: Feed) -> None:
    with serving(feed.families, threaded) as port:
        before = threading.active_count()
        with ExitStack() as clients:
            connections = [
                clients.enter_context(socket.create_connection((HOST, port), timeout=5))
                for _ in range(MAX_CONNECTIONS + 40)
            ]

            for refused in connections[MAX_CONNECTIONS:]:
                with suppress(ConnectionError):
                    assert refused.recv(1) == b""
            assert threading.active_count() - before <= MAX_CONNECTIONS
        # Those that left make room.
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                if is_healthy(port):
                    break
        assert is_healthy(port)


def test_a_client_that_sends_a_byte_at_a_time_is_cut_off(feed: Feed) -> None:
    def make(application: "WSGIApplication") -> ThreadedServer:
        return ThreadedServer((HOST, 0), application, None, max_seconds=0.5)

    with (
        serving(feed.families, make) as port,
        socket.create_connection((HOST, port), timeout=5) as connection,
    ):
        connection.sendall(b"GET /v2/ HTTP/1.1\r\n")
        sent = 0
        with suppress(ConnectionError):
            while sent < 1000:
                connection.sendall(b"X")
                sent += 1
                time.sleep(0.02)

        assert sent < 1000
        assert is_healthy(port)


def test_waitress_holds_many_idle_connections(feed: Feed) -> None:
    with serving(feed.families) as port, ExitStack() as clients:
        for _ in range(200):
            clients.enter_context(socket.create_connection((HOST, port)))

        assert is_healthy(port)


@SERVERS
def test_a_connection_that_is_reset_leaves_no_trace(
    make: MakeServer, feed: Feed, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(feed.families, make) as port:
        for sent in (b"", b"GET /v2/ HT", b"GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n"):
            connection = socket.create_connection((HOST, port))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(sent)
            connection.close()

        assert is_healthy(port)
    assert "Traceback" not in caplog.text + capfd.readouterr().err


@SERVERS
def test_a_head_has_the_headers_of_a_get(make: MakeServer, feed: Feed) -> None:
    with serving(feed.families, make) as port:
        replies = {}
        for method in ("GET", "HEAD"):
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            authorization = {"Authorization": AUTHORIZATION}
            connection.request(method, "/v2/orders/manifests/2", headers=authorization)
            reply = connection.getresponse()
            headers = {name.lower(): value for name, value in reply.getheaders() if name.lower() != "date"}
            replies[method] = headers, reply.read()
            connection.close()

    assert replies["HEAD"][0] == replies["GET"][0]
    assert replies["HEAD"][1] == b""
    assert int(replies["HEAD"][0]["content-length"]) == len(replies["GET"][1])


def test_tls_ends_at_the_feed(feed: Feed, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    certificate = Certificate.write(tmp_path)
    with (
        serving(
            feed.families, lambda app: ThreadedServer((HOST, 0), app, certificate.server_context)
        ) as port,
        # A client that does not complete its handshake delays no other.
        socket.create_connection((HOST, port)),
    ):
        response_to(port, b"GET /v2/ HTTP/1.1\r\n\r\n")
        with pytest.raises(ssl.SSLCertVerificationError):
            http.client.HTTPSConnection(HOST, port, timeout=5).request("GET", "/healthz")
        connection = http.client.HTTPSConnection(HOST, port, timeout=5, context=certificate.client_context)
        connection.request("GET", "/v2/")

        assert connection.getresponse().status == 401
        connection.close()
    assert "Traceback" not in capfd.readouterr().err


@contextmanager
def process(*words: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a feed, once it listens."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent)]),
        **variables,
    }
    with subprocess.Popen(  # noqa: S603  our own script
        [sys.executable, str(Path(__file__).parent / "feed_process.py"), *words],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def listening_port(running: "subprocess.Popen[str]") -> int:
    assert running.stderr
    for line in running.stderr:
        if "The feed listens on" in line:
            return int(line.rpartition(":")[2])
    raise AssertionError("it does not listen")


@pytest.mark.parametrize("words", [(), ("hangs",)], ids=["idle", "while AWS hangs"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_feed_with_0_within_two_seconds(
    words: tuple[str, ...], number: signal.Signals
) -> None:
    with process("0", *words) as running:
        port = listening_port(running)
        if words:
            # A request that waits for AWS when the end comes.
            waiting = socket.create_connection((HOST, port))
            waiting.sendall(b"GET /v2/orders/tags/list HTTP/1.1\r\nHost: x\r\n\r\n")
            assert is_healthy(port)
        begun = time.monotonic()

        running.send_signal(number)
        code = running.wait(timeout=10)

        assert code == 0
        assert time.monotonic() - begun < 2
        if words:
            waiting.close()


def peak_memory(running: "subprocess.Popen[str]") -> int:
    """Return how many bytes a process has needed at most."""
    status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc to read memory from")
@pytest.mark.parametrize("words", [(), ("bare",)], ids=["waitress", "threaded"])
def test_however_many_bytes_clients_send_the_memory_is_bounded(words: tuple[str, ...]) -> None:
    unread = b"GET /v2/_catalog HTTP/1.1\r\nHost: x\r\n\r\n" * 50_000
    with process("0", *words) as running, ExitStack() as clients:
        port = listening_port(running)
        assert is_healthy(port)
        before = peak_memory(running)

        for sent in GARBAGE.values():
            response_to(port, sent)
        for sent in [unread, *([b"GET /v2/ HTTP/1.1\r\nX: " + b"a" * MIB] * 100)]:
            client = clients.enter_context(socket.create_connection((HOST, port), timeout=1))
            with suppress(OSError):
                client.sendall(sent)

        assert peak_memory(running) - before < 8 * MIB
        assert running.poll() is None


def test_loopback_needs_no_extra() -> None:
    with process("0", "bare") as running:
        assert is_healthy(listening_port(running))


def test_beyond_loopback_the_extra_is_needed() -> None:
    variables = {"ECS_STEPS_FEED_USERNAME": USERNAME, "ECS_STEPS_FEED_PASSWORD": PASSWORD}
    with process("0", "bare", "everywhere", **variables) as running:
        _, printed = running.communicate(timeout=20)

    assert running.returncode != 0
    assert "pip install 'ecs-steps[feed]'" in printed


def test_a_process_takes_its_credentials_and_its_certificate(tmp_path: Path) -> None:
    certificate = Certificate.write(tmp_path)
    variables = {"ECS_STEPS_FEED_USERNAME": USERNAME, "ECS_STEPS_FEED_PASSWORD": PASSWORD}
    with process("0", str(certificate.chain), str(certificate.key), **variables) as running:
        port = listening_port(running)
        statuses = {}
        for name, value in {"none": "", "right": AUTHORIZATION}.items():
            connection = http.client.HTTPSConnection(
                HOST, port, timeout=5, context=certificate.client_context
            )
            connection.request("GET", "/v2/", headers={"Authorization": value} if value else {})
            statuses[name] = connection.getresponse().status
            connection.close()
        running.send_signal(signal.SIGTERM)
        assert running.stderr
        log = running.stderr.read()

    assert statuses == {"none": 401, "right": 200}
    assert PASSWORD not in log
    assert AUTHORIZATION.partition(" ")[2] not in log


@pytest.mark.parametrize(
    ("variables", "code"),
    [({}, 1), ({"ECS_STEPS_FEED_USERNAME": USERNAME, "ECS_STEPS_FEED_PASSWORD": PASSWORD}, 0)],
    ids=["without credentials", "with credentials"],
)
def test_any_wsgi_server_can_import_the_feed(variables: dict[str, str], code: int) -> None:
    script = "from ecs_steps.feed.wsgi import application; assert callable(application)"
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-west-1", **variables}

    imported = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )

    assert imported.returncode == code
    assert code == 0 or "needs a user name and a password" in imported.stderr
