"""The standard library's server, a thread a connection: for one machine, or a small installation with TLS.

Each connection serves one request, within a minute; there are `MAX_CONNECTIONS` at most.
"""

import logging
import socket
import ssl
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from http.client import LineTooLong
from io import BytesIO
from socketserver import TCPServer, ThreadingMixIn
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from ecs_steps.feed.messages import begins_request, transport_error

if TYPE_CHECKING:
    from io import BufferedIOBase
    from wsgiref.types import WSGIApplication


MAX_REQUEST_LINE = 8 * 1024
MAX_HEADER_BYTES = 16 * 1024
MAX_CONNECTIONS = 64
SOCKET_TIMEOUT = 10.0
MAX_SECONDS = 60.0

logger = logging.getLogger("ecs_steps.feed")


class _Exchange(ServerHandler):
    server_software = "ecs-steps"

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401  wsgiref's own signature
        """Leave out the traceback: the application has logged its own, so this is a client that left."""


class _HeaderReader:
    """The lines of one request; more of them than `MAX_HEADER_BYTES` are too many."""

    def __init__(self, stream: "BufferedIOBase") -> None:
        self._stream = stream
        self._left = MAX_HEADER_BYTES

    def readline(self, limit: int) -> bytes:
        line = self._stream.readline(min(limit, self._left + 1))
        self._left -= len(line)
        if self._left < 0:
            raise LineTooLong("header")
        return line

    def close(self) -> None:
        self._stream.close()


class _Connection(WSGIRequestHandler):
    timeout = SOCKET_TIMEOUT
    server: "ThreadedServer"

    def setup(self) -> None:
        super().setup()
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()

    def handle(self) -> None:
        # Who begins with TLS, as docker's own clients do, waits for the end of its handshake.
        if not begins_request(cast("Any", self.rfile).peek(1)):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self.raw_requestline = self.rfile.readline(MAX_REQUEST_LINE + 1)
        if len(self.raw_requestline) > MAX_REQUEST_LINE:
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            return
        self.rfile = cast("Any", _HeaderReader(self.rfile))
        if not self.raw_requestline or not self.parse_request():
            return
        exchange = _Exchange(
            BytesIO(), cast("Any", self.wfile), sys.stderr, self.get_environ(), multithread=True
        )
        exchange.request_handler = self  # type: ignore[attr-defined]  # simple_server's own, for its log
        exchange.run(cast("Any", self.server.get_app()))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send an error of the transport as all others are sent; what the client sent is not repeated."""
        del message, explain
        response = transport_error(code)
        lines = [f"HTTP/1.0 {response.status_line}", *(f"{k}: {v}" for k, v in response.headers.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + response.body)

    def address_string(self) -> str:
        return str(self.client_address[0])

    def log_message(self, *_: object) -> None:
        """Log nothing: the gateway logs requests."""


class ThreadedServer(ThreadingMixIn, WSGIServer):
    """The standard library's server on one address; raises OSError where it cannot listen there."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        application: "WSGIApplication",
        tls: ssl.SSLContext | None,
        *,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._tls = tls
        self._max_seconds = max_seconds
        self._open: dict[socket.socket, float] = {}
        self._lock = Lock()
        super().__init__(address, _Connection)
        self.port = self.server_port
        self.set_app(application)

    def server_bind(self) -> None:
        """Bind without resolving the host's full name, which may wait for DNS."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self._tls:
            # The handshake is the connection's own business, in its own thread.
            connection.settimeout(SOCKET_TIMEOUT)
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ANN401  socketserver's own
        del client_address
        with self._lock:
            if len(self._open) >= MAX_CONNECTIONS:
                return False
            self._open[request] = time.monotonic()
        return True

    def close_request(self, request: Any) -> None:  # noqa: ANN401  socketserver's own
        with self._lock:
            self._open.pop(request, None)
        super().close_request(request)

    def service_actions(self) -> None:
        """End the connections of clients that send, or receive, a little at a time."""
        before = time.monotonic() - self._max_seconds
        with self._lock:
            late = [connection for connection, since in self._open.items() if since < before]
        for connection in late:
            with suppress(OSError):
                # Its own thread closes it: a number that is closed here may be another connection's by then.
                connection.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        self.serve_forever(poll_interval=0.2)

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        until = time.monotonic() + 1.0
        while self._open and time.monotonic() < until:
            time.sleep(0.02)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  socketserver's own
        del request
        reason = type(sys.exception()).__name__
        logger.info("The connection of %s ended early: %s", client_address[0], reason)
