"""The sandbox's registry behind HTTP, as the OCI distribution specification has it."""

import json
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ecs_steps.sandbox.registry import (
    RETRY_AFTER,
    Locations,
    MovedTag,
    RegistryFailure,
    RegistryFault,
    RegistryRequest,
    SandboxRegistry,
    digest_of,
)

HOST = "127.0.0.1"


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

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  socketserver's own
        """Say nothing of a client that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


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
        match = re.fullmatch(
            r"/v2/(?P<name>.+)/(?P<kind>manifests|blobs|uploads|referrers)/(?P<rest>.*)", path
        )
        if self.server.name == "storage":
            self._storage(path)
        elif path == "/token":
            status, payload = registry.new_token(authorization, dict(parse_qsl(urlsplit(self.path).query)))
            if self.failure is RegistryFailure.UNAVAILABLE:
                self._error(503, "UNAVAILABLE")
            else:
                response = json.dumps(payload).encode()
                self._reply(status, body=response[:-1] if self.failure is RegistryFailure.SHORT else response)
        elif not match:
            self._error(404, "NAME_INVALID")
        else:
            name = match["name"].removesuffix("/blobs")
            scope = self._scope(name)
            if not registry.admits(authorization, scope):
                self._error(401, "UNAUTHORIZED", {"WWW-Authenticate": registry.challenge(scope)})
                return
            self.rules = registry.rules(name)
            if self.rules is None:
                self._error(404, "NAME_UNKNOWN")
                return
            if fault and isinstance(fault.effect, MovedTag):
                registry.tags[name, fault.effect.tag] = fault.effect.digest
            self._admitted(name, match["kind"], match["rest"])

    def _scope(self, name: str) -> str:
        scope = f"repository:{name}:{'pull' if self.command in ('GET', 'HEAD') else 'pull,push'}"
        return f"{scope} repository:{self.query['from']}:pull" if "from" in self.query else scope

    def _admitted(self, name: str, kind: str, rest: str) -> None:
        match self.failure:
            case RegistryFailure.RATE_LIMITED:
                self._error(429, "TOOMANYREQUESTS", {"Retry-After": str(RETRY_AFTER)})
            case RegistryFailure.FORBIDDEN:
                self._error(403, "DENIED")
            case RegistryFailure.UPLOAD_LOST:
                self._error(404, "BLOB_UPLOAD_UNKNOWN")
            case RegistryFailure.UNAVAILABLE if kind != "manifests":
                self._error(503, "UNAVAILABLE")
            case RegistryFailure.REDIRECTED | RegistryFailure.REDIRECTED_TO_LOGIN:
                wanted = "?login" if self.failure is RegistryFailure.REDIRECTED_TO_LOGIN else ""
                self._reply(307, {"Location": f"http://{self.server.registry.storage}/{name}/{rest}{wanted}"})
            case _:
                getattr(self, f"_{kind}")(name, rest)

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
        elif tag and self.rules and self.rules.immutable_tags and (name, tag) in registry.tags:
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
        start = int(self.query.get("start", 0))
        end = start + registry.referrers_page
        media_type = "application/vnd.oci.image.index.v1+json"
        index = {"schemaVersion": 2, "mediaType": media_type, "manifests": found[start:end]}
        link = {"Link": f'<{urlsplit(self.path).path}?start={end}>; rel="next"'} if end < len(found) else {}
        self._reply(200, {"Content-Type": media_type, **link}, json.dumps(index).encode())

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
