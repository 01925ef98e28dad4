"""The feed as a process: waitress, or the standard library's server on loopback and where TLS ends here.

options -> gateway -> server in a thread -> SIGTERM or SIGINT
"""

import ipaddress
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from ecs_steps.errors import EcsStepsError, InvalidInputsError
from ecs_steps.feed.credentials import environment_credentials
from ecs_steps.feed.families import Families
from ecs_steps.feed.gateway import Gateway, no_credentials, wsgi_application
from ecs_steps.feed.source import Source

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

FAILED_LOGIN_DELAY = 0.2
CHECK_INTERVAL = 1.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger("ecs_steps.feed")


@frozen(kw_only=True)
class FeedOptions:
    """Where to listen and what to show; `family_prefixes` is an allow-list, and none allows every family."""

    host: str = "127.0.0.1"
    port: int = 8080
    region: str | None = None
    family_prefixes: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None


class Server(Protocol):
    """A server that is bound to its port."""

    port: int

    def run(self) -> None:
        """Respond to requests until it is closed."""

    def close(self) -> None:
        """Stop to listen, and wait a second at most for requests in progress."""


def serve(options: FeedOptions, *, source: Source | None = None) -> None:
    """Serve the feed until SIGTERM or SIGINT; the log goes to standard error.

    `source` is used in place of ECS with the environment's credentials.

    Raises:
        AwsCallError: No region is named, or the secret with the credentials cannot be read.
        EcsStepsError: The port cannot be listened to, or the files of TLS cannot be used.
        InvalidInputsError: The feed would be open beyond this machine, or needs waitress and has none.
    """
    if source is None:
        from ecs_steps.feed.ecs_source import ecs_source

        source = ecs_source(region=options.region)
    gateway = Gateway(
        families=Families(source=source, prefixes=options.family_prefixes),
        credentials=environment_credentials(),
        failed_login_delay=FAILED_LOGIN_DELAY,
    )
    _log_to_stderr()
    server = make_server(options, wsgi_application(gateway.respond), is_open=not gateway.credentials)
    with _stopped_by_signal() as stopped:
        gateway.families.refresh()
        running = Thread(target=server.run, daemon=True)
        running.start()
        scheme = "https" if options.tls_cert else "http"
        logger.info("The feed listens on %s://%s:%d", scheme, options.host, server.port)
        if not gateway.credentials:
            logger.info("It has no credentials: every process of this machine may read it")
        while not stopped.wait(CHECK_INTERVAL):
            if not running.is_alive():
                raise EcsStepsError(what="The feed has ended by itself", why="see its log above")
    server.close()
    logger.info("The feed has ended")


def make_server(options: FeedOptions, application: "WSGIApplication", *, is_open: bool) -> Server:
    """Bind the server that fits: waitress where it is installed and TLS ends elsewhere.

    `is_open`: it has no credentials.

    Raises:
        EcsStepsError: The port cannot be listened to, or the files of TLS cannot be used.
        InvalidInputsError: It would be open beyond this machine, or only waitress is fit to be reached there.
    """
    try:
        address = _resolve(options)
        is_local = ipaddress.ip_address(address[0]).is_loopback
        if is_open and not is_local:
            raise no_credentials(f"listening on {address[0]} needs a user name and a password")
        if options.tls_cert is None and (make := _waitress()):
            return make(address, application)
        if options.tls_cert is None and not is_local:
            needed = "needs waitress: pip install 'ecs-steps[feed]'"
            raise InvalidInputsError.of("--host", needed, what="The feed cannot listen there")
        from ecs_steps.feed.threaded_server import ThreadedServer

        return ThreadedServer(address, application, _tls(options))
    except OSError as error:
        raise EcsStepsError(
            what=f"The feed cannot listen on {options.host}, port {options.port}",
            why=str(error),
            next_step="Choose another --port, or check the files that --tls-cert and --tls-key name.",
        ) from error


def _resolve(options: FeedOptions) -> tuple[str, int]:
    addresses = socket.getaddrinfo(
        options.host or None, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    host, port, *_ = addresses[0][4]
    return str(host), int(port)


def _tls(options: FeedOptions) -> ssl.SSLContext | None:
    if options.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.tls_cert, options.tls_key)
    return context


def _waitress() -> "Callable[[tuple[str, int], WSGIApplication], Server] | None":
    try:
        from ecs_steps.feed.waitress_server import WaitressServer
    except ImportError:
        return None
    return WaitressServer


@contextmanager
def _stopped_by_signal() -> Iterator[Event]:
    stopped = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield stopped
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _log_to_stderr() -> None:
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    logger.propagate = False
