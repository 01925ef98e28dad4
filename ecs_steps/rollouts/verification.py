"""Verify new tasks by requests through the load balancer, as testers send them, before users reach them.

Nothing of a response is shown, for it may repeat the key of testers. No redirect is followed: the key would
go wherever it leads.
"""

from typing import Final
from urllib.parse import quote, urlsplit

import urllib3
from attrs import field, frozen

from ecs_steps.context import DeploymentContext
from ecs_steps.errors import DeploymentError
from ecs_steps.http_pool import failure_text, open_pool, proxy_of
from ecs_steps.polling import PollResult
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.version import __version__

REQUEST_TIMEOUT: Final = 10.0
"""Seconds for all of a response, and for a connection."""

MAX_BODY_BYTES: Final = 1024 * 1024
"""How much of a response is searched for the expected text."""

REDIRECTS: Final = range(300, 400)


@frozen(kw_only=True)
class Verification:
    """A request and what it is to be answered with, tried `tries` times with `interval` seconds between."""

    url: str = field(repr=False)
    marker: RequestMarker | None = None
    status: int = 200
    text: str = ""
    tries: int = 5
    interval: float = 10
    timeout: float = REQUEST_TIMEOUT

    @property
    def shown_url(self) -> str:
        """The URL without its query, which may hold a key."""
        place = urlsplit(self.url)
        return f"{place.scheme}://{place.netloc}{place.path}"

    @property
    def _sent_url(self) -> str:
        if self.marker is None or not self.marker.is_query:
            return self.url
        separator = "&" if urlsplit(self.url).query else "?"
        return f"{self.url}{separator}{quote(self.marker.name)}={quote(self.marker.value)}"

    @property
    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"ecs-steps/{__version__}", "Cache-Control": "no-cache"}
        if self.marker and not self.marker.is_query:
            headers[self.marker.name] = self.marker.value
        return headers

    def failure(self, context: DeploymentContext) -> "Failure | None":
        """Send one request; return what is wrong with the response, or none."""
        began, place = context.clock.now(), urlsplit(self.url)
        try:
            proxy = proxy_of(place.scheme, place.netloc)
            with open_pool(proxy, urllib3.Timeout(total=self.timeout)) as pool:
                response = pool.request(
                    "GET",
                    self._sent_url,
                    headers=self._headers,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    decode_content=False,
                )
                body = bytearray()
                while len(body) <= MAX_BODY_BYTES and (chunk := response.read1(MAX_BODY_BYTES)):
                    body += chunk
                    if (context.clock.now() - began).total_seconds() > self.timeout:
                        return Failure(why=f"did not answer within {self.timeout:g} s")
                status = response.status
                response.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return self._unreached(error)
        if status != self.status:
            redirected = " (a redirect, which is not followed)" if status in REDIRECTS else ""
            return Failure(why=f"answered {status}{redirected}, not {self.status}")
        if self.text.encode() not in body[:MAX_BODY_BYTES]:
            return Failure(why=f"answered {status} without the expected text in {len(body)} bytes")
        return None

    def _unreached(self, error: Exception) -> "Failure":
        match error:
            case urllib3.exceptions.ReadTimeoutError() | urllib3.exceptions.ConnectTimeoutError() if not (
                isinstance(error, urllib3.exceptions.NewConnectionError)
            ):
                return Failure(why=f"did not answer within {self.timeout:g} s")
            case urllib3.exceptions.LocationValueError():  # whose text is the whole URL
                return Failure(why="is no address", is_lasting=True)
            case _:
                is_lasting = isinstance(error, urllib3.exceptions.SSLError)
                return Failure(why=f"could not be reached: {failure_text(error)}", is_lasting=is_lasting)


@frozen(kw_only=True)
class Failure:
    """What is wrong with a response; one that is lasting is not tried again."""

    why: str
    is_lasting: bool = False


def verify(verification: Verification, context: DeploymentContext) -> None:
    """Send the request until it is answered as it is to be.

    Raises:
        DeploymentError: It is not, in any of the tries or within the step's time.
    """
    made = 0

    def make_try() -> PollResult[Failure | None]:
        nonlocal made
        failure = verification.failure(context)
        made += 1
        settled = failure is None or failure.is_lasting or made >= verification.tries
        if failure and not settled:
            text = f"Try {made} of {verification.tries}: {verification.shown_url} {failure.why}"
            context.say(Level.VERBOSE, text)
        return PollResult(value=failure, settled=settled, pause=verification.interval)

    failure = context.wait_for(f"the expected response of {verification.shown_url}", make_try).value
    if failure is None:
        context.say(Level.INFO, f"Verified: {verification.shown_url} answered {verification.status}")
        return
    raise DeploymentError(
        what="The new tasks did not pass the verification",
        why=f"{verification.shown_url} {failure.why}, in {made} of {verification.tries} tries",
        next_step="Nothing was changed. Mend them and run the step again, or abort the deployment.",
    )
