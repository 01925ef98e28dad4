"""How a registry learns who its client is: its challenge, and the Basic or Bearer answer to it.

https://distribution.github.io/distribution/spec/auth/token/
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from attrs import define, field, frozen

from ecs_steps.image_reference import host_address, is_loopback
from ecs_steps.registry.errors import RegistryUnauthorizedError
from ecs_steps.registry.http_client import Reply

_TOKEN: Final = "[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105  RFC 9110's word for a kind of text
_PIECE: Final = re.compile(
    rf'(?P<key>{_TOKEN})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]*))|(?P<scheme>{_TOKEN})'
)


@frozen(kw_only=True)
class Credentials:
    """A user name and a password, or the token that stands for one; neither is ever printed.

    `login` is what errors call them.
    """

    username: str = field(repr=False)
    password: str = field(repr=False)
    login: str = field(default="the user name and the password", repr=False)

    @property
    def basic(self) -> str:
        """The value of an ``Authorization`` header."""
        return f"Basic {b64encode(f'{self.username}:{self.password}'.encode()).decode()}"


GetToken = Callable[[str, Mapping[str, str]], Reply]
"""GET an address with headers."""


def parse_challenges(header: str) -> dict[str, dict[str, str]]:
    """Read a ``WWW-Authenticate`` header: the parameters of each way that it offers; names in lower case."""
    offered: dict[str, dict[str, str]] = {}
    parameters: dict[str, str] = {}
    for piece in _PIECE.finditer(header):
        if piece["scheme"]:
            parameters = offered[piece["scheme"].lower()] = {}
        else:
            quoted = piece["quoted"]
            value = piece["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            parameters[piece["key"].lower()] = value
    return offered


@define
class Authenticator:
    """The current ``Authorization`` of one repository, which the threads of a copy share.

    Nothing is sent before the registry has sent a challenge.
    """

    registry: str
    repository: str
    credentials: Credentials | None
    get_token: GetToken
    authorization: str | None = field(default=None, repr=False)
    _lock: Lock = field(factory=Lock)

    def renew(self, header: str, *, refused: str | None) -> None:
        """Answer the challenge of a request that was sent with `refused`.

        Where another thread has answered one since, that is used.

        Raises:
            RegistryUnauthorizedError: It cannot be answered, or it was refused.
        """
        with self._lock:
            if self.authorization != refused:
                return
            authorization = self._answer(parse_challenges(header))
            if authorization == refused:
                login = self.credentials.login if self.credentials else "a request without a login"
                raise self._error(f"it refused {login}")
            self.authorization = authorization

    def _answer(self, offered: Mapping[str, Mapping[str, str]]) -> str:
        if bearer := offered.get("bearer"):
            return f"Bearer {self._token(bearer)}"
        if "basic" not in offered:
            raise self._error("it does not say how to log in, by user name and password or by a token")
        if not self.credentials:
            raise self._error("it wants a user name and a password, and there are none for it")
        return self.credentials.basic

    def _token(self, challenge: Mapping[str, str]) -> str:
        realm = challenge.get("realm", "")
        if problem := realm_problem(realm, self.registry):
            raise self._error(f"it sends logins to {ascii(realm)[:200]}, {problem}")
        place = urlsplit(realm)
        # As the registry wrote them: only it knows what its own scopes look like.
        wanted = [(name, challenge[name]) for name in ("service", "scope") if name in challenge]
        query = urlencode([*parse_qsl(place.query), *wanted])
        headers = {"Authorization": self.credentials.basic} if self.credentials else {}
        reply = self.get_token(urlunsplit(place._replace(query=query)), headers)
        if reply.status != 200:  # noqa: PLR2004  HTTP's own
            raise self._error(f"{place.netloc} gave no token for it (HTTP {reply.status})", reply.status)
        try:
            payload = json.loads(reply.body)
            token = payload.get("token") or payload.get("access_token")
        except (ValueError, RecursionError, AttributeError):
            token = None
        if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token):
            raise self._error(f"{place.netloc} answered without a token")
        return token

    def _error(self, why: str, status: int = 401) -> RegistryUnauthorizedError:
        who = f"Check {self.credentials.login}" if self.credentials else "Give a user name and a password"
        return RegistryUnauthorizedError(
            what=f"{self.registry} did not let the step use {self.repository}",
            why=why,
            next_step=f"{who}, and what the user may do there.",
            registry=self.registry,
            repository=self.repository,
            status=status,
        )


def realm_problem(realm: str, registry: str) -> str:
    """Return why credentials are not sent to a realm; empty where they may be.

    A registry names the place that its users send their passwords to, so a false one could make them leave
    unencrypted, or make the step call addresses inside its own network.
    """
    try:
        place = urlsplit(realm)
        host = place.netloc
        address = host_address(host)
    except ValueError:
        return "which is no address"
    if not place.hostname or place.username is not None:
        return "which is no address of a token server"
    local = is_loopback(registry)
    if place.scheme != "https" and not (place.scheme == "http" and local and is_loopback(host)):
        return "which is not https"
    own = host_address(registry)
    if not local and not (own and not own.is_global) and address and not address.is_global:
        return "which is an address of a private network"
    return ""
