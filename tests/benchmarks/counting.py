"""A proxy on loopback that counts requests by their operation, and connections."""

import http.client
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit


class CountingProxy(ThreadingHTTPServer):
    """Forward every request to `target`."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarding)
        self.target = urlsplit(target)
        self.operations: Counter[str] = Counter()
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def reset(self) -> None:
        self.operations.clear()
        self.connections = 0


@contextmanager
def counting(target: str) -> Iterator[CountingProxy]:
    """Count until the block ends."""
    with CountingProxy(target) as proxy:
        Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()


class _Forwarding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: CountingProxy

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.operations[self.headers.get("X-Amz-Target", self.path).rpartition(".")[2]] += 1
        target = http.client.HTTPConnection(self.server.target.netloc, timeout=60)
        try:
            target.request(self.command, self.path, body, dict(self.headers))
            response = target.getresponse()
            content = response.read()
        finally:
            target.close()
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
        """Log nothing: only the sum is wanted."""
