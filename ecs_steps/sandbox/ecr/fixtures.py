"""The image that a fresh account has: an index of two platforms, and what BuildKit says of the first."""

import json
from collections.abc import Iterator
from typing import Any

from ecs_steps.sandbox.registry import SandboxRegistry, digest_of

REPOSITORY = "staging/web"
TAG = "1.4.0"

_OCI = "application/vnd.oci.image"
_MANIFEST = f"{_OCI}.manifest.v1+json"
_INDEX = f"{_OCI}.index.v1+json"


def put_image(registry: SandboxRegistry, repository: str = REPOSITORY, tag: str = TAG) -> str:
    """Put the example image into a repository, and return its digest."""
    children = list(_children(registry, repository))
    digest = _put_manifest(registry, repository, _INDEX, manifests=children)
    registry.tags[repository, tag] = digest
    return digest


def _children(registry: SandboxRegistry, repository: str) -> Iterator[dict[str, Any]]:
    for number, platform in enumerate(
        (
            {"os": "linux", "architecture": "amd64"},
            {"os": "linux", "architecture": "arm64", "variant": "v8"},
            {"os": "unknown", "architecture": "unknown"},
        )
    ):
        config = _put_blob(registry, repository, f"{_OCI}.config.v1+json", json.dumps(platform).encode())
        content = b"".join(digest_of(bytes([number, page])).encode() for page in range(200))
        layer = _put_blob(registry, repository, f"{_OCI}.layer.v1.tar", content)
        digest = _put_manifest(registry, repository, _MANIFEST, config=config, layers=[layer])
        is_attestation = platform["os"] == "unknown"
        notes = {"vnd.docker.reference.type": "attestation-manifest"} if is_attestation else {}
        size = len(registry.manifests[repository, digest][1])
        yield {
            "mediaType": _MANIFEST,
            "digest": digest,
            "size": size,
            "platform": platform,
            "annotations": notes,
        }


def _put_blob(registry: SandboxRegistry, repository: str, media_type: str, content: bytes) -> dict[str, Any]:
    digest = digest_of(content)
    registry.blobs[repository, digest] = content
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _put_manifest(registry: SandboxRegistry, repository: str, media_type: str, **members: object) -> str:
    raw = json.dumps({"schemaVersion": 2, "mediaType": media_type, **members}).encode()
    digest = digest_of(raw)
    registry.manifests[repository, digest] = (media_type, raw)
    return digest
