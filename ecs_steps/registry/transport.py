"""Requests to one registry: authenticated, redirected without credentials, retried where that can help."""

import os
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

import tenacity
import urllib3
from attrs import define, field, frozen

from ecs_steps.polling import Clock
from ecs_steps.registry.authentication import Authenticator, Credentials
from ecs_steps.registry.errors import MAX_ERROR_BYTES, RegistryUnreachableError, refusal
from ecs_steps.registry.reference import is_loopback
from ecs_steps.version import __version__

T = TypeVar("T")

MAX_ATTEMPTS: Final = 5
MAX_RETRY_AFTER: Final = 60.0
MAX_REDIRECTS: Final = 5
MAX_CONNECTIONS: Final = 8
CHUNK_BYTES: Final = 256 * 1024
TIMEOUT: Final = urllib3.Timeout(connect=10, read=120)
"""Seconds; a registry may take a while until it has stored a large layer."""

_MAX_LOGINS: Final = 3
"""Of one request: with nothing, with the token of another thread, with one for its own scope."""
_BACKOFF: Final = tenacity.wait_random_exponential(multiplier=1, max=20)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_UNAUTHORIZED: Final = 401
_FIRST_ERROR: Final = 300


@frozen(kw_only=True)
class Reply:
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@define(kw_only=True)
class Transport:
    """The way to one repository of a registry. Threads may share it.

    The environment's proxies and ``AWS_CA_BUNDLE`` apply, as they do to calls to AWS.
    """

    host: str
    repository: str
    credentials: Credentials | None = field(repr=False)
    clock: Clock
    _authenticator: Authenticator = field(init=False, repr=False)
    _pools: dict[str, urllib3.PoolManager] = field(init=False, factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        self._authenticator = Authenticator(self.host, self.repository, self.credentials, self._get_token)

    @property
    def base(self) -> str:
        """Where the repository is; plain http is spoken on loopback alone."""
        return f"{'http' if is_loopback(self.host) else 'https'}://{self.host}/v2/{self.repository}/"

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
        body: bytes | Iterable[bytes] | None = None,
        limit: int = MAX_ERROR_BYTES,
    ) -> Reply:
        """Send a request once, and read at most `limit` bytes of the answer.

        Raises:
            RegistryError: What `refusal` makes of a status of 300 or more; `doing` names the request there.
        """
        with self.stream(method, target, doing=doing, headers=headers, body=body) as response:
            return self._read(response, limit)

    @contextmanager
    def stream(
        self,
        method: str,
        target: str,
        *,
        doing: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Send a request once, and give its answer, whose body is still to be read."""
        response = self._authenticated(method, urljoin(self.base, target), headers or {}, body)
        try:
            if response.status >= _FIRST_ERROR:
                reply = self._read(response, MAX_ERROR_BYTES)
                raise refusal(
                    reply.status,
                    reply.headers,
                    reply.body,
                    doing=doing,
                    registry=self.host,
                    repository=self.repository,
                )
            yield response
        finally:
            response.close()
            response.release_conn()

    def chunks(self, response: urllib3.BaseHTTPResponse, limit: int | None = None) -> Iterator[bytes]:
        """Read a body piece by piece.

        Raises:
            RegistryUnreachableError: The connection was lost before its end.
        """
        size = CHUNK_BYTES if limit is None else min(CHUNK_BYTES, limit + 1)
        with self._connecting(response.url or self.host):
            while chunk := response.read(size):
                yield chunk

    def _read(self, response: urllib3.BaseHTTPResponse, limit: int) -> Reply:
        body = bytearray()
        for chunk in self.chunks(response, limit):
            body += chunk
            if len(body) > limit:
                break
        return Reply(
            status=response.status, headers=response.headers, body=bytes(body), url=response.url or self.base
        )

    def _discard(self, response: urllib3.BaseHTTPResponse) -> None:
        """Read a short body to its end, so that the connection can be used again."""
        self._read(response, MAX_ERROR_BYTES)
        response.close()

    def _authenticated(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None
    ) -> urllib3.BaseHTTPResponse:
        for _ in range(_MAX_LOGINS):
            sent = self._authenticator.authorization
            response, ours = self._followed(method, url, headers, body, sent)
            # Only the registry itself may ask for a login: not whoever it redirects to.
            if response.status != _UNAUTHORIZED or not ours:
                return response
            challenge = response.headers.get("WWW-Authenticate", "")
            self._discard(response)
            self._authenticator.renew(challenge, refused=sent)
            if not isinstance(body, bytes | None):
                raise self._unreachable(url, "its token ran out before an upload did")
        return response

    def _followed(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Iterable[bytes] | None,
        authorization: str | None,
    ) -> tuple[urllib3.BaseHTTPResponse, bool]:
        """Send a request, and a reading one where it is redirected to; credentials stay with the registry."""
        ours = True
        for _ in range(MAX_REDIRECTS + 1):
            ours = ours and _origin(url) == _origin(self.base)
            login = {"Authorization": authorization} if authorization and ours else {}
            response = self._exchange(method, url, {**headers, **login}, body)
            location = response.headers.get("Location")
            if method not in ("GET", "HEAD") or response.status not in _REDIRECTS or not location:
                return response, ours
            self._discard(response)
            url = urljoin(url, location)
        raise self._unreachable(url, f"it redirected more than {MAX_REDIRECTS} times", transient=False)

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> urllib3.BaseHTTPResponse:
        place = urlsplit(url)
        if place.scheme != "https" and not (is_loopback(self.host) and is_loopback(place.netloc)):
            raise self._unreachable(url, "plain http is spoken on this machine alone", transient=False)
        with self._connecting(url):
            return self._pool(place.scheme, place.netloc).request(
                method,
                url,
                headers={"User-Agent": f"ecs-steps/{__version__}", **headers},
                body=body,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )

    def _get_token(self, url: str, headers: Mapping[str, str]) -> Reply:
        response = self._exchange("GET", url, headers)
        try:
            reply = self._read(response, MAX_ERROR_BYTES)
        finally:
            response.close()
        failure = refusal(
            reply.status,
            reply.headers,
            reply.body,
            doing="give a token",
            registry=urlsplit(url).netloc,
            repository=self.repository,
        )
        if isinstance(failure, RegistryUnreachableError):
            raise failure
        return reply

    @contextmanager
    def _connecting(self, url: str) -> Iterator[None]:
        try:
            yield
        except (urllib3.exceptions.HTTPError, OSError) as error:
            lasting = isinstance(error, urllib3.exceptions.SSLError | urllib3.exceptions.LocationValueError)
            raise self._unreachable(url, _reason(error), transient=not lasting) from error

    def _unreachable(self, url: str, why: str, *, transient: bool = True) -> RegistryUnreachableError:
        # Never the whole address: those of storage behind a registry hold a signature.
        host = urlsplit(url).netloc.rpartition("@")[2] or self.host
        asked = "" if host == self.host else f" for {self.host}"
        return RegistryUnreachableError(
            what=f"{host} could not be used{asked}",
            why=why,
            next_step="Check the name, and that the worker reaches it; then run the step again.",
            registry=self.host,
            repository=self.repository,
            transient=transient,
        )

    def _pool(self, scheme: str, netloc: str) -> urllib3.PoolManager:
        proxies: Mapping[str, str] = urllib.request.getproxies()
        proxy = proxies.get(scheme) or proxies.get("all") or ""
        if urllib.request.proxy_bypass(netloc):
            proxy = ""
        if proxy not in self._pools:
            self._pools[proxy] = _open_pool(proxy)
        return self._pools[proxy]


def _open_pool(proxy: str) -> urllib3.PoolManager:
    options: dict[str, Any] = {
        "maxsize": MAX_CONNECTIONS,
        "timeout": TIMEOUT,
        "ca_certs": os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE"),
    }
    if not proxy:
        return urllib3.PoolManager(**options)
    login = urllib3.util.parse_url(proxy).auth
    headers = urllib3.make_headers(proxy_basic_auth=unquote(login)) if login else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)


def _origin(url: str) -> tuple[str, str]:
    place = urlsplit(url)
    return place.scheme, place.netloc.lower()


def _reason(error: Exception) -> str:
    """Return what went wrong, without the address, which urllib3 puts in front of it."""
    return str(error).rpartition("): ")[2] or type(error).__name__


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, RegistryUnreachableError) and error.transient


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wanted = error.retry_after if isinstance(error, RegistryUnreachableError) else 0.0
    return min(wanted, MAX_RETRY_AFTER) or _BACKOFF(state)
