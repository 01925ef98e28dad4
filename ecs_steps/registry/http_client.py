"""One HTTP exchange, and the redirects that follow from it, on behalf of one registry.

Credentials stay with the registry: what it redirects to, such as the storage of its blobs, receives none.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urljoin, urlsplit

import urllib3
from attrs import define, field, frozen
from urllib3 import BaseHTTPResponse

from ecs_steps.http_pool import failure_text, open_pool, proxy_of
from ecs_steps.image_reference import is_loopback
from ecs_steps.registry.errors import RegistryUnreachableError
from ecs_steps.version import __version__

CHUNK_BYTES: Final = 256 * 1024
MAX_REDIRECTS: Final = 5
TIMEOUT: Final = urllib3.Timeout(connect=10, read=120)
"""Seconds; a registry may take a while until it has stored a large layer."""

_REDIRECTS: Final = (301, 302, 303, 307, 308)

Body = bytes | Iterable[bytes] | None


@frozen(kw_only=True)
class Reply:
    """A response whose body was read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@define
class HttpClient:
    """The connections to a registry and to what it redirects to. Threads may share them.

    The environment's proxies and ``AWS_CA_BUNDLE`` apply, as they do to calls to AWS.
    """

    registry: str
    _pools: dict[str, urllib3.PoolManager] = field(init=False, factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """Where the registry is; plain http is spoken on loopback alone."""
        return f"{'http' if is_loopback(self.registry) else 'https'}://{self.registry}"

    def follow(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, authorization: str | None
    ) -> tuple[BaseHTTPResponse, bool]:
        """Send a request, and one that only reads also to where it is redirected.

        Returns:
            The last response, and whether it is the registry's own.

        Raises:
            RegistryUnreachableError: There is no response.
        """
        ours = True
        for _ in range(MAX_REDIRECTS + 1):
            ours = ours and _origin(url) == _origin(self.origin)
            login = {"Authorization": authorization} if authorization and ours else {}
            response = self.exchange(method, url, {**headers, **login}, body)
            location = response.headers.get("Location")
            if method not in ("GET", "HEAD") or response.status not in _REDIRECTS or not location:
                return response, ours
            self.discard(response)
            url = self.join(url, location)
        raise self.unreachable(url, f"it redirects more than {MAX_REDIRECTS} times", transient=False)

    def join(self, url: str, location: str) -> str:
        """Return where a ``Location`` leads, which may be relative to the request.

        Raises:
            RegistryUnreachableError: It is no address.
        """
        try:
            joined = urljoin(url, location)
            _origin(joined)
        except ValueError as error:
            raise self.unreachable(url, "it redirects to what is no address", transient=False) from error
        return joined

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: Body = None
    ) -> BaseHTTPResponse:
        """Send one request, and give its response, whose body is still to be read."""
        place = urlsplit(url)
        if place.scheme != "https" and not (is_loopback(self.registry) and is_loopback(place.netloc)):
            raise self.unreachable(url, "plain http is spoken on this machine alone", transient=False)
        with self._connecting(url):
            response = self._pool(place.scheme, place.netloc).request(
                method,
                url,
                headers={"User-Agent": f"ecs-steps/{__version__}", **headers},
                body=body,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        response.url = url  # urllib3 knows the path alone
        return response

    def chunks(self, response: BaseHTTPResponse, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """Read a body piece by piece.

        Raises:
            RegistryUnreachableError: The connection was lost before its end.
        """
        with self._connecting(response.url or self.origin):
            while chunk := response.read(size):
                yield chunk

    def read(self, response: BaseHTTPResponse, limit: int) -> Reply:
        """Read a body of at most `limit` bytes; of a longer one, a little more than that."""
        body = bytearray()
        for chunk in self.chunks(response, min(CHUNK_BYTES, limit + 1)):
            body += chunk
            if len(body) > limit:
                break
        url = response.url or self.origin
        return Reply(status=response.status, headers=response.headers, body=bytes(body), url=url)

    def discard(self, response: BaseHTTPResponse) -> None:
        """Read a short body to its end, so that its connection can be used again, and close a long one's."""
        self.read(response, CHUNK_BYTES)
        response.close()

    def unreachable(self, url: str, why: str, *, transient: bool = True) -> RegistryUnreachableError:
        """Make an error of a request that was not answered."""
        # Never the whole address: those of storage behind a registry hold a signature.
        host = urlsplit(url).netloc.rpartition("@")[2]
        behalf = "" if host == self.registry else f" for {self.registry}"
        return RegistryUnreachableError(
            what=f"{host} could not be used{behalf}",
            why=why,
            next_step="Check the name, and that the worker reaches it; then run the step again.",
            registry=self.registry,
            transient=transient,
        )

    @contextmanager
    def _connecting(self, url: str) -> Iterator[None]:
        try:
            yield
        except (urllib3.exceptions.HTTPError, OSError) as error:
            lasting = isinstance(error, urllib3.exceptions.SSLError | urllib3.exceptions.LocationValueError)
            raise self.unreachable(url, failure_text(error), transient=not lasting) from error

    def _pool(self, scheme: str, netloc: str) -> urllib3.PoolManager:
        proxy = proxy_of(scheme, netloc)
        if proxy not in self._pools:
            self._pools[proxy] = open_pool(proxy, TIMEOUT)
        return self._pools[proxy]


def _origin(url: str) -> tuple[str, str | None, int | None]:
    place = urlsplit(url)
    return place.scheme, place.hostname, place.port or {"http": 80, "https": 443}.get(place.scheme)
