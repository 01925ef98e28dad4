"""What an image consists of: an index lists manifests by platform, a manifest lists a config and layers.

All of them are content behind a digest. Nothing here writes JSON: bytes are kept as they were read, because
any other spelling of the same manifest is another image.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from ecs_steps.image_reference import is_digest
from ecs_steps.registry.errors import CorruptedImageError, UnsupportedImageError

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPES: Final = (OCI_INDEX, "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFEST_TYPES: Final = (OCI_MANIFEST, "application/vnd.docker.distribution.manifest.v2+json")
ACCEPT: Final = ", ".join((*INDEX_TYPES, *MANIFEST_TYPES))

MAX_MANIFEST_BYTES: Final = 4 * 2**20
"""What the OCI distribution specification lets a registry accept at least, and clients expect at most."""


@frozen(kw_only=True)
class Platform:
    """What an image runs on, in Go's words: ``linux/arm64/v8``."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))


@frozen(kw_only=True)
class Descriptor:
    """A pointer to content: its type, its digest and how many bytes it has."""

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None
    annotations: Mapping[str, str] = field(factory=dict)

    @property
    def ref_name(self) -> str:
        """What an entry of a layout is called, usually its tag; empty where it has no name."""
        return self.annotations.get("org.opencontainers.image.ref.name", "")

    @property
    def is_foreign(self) -> bool:
        """Whether registries do not hold it: base layers of Windows are fetched from their maker."""
        return "foreign" in self.media_type or "nondistributable" in self.media_type

    @property
    def is_attestation(self) -> bool:
        """Whether it is what BuildKit says of another manifest of the index, and not an image to run."""
        kind = self.annotations.get("vnd.docker.reference.type", "")
        return kind.startswith("attestation") or (self.platform is not None and self.platform.os == "unknown")


@frozen(kw_only=True)
class Manifest:
    """An index or a manifest: `raw` is what its digest is of; `children` or `blobs` is what it points to."""

    raw: bytes
    media_type: str
    digest: str
    children: tuple[Descriptor, ...] = ()
    blobs: tuple[Descriptor, ...] = ()

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEX_TYPES


def digest_of(raw: bytes, like: str = "sha256:") -> str:
    """Return the digest of some bytes, by the algorithm of the digest `like`."""
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, raw).hexdigest()}"


def parse_manifest(raw: bytes, *, expected: str, media_type: str, origin: str) -> Manifest:
    """Verify the bytes of an index or a manifest against a digest, then read what they point to.

    `media_type` is what the registry, or who points here, says of it; `origin` is where it comes from.

    Raises:
        CorruptedImageError: The digest is of other bytes.
        UnsupportedImageError: It is neither an index nor a manifest of OCI or of Docker's schema 2.
    """
    actual = digest_of(raw, expected)
    if actual != expected:
        raise CorruptedImageError(
            what=f"{origin} sent a manifest that is not {expected}",
            why=f"the digest of what it sent is {actual}",
            next_step="Push the image again, or pull it elsewhere to see whether the registry is damaged.",
        )
    try:
        document = json.loads(raw)
        return _parse(document, raw, expected, media_type)
    except (ValueError, RecursionError) as error:
        raise UnsupportedImageError(
            what=f"{expected} of {origin} is not an image that can be copied",
            why=str(error) if isinstance(error, _UnsupportedError) else "it is not a manifest in JSON",
            next_step="Build and push it with a current tool, as an OCI image or in Docker's schema 2.",
        ) from error


def parse_index(raw: bytes, origin: str) -> tuple[Descriptor, ...]:
    """Read the manifests of an index that has no digest: a layout's own, or the list of referrers.

    Raises:
        UnsupportedImageError: It is none.
    """
    return parse_manifest(raw, expected=digest_of(raw), media_type=OCI_INDEX, origin=origin).children


def config_platform(raw: bytes) -> Platform | None:
    """Return the platform that the config of an image names; None where it names none."""
    try:
        return _platform(json.loads(raw))
    except (ValueError, RecursionError):
        return None


def verified(chunks: Iterable[bytes], blob: Descriptor, origin: str) -> Iterator[bytes]:
    """Give chunks on while they are hashed; the last one only when the digest and the size are right.

    Whoever sends them on with the blob's size has then promised more than it sent, and the other side keeps
    nothing of it.

    Raises:
        CorruptedImageError: They are not the blob.
    """
    checksum, size, held = hashlib.new(blob.digest.partition(":")[0]), 0, b""
    for chunk in chunks:
        size += len(chunk)
        if size > blob.size:
            break
        checksum.update(chunk)
        if held:
            yield held
        held = chunk
    actual = f"{checksum.name}:{checksum.hexdigest()}"
    if size == blob.size and actual == blob.digest:
        if held:
            yield held
        return
    amount = f"more than {blob.size}" if size > blob.size else f"{size}"
    raise CorruptedImageError(
        what=f"{origin} sent other bytes than its manifest promises for {blob.digest}",
        why=f"{amount} of {blob.size} bytes, whose digest is {actual}",
        next_step="Push the image again: nothing that was read of this blob was kept.",
    )


class _UnsupportedError(ValueError):
    """A manifest is JSON, and not one that can be copied."""


def _parse(document: object, raw: bytes, digest: str, declared: str) -> Manifest:
    match document:
        case {"schemaVersion": 1, **_rest}:
            raise _UnsupportedError("it is in Docker's schema 1, which registries no longer accept")
        case {"manifests": _, "layers": _, **_rest} | {"manifests": _, "config": _, **_rest}:
            # Two readers could take it for two different images (CVE-2021-41190).
            raise _UnsupportedError("it claims to be an index and a manifest at once")
        case {"manifests": list(members), **rest}:
            media_type = _media_type(rest, declared, INDEX_TYPES)
            children = tuple(map(_descriptor, members))
            return Manifest(raw=raw, media_type=media_type, digest=digest, children=children)
        case {"config": config, "layers": list(members), **rest}:
            media_type = _media_type(rest, declared, MANIFEST_TYPES)
            blobs = tuple(map(_descriptor, (config, *members)))
            return Manifest(raw=raw, media_type=media_type, digest=digest, blobs=blobs)
    raise _UnsupportedError("it has neither manifests nor a config and layers")


def _media_type(document: Mapping[Any, object], declared: str, known: tuple[str, ...]) -> str:
    """Return the type that a manifest gives itself; OCI lets it be missing, and registries may say less."""
    own = document.get("mediaType") or declared
    if own in known:
        return str(own)
    if "mediaType" in document:
        raise _UnsupportedError(f"its media type is {ascii(own)[:200]}")
    return known[0]


def _descriptor(member: object) -> Descriptor:
    match member:
        case {"digest": str(digest), "size": int(size), **rest} if is_digest(digest) and size >= 0:
            media_type, notes = rest.get("mediaType"), rest.get("annotations")
            return Descriptor(
                media_type=media_type if isinstance(media_type, str) else "",
                digest=digest,
                size=size,
                platform=_platform(rest.get("platform")),
                annotations={key: value for key, value in notes.items() if isinstance(value, str)}
                if isinstance(notes, dict)
                else {},
            )
    raise _UnsupportedError("it points to something without a digest and a size")


def _platform(member: Any) -> Platform | None:  # noqa: ANN401  any JSON
    match member:
        case {"os": str(os), "architecture": str(architecture), **rest} if os and architecture:
            variant = rest.get("variant")
            return Platform(
                os=os, architecture=architecture, variant=variant if isinstance(variant, str) else ""
            )
    return None
