"""A container registry on loopback, strict about what it is sent, that fails in ways real ones do.

It shares nothing with the client in `ecs_steps.registry`, so that the two cannot agree on a mistake.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from enum import Enum, auto
from threading import RLock

from attrs import Factory, define, field, frozen

RETRY_AFTER = 7


class RegistryFailure(Enum):
    """What goes wrong with a request."""

    RATE_LIMITED = auto()  # 429, with Retry-After
    UNAVAILABLE = auto()  # 503, carried out all the same where it is a PUT of a manifest
    FORBIDDEN = auto()  # 403 DENIED
    CONNECTION_CUT = auto()  # in the middle of what is sent, or of what is answered
    UPLOAD_LOST = auto()  # 404, as if it had never begun
    SHORT = auto()  # an answer that is honest about being too short
    OTHER_BYTES = auto()
    WRONG_DIGEST = auto()  # in the header that names it
    REDIRECTED = auto()  # 307 to storage on another host
    REDIRECTED_TO_LOGIN = auto()  # the same, where storage sends a challenge of its own


@frozen(kw_only=True)
class MovedTag:
    """Another process moves a tag before the request is answered."""

    tag: str
    digest: str


@define(kw_only=True)
class RegistryFault:
    """Requests whose method and path the patterns are found in go wrong: `times` of them, `after` others."""

    method: str
    path: str
    effect: RegistryFailure | MovedTag
    times: int = 1
    after: int = 0


@frozen(kw_only=True)
class RepositoryRules:
    """What a repository does with tags."""

    immutable_tags: bool = False


@frozen(kw_only=True)
class RegistryRequest:
    """A request as it arrived; `server` is ``registry`` or ``storage``."""

    server: str
    method: str
    path: str
    authorization: str


class Locations(Enum):
    """How the address of an upload is written."""

    ABSOLUTE = "http://{host}{path}"
    RELATIVE = "{path}"
    WITH_QUERY = "{path}?_state=a%2Bb%3D%3D"


@define(kw_only=True)
class SandboxRegistry:
    """A registry and what it holds; `serve_registry` in `registry_server` makes it answer.

    It has the repositories that `rules` knows, which by default are all.

    With a `login` it wants Basic authentication, or Bearer where `token_uses` says how many requests a token
    is good for; its answers then call the token `token_member`.
    """

    login: tuple[str, str] | None = None
    token_uses: int | None = None
    token_member: str = "token"  # noqa: S105  its name alone
    realm: str = ""
    locations: Locations = Locations.RELATIVE
    mounts: bool = True
    immutable_tags: bool = False
    rules: Callable[[str], RepositoryRules | None] = field(
        default=Factory(lambda self: self._same_rules, takes_self=True)
    )
    has_referrers_api: bool = True
    referrers_page: int = 1000
    faults: list[RegistryFault] = field(factory=list)

    blobs: dict[tuple[str, str], bytes] = field(factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(factory=dict)
    tags: dict[tuple[str, str], str] = field(factory=dict)
    requests: list[RegistryRequest] = field(factory=list)
    scopes: set[str] = field(factory=set)
    tokens: dict[str, tuple[str, int]] = field(factory=dict)
    host: str = ""
    storage: str = ""
    lock: RLock = field(factory=RLock)

    def next_fault(self, method: str, path: str) -> RegistryFault | None:
        for fault in self.faults:
            if not (fault.times and re.search(fault.method, method) and re.search(fault.path, path)):
                continue
            if fault.after:
                fault.after -= 1
                continue
            fault.times -= 1
            return fault
        return None

    def _same_rules(self, _: str) -> RepositoryRules:
        return RepositoryRules(immutable_tags=self.immutable_tags)

    def admits(self, authorization: str, scope: str) -> bool:
        """Return whether a header proves the login, or a token of the scope that is not used up."""
        if not self.login:
            return True
        if self.token_uses is None:
            return authorization == basic(self.login)
        granted, uses = self.tokens.get(authorization, ("", 0))
        self.tokens[authorization] = (granted, uses - 1)
        return uses > 0 and _actions(scope) <= _actions(granted)

    def challenge(self, scope: str) -> str:
        if self.token_uses is None:
            return 'Basic realm="sandbox"'
        self.scopes.add(scope)
        realm = self.realm or f"http://{self.host}/token"
        return f'Bearer realm="{realm}",service="sandbox, with a comma",scope="{scope}"'

    def new_token(self, authorization: str, query: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Answer a token server's request; scopes must be those of a challenge, letter by letter."""
        known = query.get("scope") in self.scopes and query.get("service") == "sandbox, with a comma"
        if not known or not self.login or authorization != basic(self.login):
            return 401, {}
        token = f"token-{len(self.tokens)}"
        self.tokens[f"Bearer {token}"] = (query["scope"], self.token_uses or 0)
        return 200, {self.token_member: token}


def basic(login: tuple[str, str]) -> str:
    return f"Basic {b64encode(':'.join(login).encode()).decode()}"


def _actions(scope: str) -> set[tuple[str, str]]:
    """Return each resource and action of a scope: a token to pull and push is one to pull as well."""
    parts = (part.rpartition(":") for part in scope.split())
    return {(resource, action) for resource, _, actions in parts for action in actions.split(",")}


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
