"""A container registry on loopback, strict about what it is sent, that fails in ways real ones do.

It shares nothing with the client in `ecs_steps.registry`, so that the two cannot agree on a mistake.
"""

import hashlib
import json
import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from attrs import define, field, frozen

HOST = "127.0.0.1"
RETRY_AFTER = 7


class RegistryFailure(Enum):
    """What goes wrong with a request."""

    RATE_LIMITED = auto()  # 429, with Retry-After
    UNAVAILABLE = auto()  # 503, carried out all the same where it is a PUT of a manifest
    FORBIDDEN = auto()  # 403 DENIED
    CONNECTION_CUT = auto()  # in the middle of what is sent, or of what is answered
    SHORT = auto()  # an answer that is honest about being too short
    OTHER_BYTES = auto()
    WRONG_DIGEST = auto()  # in the header that names it
    REDIRECTED = auto()  # 307 to storage on another host
    REDIRECTED_TO_LOGIN = auto()  # the same, where storage wants to be told the password


@frozen(kw_only=True)
class MovedTag:
    """Another process moves a tag before the request is answered."""

    tag: str
    digest: str


@define(kw_only=True)
class RegistryFault:
    """The next `times` requests of a method whose path a pattern is found in go wrong."""

    method: str
    path: str
    effect: RegistryFailure | MovedTag
    times: int = 1


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
    """A registry and what it holds; `serve_registry` makes it answer.

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
    has_referrers_api: bool = True
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
            if fault.times and fault.method == method and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def admits(self, authorization: str, scope: str) -> bool:
        """Return whether a header proves the login, or a token of the scope that is not used up."""
        if not self.login:
            return True
        if self.token_uses is None:
            return authorization == basic(self.login)
        granted, uses = self.tokens.get(authorization, ("", 0))
        self.tokens[authorization] = (granted, uses - 1)
        return uses > 0 and set(scope.split()) <= set(granted.split())

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


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def serve_registry(registry: SandboxRegistry) -> Iterator[str]:
    """Answer on loopback until the block ends; give the host and the port."""
    with _Server(registry, "registry") as server, _Server(registry, "storage") as storage:
        registry.host, registry.storage = (f"{HOST}:{each.server_port}" for each in (server, storage))
        for each in (server, storage):
            Thread(target=each.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield registry.host
        finally:
            server.shutdown()
            storage.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, registry: SandboxRegistry, name: str) -> None:
        super().__init__((HOST, 0), _Exchange)
        self.registry, self.name = registry, name


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        registry, place = self.server.registry, urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(place.query).items()}
        authorization = self.headers.get("Authorization", "")
        with registry.lock:
            registry.requests.append(
                RegistryRequest(
                    server=self.server.name, method=self.command, path=self.path, authorization=authorization
                )
            )
            fault = registry.next_fault(self.command, self.path) if self.server.name == "registry" else None
        self.failure = fault.effect if fault and isinstance(fault.effect, RegistryFailure) else None
        length = int(self.headers.get("Content-Length", 0))
        if self.failure is RegistryFailure.CONNECTION_CUT and length:
            self.rfile.read(length // 2)
            self._cut()
            return
        self.body = self.rfile.read(length)
        if len(self.body) < length:
            self.close_connection = True
            return
        with registry.lock:
            self._answer(place.path, authorization, fault)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815  http.server's own names

    def _answer(self, path: str, authorization: str, fault: RegistryFault | None) -> None:
        registry = self.server.registry
        if self.server.name == "storage":
            self._storage(path)
            return
        if path == "/token":
            status, payload = registry.new_token(authorization, dict(parse_qsl(urlsplit(self.path).query)))
            self._reply(status, body=json.dumps(payload).encode())
            return
        match = re.fullmatch(
            r"/v2/(?P<name>.+)/(?P<kind>manifests|blobs|uploads|referrers)/(?P<rest>.*)", path
        )
        if not match:
            self._error(404, "NAME_INVALID")
            return
        name = match["name"].removesuffix("/blobs")
        actions = "pull" if self.command in ("GET", "HEAD") else "pull,push"
        scope = f"repository:{name}:{actions}"
        if self.command == "POST" and "from" in self.query:
            scope += f" repository:{self.query['from']}:pull"
        if not registry.admits(authorization, scope):
            self._error(401, "UNAUTHORIZED", {"WWW-Authenticate": registry.challenge(scope)})
            return
        if fault and isinstance(fault.effect, MovedTag):
            registry.tags[name, fault.effect.tag] = fault.effect.digest
        match self.failure:
            case RegistryFailure.RATE_LIMITED:
                self._error(429, "TOOMANYREQUESTS", {"Retry-After": str(RETRY_AFTER)})
            case RegistryFailure.FORBIDDEN:
                self._error(403, "DENIED")
            case RegistryFailure.UNAVAILABLE if match["kind"] != "manifests":
                self._error(503, "UNAVAILABLE")
            case RegistryFailure.REDIRECTED | RegistryFailure.REDIRECTED_TO_LOGIN:
                wanted = "?login" if self.failure is RegistryFailure.REDIRECTED_TO_LOGIN else ""
                self._reply(307, {"Location": f"http://{registry.storage}/{name}/{match['rest']}{wanted}"})
            case _:
                getattr(self, f"_{match['kind']}")(name, match["rest"])

    def _storage(self, path: str) -> None:
        name, _, digest = path.removeprefix("/").rpartition("/")
        if urlsplit(self.path).query == "login":
            challenge = f'Bearer realm="http://{self.server.registry.storage}/token",service="s",scope="x"'
            self._error(401, "UNAUTHORIZED", {"WWW-Authenticate": challenge})
        else:
            self._content(self.server.registry.blobs[name, digest], digest, "application/octet-stream")

    def _manifests(self, name: str, identifier: str) -> None:
        registry = self.server.registry
        digest = registry.tags.get((name, identifier), identifier)
        if self.command == "PUT":
            self._put_manifest(name, identifier)
        elif (name, digest) in registry.manifests:
            media_type, raw = registry.manifests[name, digest]
            self._content(raw, digest, media_type)
        else:
            self._error(404, "MANIFEST_UNKNOWN")

    def _put_manifest(self, name: str, identifier: str) -> None:
        registry, digest = self.server.registry, digest_of(self.body)
        document = json.loads(self.body)
        tag = "" if identifier.startswith("sha256:") else identifier
        pointed = [document.get("config"), *document.get("layers", []), *document.get("manifests", [])]
        held = {digest for repository, digest in (*registry.blobs, *registry.manifests) if repository == name}
        missing = [
            each
            for each in pointed
            if each and "foreign" not in each["mediaType"] and each["digest"] not in held
        ]
        if missing:
            self._error(404, "MANIFEST_BLOB_UNKNOWN")
        elif document.get("mediaType", self.headers["Content-Type"]) != self.headers["Content-Type"]:
            self._error(400, "MANIFEST_INVALID")
        elif not tag and digest != identifier:
            self._error(400, "DIGEST_INVALID")
        elif tag and registry.immutable_tags and (name, tag) in registry.tags:
            self._error(400, "TAG_INVALID")
        else:
            registry.manifests[name, digest] = (self.headers["Content-Type"], self.body)
            if tag:
                registry.tags[name, tag] = digest
            if self.failure is RegistryFailure.UNAVAILABLE:
                self._error(503, "UNAVAILABLE")
            else:
                self._reply(201, {"Docker-Content-Digest": self._named(digest)})

    def _blobs(self, name: str, digest: str) -> None:
        content = self.server.registry.blobs.get((name, digest))
        if content is None:
            self._error(404, "BLOB_UNKNOWN")
        else:
            self._content(content, digest, "application/octet-stream")

    def _uploads(self, name: str, session: str) -> None:
        registry = self.server.registry
        source = registry.blobs.get((self.query.get("from", ""), self.query.get("mount", "")))
        path = f"/v2/{name}/blobs/uploads/{session or len(registry.requests)}"
        location = {"Location": registry.locations.value.format(host=registry.host, path=path)}
        if self.command == "POST" and registry.mounts and source is not None:
            registry.blobs[name, self.query["mount"]] = source
            self._reply(201)
        elif self.command in ("POST", "PATCH"):  # what a PATCH brings is dropped, as ECR does
            self._reply(202, location)
        elif registry.locations is Locations.WITH_QUERY and self.query.get("_state") != "a+b==":
            self._error(404, "BLOB_UPLOAD_UNKNOWN")
        elif digest_of(self.body) != self.query["digest"]:
            self._error(400, "DIGEST_INVALID")
        else:
            registry.blobs[name, self.query["digest"]] = self.body
            self._reply(201, {"Docker-Content-Digest": self._named(self.query["digest"])})

    def _referrers(self, name: str, digest: str) -> None:
        registry = self.server.registry
        if not registry.has_referrers_api:
            self._error(404, "NOT_FOUND")
            return
        found = [
            {"mediaType": media_type, "digest": own, "size": len(raw)}
            for (repository, own), (media_type, raw) in registry.manifests.items()
            if repository == name and json.loads(raw).get("subject", {}).get("digest") == digest
        ]
        index = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": found,
        }
        self._reply(200, {"Content-Type": index["mediaType"]}, json.dumps(index).encode())

    def _content(self, content: bytes, digest: str, media_type: str) -> None:
        if self.failure is RegistryFailure.SHORT:
            content = content[:-1]
        elif self.failure is RegistryFailure.OTHER_BYTES:
            content = content[::-1]
        headers = {"Content-Type": media_type, "Docker-Content-Digest": self._named(digest)}
        self._reply(200, headers, content)

    def _named(self, digest: str) -> str:
        return digest_of(b"") if self.failure is RegistryFailure.WRONG_DIGEST else digest

    def _error(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        errors = {"errors": [{"code": code, "message": f"the sandbox says {code}"}]}
        self._reply(status, headers, json.dumps(errors).encode())

    def _reply(self, status: int, headers: Any = None, body: bytes = b"") -> None:  # noqa: ANN401  a dict of text
        self.send_response_only(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            if self.failure is RegistryFailure.CONNECTION_CUT:
                self.wfile.write(body[: len(body) // 2])
                self._cut()
                return
            self.wfile.write(body)

    def _cut(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
        """Say nothing: the registry has its own list of requests."""
