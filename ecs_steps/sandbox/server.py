"""The sandbox behind HTTP, for clients in other processes and in other languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import BotoCoreError

from ecs_steps.sandbox.sandbox import Sandbox


@contextmanager
def serve(sandbox: Sandbox, *, pace: float = 0.0, port: int = 0) -> Iterator[str]:
    """Answer requests on loopback until the block ends; give the address, for ``AWS_ENDPOINT_URL``.

    Clients live in real time and the sandbox on its own clock: each request takes `pace` of its seconds. Port
    0 is a free one.
    """
    with _Server(sandbox, pace, port) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    def __init__(self, sandbox: Sandbox, pace: float, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Requests)
        self._sandbox = sandbox
        self._pace = pace

    def answer(self, request: AWSPreparedRequest) -> AWSResponse:
        self._sandbox.clock.sleep(self._pace)
        # Whatever the sandbox's own clients send is answered by who listens here.
        replies: Any = self._sandbox.session.get_component("event_emitter").emit(
            "before-send", request=request
        )
        reply: AWSResponse = next(response for _, response in replies if response is not None)
        return reply


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet; apart, the second one would wait for the first one's receipt.
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            response = self.server.answer(self._prepared_request(body))
        except BotoCoreError:
            # A connection that fails, as the client is to see it.
            self.close_connection = True
            return
        self.send_response_only(response.status_code)
        for name, value in response.headers.items():
            self.send_header(name, value)
        content = response.content
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST  # noqa: N815  http.server's own names

    def _prepared_request(self, body: bytes) -> AWSPreparedRequest:
        """Return the request as botocore would have sent it to AWS: its host names service and region."""
        scope = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        host = f"{scope[3]}.{scope[2]}.amazonaws.com" if len(scope) > 3 else self.headers.get("Host", "")  # noqa: PLR2004  key, date, region, service
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            headers[name] = value
        url = f"https://{host}{self.path}"
        return AWSPreparedRequest(self.command, url, headers, body, stream_output=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
        """Log nothing: the sandbox has its own list of calls."""
