"""Requests to one repository: authenticated when the registry wants it, and retried where that can help."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit

import tenacity
from attrs import define, field
from urllib3 import BaseHTTPResponse

from ecs_steps.clock import Clock
from ecs_steps.registry.authentication import Authenticator, Credentials
from ecs_steps.registry.errors import (
    MAX_ERROR_BYTES,
    RegistryError,
    RegistryUnreachableError,
    UnsupportedImageError,
    response_error,
)
from ecs_steps.registry.http_client import Body, HttpClient, Reply

T = TypeVar("T")

MAX_ATTEMPTS: Final = 5
MAX_RETRY_AFTER: Final = 60.0

_MAX_LOGINS: Final = 3
"""Of one request: with nothing, with the token of another thread, with one for its own scope."""
_BACKOFF: Final = tenacity.wait_random_exponential(multiplier=1, max=20)
_FIRST_ERROR: Final = 300
_UNAUTHORIZED: Final = 401


@define
class Transport:
    """The way to one repository of a registry. Threads may share it."""

    host: str
    repository: str
    credentials: Credentials | None = field(repr=False)
    clock: Clock = field(repr=False)
    _http: HttpClient = field(init=False, repr=False)
    _authenticator: Authenticator = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._http = HttpClient(self.host)
        self._authenticator = Authenticator(self.host, self.repository, self.credentials, self._get_token)

    def retry(self, attempt: Callable[[], T]) -> T:
        """Call until it succeeds, fails for a lasting reason, or has failed five times.

        Pauses grow to 20 s; where the registry names one, up to 60 s, it is respected.
        """
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_transient),
            stop=tenacity.stop_after_attempt(MAX_ATTEMPTS),
            wait=_pause,
            sleep=self.clock.sleep,
            reraise=True,
        )(attempt)

    def call(
        self,
        method: str,
        target: str,
        *,
        doing: str,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        limit: int = MAX_ERROR_BYTES,
    ) -> Reply:
        """Send a request once, and read its response.

        Raises:
            UnsupportedImageError: The response has more than `limit` bytes.
            RegistryError: The status is 300 or more; `doing` says in the error what was wanted.
        """
        with self.stream(method, target, doing=doing, headers=headers, body=body) as response:
            reply = self._http.read(response, limit)
        if len(reply.body) > limit:
            raise UnsupportedImageError(
                what=f"{self.host}/{self.repository} could not {doing}",
                why=f"the response has more than {limit // 1024} KiB, and is no manifest or config",
                registry=self.host,
                repository=self.repository,
                status=reply.status,
            )
        return reply

    @contextmanager
    def stream(
        self,
        method: str,
        target: str,
        *,
        doing: str,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
    ) -> Iterator[BaseHTTPResponse]:
        """Send a request once, and give its response, whose body is still to be read."""
        url = urljoin(f"{self._http.origin}/v2/{self.repository}/", target)
        response = self._authenticated(method, url, headers or {}, body)
        try:
            if response.status >= _FIRST_ERROR:
                raise self._response_error(self._http.read(response, MAX_ERROR_BYTES), doing)
            yield response
        finally:
            response.close()
            response.release_conn()

    def join(self, url: str, location: str) -> str:
        """Return where a ``Location`` leads, which may be relative to the request."""
        return self._http.join(url, location)

    def chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        """Read a body piece by piece."""
        return self._http.chunks(response)

    def _authenticated(
        self, method: str, url: str, headers: Mapping[str, str], body: Body
    ) -> BaseHTTPResponse:
        for _ in range(_MAX_LOGINS):
            sent = self._authenticator.authorization
            response, ours = self._http.follow(method, url, headers, body, sent)
            # Only the registry itself may ask for a login: not whoever it redirects to.
            if response.status != _UNAUTHORIZED or not ours:
                return response
            challenge = response.headers.get("WWW-Authenticate", "")
            self._http.discard(response)
            self._authenticator.renew(challenge, refused=sent)
            if not isinstance(body, bytes | None):
                raise self._http.unreachable(url, "its token ran out before an upload was complete")
        return response

    def _get_token(self, url: str, headers: Mapping[str, str]) -> Reply:
        response = self._http.exchange("GET", url, headers)
        try:
            reply = self._http.read(response, MAX_ERROR_BYTES)
        finally:
            response.close()
        failure = self._response_error(reply, f"be used: {urlsplit(url).netloc} gave no token")
        if isinstance(failure, RegistryUnreachableError):
            raise failure
        return reply

    def _response_error(self, reply: Reply, doing: str) -> RegistryError:
        return response_error(
            reply.status,
            reply.headers,
            reply.body,
            doing=doing,
            registry=self.host,
            repository=self.repository,
        )


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, RegistryUnreachableError) and error.transient


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wanted = error.retry_after if isinstance(error, RegistryUnreachableError) else 0.0
    return min(wanted, MAX_RETRY_AFTER) or _BACKOFF(state)
