"""A revision as an image: one empty layer, and labels that describe the revision; pure.

revision -> labels -> config -> manifests (Docker schema 2, and its OCI twin)

The bytes depend on nothing but the revision: docker requests a digest moments after it resolved the tag, and
another instance may respond. Labels hold neither environment values nor secrets, commands or log options.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from attrs import field, frozen

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
# The media types of the manifest, the config and the layer.
_DOCKER = (
    DOCKER_MANIFEST,
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
)
_OCI = (
    OCI_MANIFEST,
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.layer.v1.tar+gzip",
)

EMPTY_LAYER = bytes.fromhex("1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000")
"""The gzip of a tar without members that Docker itself uses."""
_EMPTY_TAR_DIGEST = f"sha256:{hashlib.sha256(bytes(1024)).hexdigest()}"


@frozen(kw_only=True)
class Revision:
    """What the feed shows of a revision: nothing that can change while it is ACTIVE, and no secret.

    `images` are pairs of container name and image. `cpu` and `memory` are the task's, as ECS writes them.
    """

    arn: str
    family: str
    number: int
    registered_at: datetime | None = None
    registered_by: str = ""
    cpu: str = ""
    memory: str = ""
    images: tuple[tuple[str, str], ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """The facts that Octopus shows as release notes, and that a step reads as ``.Image.Labels[...]``."""
        _, _, _, region, account, *_ = self.arn.split(":")
        labels = {
            "ecs.family": self.family,
            "ecs.revision": str(self.number),
            "ecs.task-definition-arn": self.arn,
            "ecs.region": region,
            "ecs.account": account,
            "ecs.registered-at": _timestamp(self.registered_at) if self.registered_at else "",
            "ecs.registered-by": self.registered_by,
            "ecs.cpu": self.cpu,
            "ecs.memory": self.memory,
            **{f"ecs.container.{name}.image": image for name, image in self.images},
        }
        return {name: value for name, value in labels.items() if value}


@frozen(kw_only=True)
class Blob:
    """Bytes and their digest."""

    media_type: str
    body: bytes
    digest: str = field(init=False)

    @digest.default
    def _sha256(self) -> str:
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}"


LAYER = Blob(media_type=_DOCKER[2], body=EMPTY_LAYER)


@frozen(kw_only=True)
class Image:
    """The blobs of one revision; the layer is the same for all."""

    config: Blob
    docker_manifest: Blob
    oci_manifest: Blob

    def __iter__(self) -> Iterator[Blob]:
        yield from (self.docker_manifest, self.oci_manifest, self.config)


def build_image(revision: Revision) -> Image:
    """Return the image of a revision; equal revisions have equal bytes."""
    created = _timestamp(revision.registered_at or datetime.fromtimestamp(0, UTC))
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": created,
        "config": {"Labels": revision.labels},
        "rootfs": {"type": "layers", "diff_ids": [_EMPTY_TAR_DIGEST]},
        "history": [{"created": created, "created_by": "ecs-steps feed"}],
    }
    body = _canonical(config)
    return Image(
        config=Blob(media_type=_DOCKER[1], body=body),
        docker_manifest=_manifest(body, *_DOCKER),
        oci_manifest=_manifest(body, *_OCI),
    )


def _manifest(config: bytes, media_type: str, config_type: str, layer_type: str) -> Blob:
    blobs = Blob(media_type=config_type, body=config), Blob(media_type=layer_type, body=EMPTY_LAYER)
    descriptors = [
        {"mediaType": blob.media_type, "size": len(blob.body), "digest": blob.digest} for blob in blobs
    ]
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": descriptors[0],
        "layers": descriptors[1:],
    }
    return Blob(media_type=media_type, body=_canonical(manifest))


def _canonical(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _timestamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
