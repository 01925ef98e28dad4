"""One request from its connection to its response: health check, authentication, the registry; and the log.

The same for every server: a WSGI callable is made of it here, an AWS Lambda handler in `lambda_handler`.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from attrs import frozen

from ecs_steps.errors import InvalidInputsError
from ecs_steps.feed.credentials import USERNAME, Credentials, environment_credentials
from ecs_steps.feed.families import Families, run_inline, start_thread
from ecs_steps.feed.messages import UNAUTHORIZED, Request, Response, unavailable
from ecs_steps.feed.routes import READS, answer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PREFIXES = "ECS_STEPS_FEED_FAMILY_PREFIXES"
MAX_LOGGED_PATH = 200

logger = logging.getLogger("ecs_steps.feed")
access_log = logging.getLogger("ecs_steps.feed.access")


@frozen(kw_only=True)
class Gateway:
    """A feed with its credentials; without `credentials` every client that reaches it may read it.

    After a wrong password the response waits for `failed_login_delay` seconds, where a thread has the time.
    """

    families: Families
    credentials: Credentials | None
    failed_login_delay: float = 0.0

    def respond(self, request: Request) -> Response:
        """Return the response to any request, and log it without its query and its credentials."""
        begun = time.monotonic()
        try:
            response = self._respond(request)
        except Exception:
            logger.exception("A request failed")
            response = unavailable("the feed failed; see its log for the reason").response
        path = request.path.encode("unicode_escape").decode()
        access_log.info(
            "%s %s %s %d %d %.0f ms",
            request.source or "-",
            request.method.encode("unicode_escape").decode()[:MAX_LOGGED_PATH],
            path if len(path) <= MAX_LOGGED_PATH else f"{path[:MAX_LOGGED_PATH]}...",
            response.status,
            len(response.body),
            1000 * (time.monotonic() - begun),
        )
        return response

    def _respond(self, request: Request) -> Response:
        if request.path == "/healthz" and request.method in READS:
            return Response(body=b"ok", content_type="text/plain")
        if self.credentials and not self.credentials.accept(request.authorization):
            # docker's own clients begin without credentials, to learn which kind is required.
            if request.authorization:
                self.families.clock.sleep(self.failed_login_delay)
            return UNAUTHORIZED
        return answer(request, self.families)


def environment_gateway(*, has_threads: bool) -> Gateway:
    """Return a gateway to the account and region of the environment, for servers that are not our own.

    ``ECS_STEPS_FEED_FAMILY_PREFIXES`` is an allow-list, separated by commas.

    Raises:
        AwsCallError: No region is named, or the secret cannot be read.
        InvalidInputsError: There are no credentials: who reaches this server is not known here.
    """
    from ecs_steps.feed.ecs_source import ecs_source

    credentials = environment_credentials()
    if not credentials:
        raise no_credentials("a server that may be reached from elsewhere needs a user name and a password")
    prefixes = [prefix.strip() for prefix in os.environ.get(PREFIXES, "").split(",")]
    families = Families(
        source=ecs_source(),
        prefixes=list(filter(None, prefixes)),
        spawn=start_thread if has_threads else run_inline,
    )
    return Gateway(families=families, credentials=credentials)


def no_credentials(message: str) -> InvalidInputsError:
    """Return the error of a server that would be open to everybody."""
    return InvalidInputsError.of(USERNAME, message, what="The feed has no credentials")


def wsgi_application(respond: Callable[[Request], Response]) -> "WSGIApplication":
    """Return a gateway's `respond` as a WSGI callable; a request's body is never read."""

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # WSGI's texts are bytes in disguise.
        path = environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace")
        request = Request(
            method=environ["REQUEST_METHOD"],
            path=path,
            query=environ.get("QUERY_STRING", ""),
            accept=environ.get("HTTP_ACCEPT", ""),
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            source=environ.get("REMOTE_ADDR", ""),
        )
        response = respond(request)
        start_response(response.status_line, list(response.headers.items()))
        return [b"" if request.method == "HEAD" else response.body]

    return application
