import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from ecs_steps.sandbox.registry import SandboxRegistry, digest_of
from ecs_steps.sandbox.registry_server import serve_registry


@pytest.fixture
def registry() -> Iterator[SandboxRegistry]:
    registry = SandboxRegistry()
    with serve_registry(registry):
        yield registry


def send(registry: SandboxRegistry, method: str, path: str, body: bytes = b"") -> tuple[int, str, bytes]:
    """Return the status, the Location and the body of a response."""
    with closing(http.client.HTTPConnection(registry.host)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
        response = connection.getresponse()
        return response.status, response.headers.get("Location", ""), response.read()


def test_what_a_patch_brings_is_dropped_as_ecr_drops_it(registry: SandboxRegistry) -> None:
    _, location, _ = send(registry, "POST", "/v2/web/blobs/uploads/")

    patched, _, _ = send(registry, "PATCH", location, b"content")
    completed, _, body = send(registry, "PUT", f"{location}?digest={digest_of(b'content')}")

    assert (patched, completed) == (202, 400)
    assert json.loads(body)["errors"][0]["code"] == "DIGEST_INVALID"
    assert registry.blobs == {}


def test_a_whole_upload_is_kept(registry: SandboxRegistry) -> None:
    _, location, _ = send(registry, "POST", "/v2/web/blobs/uploads/")

    status, _, _ = send(registry, "PUT", f"{location}?digest={digest_of(b'content')}", b"content")

    assert status == 201
    assert registry.blobs == {("web", digest_of(b"content")): b"content"}


def test_a_manifest_needs_what_it_points_to(registry: SandboxRegistry) -> None:
    config = {"mediaType": "application/json", "digest": digest_of(b"absent"), "size": 6}
    raw = json.dumps({"schemaVersion": 2, "config": config, "layers": []}).encode()

    status, _, body = send(registry, "PUT", f"/v2/web/manifests/{digest_of(raw)}", raw)

    assert (status, json.loads(body)["errors"][0]["code"]) == (404, "MANIFEST_BLOB_UNKNOWN")


@pytest.mark.parametrize("token_uses", [None, 1], ids=["basic", "bearer"])
def test_a_registry_with_a_login_challenges(registry: SandboxRegistry, token_uses: int | None) -> None:
    registry.login, registry.token_uses = ("octopus", "secret"), token_uses

    assert send(registry, "GET", "/v2/web/manifests/1")[0] == 401
    assert not registry.admits("Bearer made up", "repository:web:pull")
    assert registry.new_token("", {"scope": "repository:web:pull", "service": "sandbox"}) == (401, {})
