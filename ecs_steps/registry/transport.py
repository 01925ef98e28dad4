"""Requests to one repository: authenticated when the registry wants it, and retried where that can help."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import tenacity
from attrs import define, field
from urllib3 import BaseHTTPResponse

from ecs_steps.clock import Clock
from ecs_steps.registry.authentication import Authenticator, Credentials
from ecs_steps.registry.errors import (
    CorruptedImageError,
    ImageNotFoundError,
    RegistryError,
    RegistryUnauthorizedError,
    RegistryUnreachableError,
    UnsupportedImageError,
)
from ecs_steps.registry.http_client import Body, HttpClient, Reply

T = TypeVar("T")

MAX_ERROR_BYTES: Final = 64 * 1024
MAX_MESSAGE_LENGTH: Final = 500
MAX_ATTEMPTS: Final = 5
MAX_RETRY_AFTER: Final = 60.0

_MAX_LOGINS: Final = 3
"""Of one request: with nothing, with the token of another thread, with one for its own scope."""
_BACKOFF: Final = tenacity.wait_random_exponential(multiplier=1, max=20)
_FIRST_ERROR: Final = 300
_UPLOAD_LOST: Final = ("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID")
"""An upload that the registry forgot begins again, with a new one."""


@define
class Transport:
    """The way to one repository of a registry. Threads may share it."""

    host: str
    repository: str
    credentials: Credentials | None = field(repr=False)
    clock: Clock = field(repr=False)
    http: HttpClient = field(init=False, repr=False)
    _authenticator: Authenticator = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.http = HttpClient(self.host)
        self._authenticator = Authenticator(self.host, self.repository, self.credentials, self._get_token)

    def retry(self, attempt: Callable[[], T]) -> T:
        """Call until it succeeds, fails for a lasting reason, or has failed five times.

        Pauses grow to 20 s; where the registry names one, up to 60 s, it is respected.
        """
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, RegistryUnreachableError) and error.transient
            ),
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
            RegistryError: The status is 300 or more; `doing` names what was wanted, as in ``find 1.4.0``.
        """
        with self.stream(method, target, doing=doing, headers=headers, body=body) as response:
            reply = self.http.read(response, limit)
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
        url = urljoin(f"{self.http.origin}/v2/{self.repository}/", target)
        response = self._authenticated(method, url, headers or {}, body)
        try:
            if response.status >= _FIRST_ERROR:
                raise self._response_error(self.http.read(response, MAX_ERROR_BYTES), doing)
            yield response
        finally:
            response.close()
            response.release_conn()

    def _authenticated(
        self, method: str, url: str, headers: Mapping[str, str], body: Body
    ) -> BaseHTTPResponse:
        for _ in range(_MAX_LOGINS):
            sent = self._authenticator.authorization
            response, ours = self.http.follow(method, url, headers, body, sent)
            # Only the registry itself may ask for a login: not whoever it redirects to.
            if response.status != HTTPStatus.UNAUTHORIZED or not ours:
                return response
            challenge = response.headers.get("WWW-Authenticate", "")
            self.http.discard(response)
            self._authenticator.renew(challenge, refused=sent)
            if not isinstance(body, bytes | None):
                raise self.http.unreachable(url, "its token ran out before an upload was complete")
        return response

    def _get_token(self, url: str, headers: Mapping[str, str]) -> Reply:
        response = self.http.exchange("GET", url, headers)
        try:
            reply = self.http.read(response, MAX_ERROR_BYTES)
        finally:
            response.close()
        failure = self._response_error(reply, f"be used: {urlsplit(url).netloc} gave no token")
        if isinstance(failure, RegistryUnreachableError):
            raise failure
        return reply

    def _response_error(self, reply: Reply, doing: str) -> RegistryError:
        """Make an error of a response that is one.

        https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
        """
        status, (code, message) = reply.status, _first_error(reply.body)
        kind: type[RegistryError] = RegistryError
        more: dict[str, Any] = {}
        if status == HTTPStatus.TOO_MANY_REQUESTS or code == "TOOMANYREQUESTS":
            kind, more["retry_after"] = RegistryUnreachableError, _retry_after(reply)
            next_step = "The registry limits how often it is used: log in to it, or run the step again later."
        elif status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _UPLOAD_LOST:
            kind, more["retry_after"] = RegistryUnreachableError, _retry_after(reply)
            next_step = "The fault is the registry's own; run the step again later."
        elif status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            kind = RegistryUnauthorizedError
            next_step = "Check who logs in there, and what they may do in this repository."
        elif code in ("DIGEST_INVALID", "SIZE_INVALID"):
            kind, next_step = CorruptedImageError, "What arrived is not what was sent; run the step again."
        elif status == HTTPStatus.NOT_FOUND:
            kind, next_step = ImageNotFoundError, "Check the repository's name, and the tag or the digest."
        else:
            next_step = ""
        return kind(
            what=f"{self.host}/{self.repository} could not {doing}",
            why=f"{message or _phrase(status)} ({code or f'HTTP {status}'})",
            next_step=next_step,
            registry=self.host,
            repository=self.repository,
            status=status,
            code=code,
            **more,
        )


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wanted = error.retry_after if isinstance(error, RegistryUnreachableError) else 0.0
    return min(wanted, MAX_RETRY_AFTER) or _BACKOFF(state)


def _first_error(body: bytes) -> tuple[str, str]:
    """Return the code and the message of a response, in one line of ASCII."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    match document:
        case {"errors": [{"code": str(code), **more}, *_]}:
            return _line(code), _line(str(more.get("message") or ""))
    return "", ""


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {each.value for each in HTTPStatus} else "no reason given"


def _line(text: str) -> str:
    printable = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return printable[:MAX_MESSAGE_LENGTH].encode("ascii", "backslashreplace").decode()


def _retry_after(reply: Reply) -> float:
    """Return how many seconds to wait; a date, which no registry is known to send, counts as nothing."""
    header = reply.headers.get("Retry-After", "")
    return float(header) if header.isdecimal() and header.isascii() else 0.0
