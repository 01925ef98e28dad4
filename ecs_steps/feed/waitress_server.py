"""waitress, with limits that fit requests without bodies, and with errors as the registry's JSON."""

import logging
import socket
from threading import Event
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import BadRequest

from ecs_steps.feed.messages import begins_request, transport_error

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

LIMITS: dict[str, Any] = {
    "threads": 16,
    "connection_limit": 500,
    "channel_timeout": 30,
    "cleanup_interval": 5,
    "max_request_header_size": 16 * 1024,
    "max_request_body_size": 16 * 1024,
    "ident": "ecs-steps",
}
POLL_INTERVAL = 0.2


class _JsonErrorTask(ErrorTask):
    def execute(self) -> None:
        request: Any = self.request
        response = transport_error(request.error.code)
        self.status = response.status_line
        self.response_headers = list(response.headers.items())
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


class _Parser(HTTPRequestParser):
    def received(self, data: bytes) -> int:
        # Who begins with TLS, as docker's own clients do, waits for the end of its handshake.
        if not (self.header_bytes_received or begins_request(data)):
            self.error = BadRequest("")
            self.completed = True
            return len(data)
        return super().received(data)


class _Channel(HTTPChannel):
    error_task_class = _JsonErrorTask
    parser_class = _Parser


class WaitressServer:
    """waitress on one address."""

    def __init__(self, address: tuple[str, int], application: "WSGIApplication") -> None:
        # Its warnings are of clients that left, and of queues.
        logging.getLogger("waitress").setLevel(logging.ERROR)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        # Bound here, since waitress leaves its own open where the port is taken.
        listening = socket.create_server(address, family=family)
        server: Any = create_server(application, sockets=[listening], **LIMITS)
        server.channel_class = _Channel
        self._server = server
        self._ends, self._ended = Event(), Event()
        self.port = int(server.effective_port)

    def run(self) -> None:
        try:
            while not self._ends.is_set():
                wasyncore.loop(timeout=POLL_INTERVAL, map=self._server._map, count=1)  # noqa: SLF001  as its own `run`
        finally:
            self._server.task_dispatcher.shutdown(timeout=1)
            wasyncore.close_all(self._server._map, ignore_all=True)  # noqa: SLF001  the same
            self._ended.set()

    def close(self) -> None:
        self._ends.set()
        self._ended.wait(timeout=1.5)
