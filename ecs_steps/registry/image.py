"""An image as a whole: its manifests, which are few and small, and a list of its blobs."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final, Protocol

from attrs import frozen

from ecs_steps.registry.errors import CorruptedImageError, UnsupportedImageError
from ecs_steps.registry.manifest import (
    MAX_MANIFEST_BYTES,
    Descriptor,
    Manifest,
    Platform,
    config_platform,
    verified,
)

MAX_INDEX_DEPTH: Final = 2
MAX_MANIFESTS: Final = 1000
MAX_MANIFESTS_BYTES: Final = 8 * MAX_MANIFEST_BYTES
"""All manifests of an image are kept in memory."""


class ImageSource(Protocol):
    """Where an image is read from: a `Repository` or an `OciLayout`."""

    @property
    def name(self) -> str: ...

    def read_manifest(self, identifier: str) -> Manifest: ...

    def read_blob(self, blob: Descriptor) -> bytes: ...

    def open_blob(self, blob: Descriptor) -> AbstractContextManager[Iterator[bytes]]: ...


@frozen(kw_only=True)
class Image:
    """All that an image consists of, known before its first blob is read.

    `manifests` has the children before the index that lists them; `blobs` has each one once.
    """

    source: ImageSource
    root: Manifest
    manifests: tuple[Manifest, ...]
    blobs: tuple[Descriptor, ...]

    @property
    def digest(self) -> str:
        return self.root.digest

    @property
    def total_bytes(self) -> int:
        """The size of all blobs."""
        return sum(blob.size for blob in self.blobs)


@frozen(kw_only=True)
class ResolvedImage:
    """What a tag means now: its digest, and the platforms it can run on."""

    digest: str
    platforms: tuple[Platform, ...]


def read_image(source: ImageSource, identifier: str) -> Image:
    """Read all manifests of the image behind a tag or a digest, each one verified.

    Foreign layers are left out: registries do not hold them.

    Raises:
        RegistryError: It is missing, corrupted, nested deeper than two indexes or otherwise unsupported.
        InvalidLayoutError: A layout does not say which image is meant.
    """
    root = source.read_manifest(identifier)
    found: dict[str, Manifest] = {}
    _read_children(source, root, found, depth=1)
    blobs = {
        blob.digest: blob for manifest in found.values() for blob in manifest.blobs if not blob.is_foreign
    }
    return Image(source=source, root=root, manifests=tuple(found.values()), blobs=tuple(blobs.values()))


def resolve_image(source: ImageSource, identifier: str) -> ResolvedImage:
    """Return the digest of an image and its platforms; attestations are none.

    Raises:
        RegistryError: It is missing, or unsupported.
    """
    root = source.read_manifest(identifier)
    children = [child for child in root.children if not child.is_attestation]
    platforms = [
        child.platform or _platform_of(source, source.read_manifest(child.digest)) for child in children
    ]
    if not root.is_index:
        platforms = [_platform_of(source, root)]
    return ResolvedImage(digest=root.digest, platforms=tuple(dict.fromkeys(filter(None, platforms))))


def _read_children(source: ImageSource, parent: Manifest, found: dict[str, Manifest], depth: int) -> None:
    """Add the manifests below one to `found`, then itself."""
    if parent.is_index and depth > MAX_INDEX_DEPTH:
        raise _unsupported(source, parent, f"its indexes are nested deeper than {MAX_INDEX_DEPTH}")
    for child in parent.children:
        if child.digest in found:
            continue
        manifest = source.read_manifest(child.digest)
        if len(manifest.raw) != child.size:
            raise CorruptedImageError(
                what=f"{source.name} holds an index that is wrong about {child.digest}",
                why=f"it promises {child.size} bytes, and there are {len(manifest.raw)}",
                next_step="Build and push the image again.",
            )
        _read_children(source, manifest, found, depth + 1)
    found[parent.digest] = parent
    if len(found) > MAX_MANIFESTS or sum(len(each.raw) for each in found.values()) > MAX_MANIFESTS_BYTES:
        limit = f"{MAX_MANIFESTS} manifests and {MAX_MANIFESTS_BYTES // 2**20} MiB of them"
        raise _unsupported(source, parent, f"it has more than {limit}")


def _unsupported(source: ImageSource, manifest: Manifest, why: str) -> UnsupportedImageError:
    return UnsupportedImageError(
        what=f"{manifest.digest} of {source.name} is not an image that can be copied", why=why
    )


def _platform_of(source: ImageSource, manifest: Manifest) -> Platform | None:
    """Return the platform that the config of a manifest names; an index lists its own."""
    if manifest.is_index or not manifest.blobs:
        return None
    config = manifest.blobs[0]
    return config_platform(b"".join(verified([source.read_blob(config)], config, source.name)))
