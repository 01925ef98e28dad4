"""An HTTP server on loopback with prepared responses, which keeps the requests that it got."""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from attrs import define, field, frozen


@frozen(kw_only=True)
class Response:
    """A response; `send` writes a body of its own."""

    status: int = 200
    body: bytes = b"ready"
    headers: tuple[tuple[str, str], ...] = ()
    send: Callable[[BaseHTTPRequestHandler], None] | None = None


@define
class Site:
    """A site; the last of its responses is given again and again."""

    url: str
    responses: Sequence[Response]
    requests: list[tuple[str, dict[str, str]]] = field(factory=list)

    def next_response(self) -> Response:
        return self.responses[min(len(self.requests), len(self.responses)) - 1]


@contextmanager
def responding(*responses: Response, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve responses in turn until the block ends."""
    site = Site("", responses or (Response(),))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requests.append((self.path, dict(self.headers)))
            response = site.next_response()
            self.send_response(response.status)
            for name, value in response.headers:
                self.send_header(name, value)
            self.end_headers()
            try:
                (response.send or (lambda handler: handler.wfile.write(response.body)))(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/checkout/health"
    running = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    running.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        running.join(timeout=5)
