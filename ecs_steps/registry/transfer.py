"""Copy an image with every byte as it is: read its manifests, send its blobs, then its manifests, by digest.

No tag is set here. A copy that fails leaves content without a tag, which the next one finds and uses.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from threading import Event, Lock
from typing import Final, Protocol

from attrs import define, field, frozen

from ecs_steps.registry.errors import CopyCancelledError, CorruptedImageError, UnsupportedImageError
from ecs_steps.registry.manifest import (
    MAX_MANIFEST_BYTES,
    Descriptor,
    Manifest,
    Platform,
    config_platform,
    verified,
)
from ecs_steps.registry.reference import Reference
from ecs_steps.registry.repository import Repository

PARALLEL_BLOBS: Final = 4
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
class Progress:
    """How many of the blobs' bytes are at the destination; those that were there already count."""

    bytes_done: int
    bytes_total: int


@frozen(kw_only=True)
class CopyResult:
    """What a copy did: `bytes_copied` were sent, the other blobs were there or were mounted."""

    digest: str
    bytes_copied: int
    bytes_total: int
    blobs_copied: int
    blobs_mounted: int
    blobs_present: int


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
    platforms = [child.platform or _read_platform(source, child.digest) for child in children]
    if not root.is_index:
        platforms = [_platform_of(source, root)]
    return ResolvedImage(digest=root.digest, platforms=tuple(dict.fromkeys(filter(None, platforms))))


def copy_image(
    image: Image,
    destination: Repository,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    parallel: int = PARALLEL_BLOBS,
) -> CopyResult:
    """Copy an image by digest, without a tag; what the destination holds already is not sent again.

    Blobs go `parallel` at a time; each is sent whole, and again from its start where that fails for a passing
    reason. Where both repositories are on one registry, blobs are mounted if it does that. `progress` is
    called by one thread at a time; `is_cancelled` before each blob and each piece of one.

    Raises:
        CorruptedImageError: The source holds other bytes than its manifests promise.
        CopyCancelledError: `is_cancelled` said so.
        RegistryError: Either side failed.
    """
    return _Copy(image, destination, progress, is_cancelled).run(parallel)


@define
class _Copy:
    image: Image
    destination: Repository
    progress: Callable[[Progress], None]
    is_cancelled: Callable[[], bool]
    _bytes_done: int = 0
    _bytes_copied: int = 0
    _copied: int = 0
    _mounted: int = 0
    _lock: Lock = field(factory=Lock)
    _stopped: Event = field(factory=Event)

    def run(self, parallel: int) -> CopyResult:
        self._report(0)
        self._copy_blobs(parallel)
        for manifest in self.image.manifests:
            self._check_cancelled()
            if self.destination.find_digest(manifest.digest) is None:
                self.destination.write_manifest(manifest)
        return CopyResult(
            digest=self.image.digest,
            bytes_copied=self._bytes_copied,
            bytes_total=self.image.total_bytes,
            blobs_copied=self._copied,
            blobs_mounted=self._mounted,
            blobs_present=len(self.image.blobs) - self._copied - self._mounted,
        )

    def _copy_blobs(self, parallel: int) -> None:
        # The largest first, so that the last one to end is a small one.
        blobs = sorted(self.image.blobs, key=lambda blob: blob.size, reverse=True)
        with ThreadPoolExecutor(parallel, thread_name_prefix="copy") as threads:
            try:
                for copied in as_completed([threads.submit(self._copy_blob, blob) for blob in blobs]):
                    copied.result()
            except BaseException:
                self._stopped.set()
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def _copy_blob(self, blob: Descriptor) -> None:
        self._check_cancelled()
        if self.destination.has_blob(blob.digest):
            self._report(blob.size)
        else:
            self.destination.retry(lambda: self._send_blob(blob))

    def _send_blob(self, blob: Descriptor) -> None:
        location = self.destination.start_upload(blob, mount_from=self._mount_from())
        if location is None:
            with self._lock:
                self._mounted += 1
            self._report(blob.size)
            return
        sent = 0

        def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
            nonlocal sent
            for chunk in chunks:
                self._check_cancelled()
                yield chunk
                sent += len(chunk)
                self._report(len(chunk))

        try:
            with self.image.source.open_blob(blob) as chunks:
                content = counted(verified(chunks, blob, self.image.source.name))
                self.destination.finish_upload(location, blob, content)
        except BaseException:
            self._report(-sent)
            raise
        with self._lock:
            self._copied += 1
            self._bytes_copied += blob.size

    def _mount_from(self) -> Reference | None:
        source = self.image.source
        if not isinstance(source, Repository):
            return None
        here, there = source.reference, self.destination.reference
        return here if here.host == there.host and here.repository != there.repository else None

    def _check_cancelled(self) -> None:
        if self._stopped.is_set() or self.is_cancelled():
            raise CopyCancelledError(
                what=f"The copy of {self.image.digest} to {self.destination.name} was cancelled",
                why="no tag was set",
                next_step="Run the step again: it uses what has been copied.",
                registry=self.destination.reference.host,
                repository=self.destination.reference.repository,
            )

    def _report(self, more: int) -> None:
        with self._lock:
            self._bytes_done += more
            self.progress(Progress(bytes_done=self._bytes_done, bytes_total=self.image.total_bytes))


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


def _read_platform(source: ImageSource, digest: str) -> Platform | None:
    return _platform_of(source, source.read_manifest(digest))


def _platform_of(source: ImageSource, manifest: Manifest) -> Platform | None:
    """Return the platform that the config of a manifest names; an index lists its own."""
    if manifest.is_index or not manifest.blobs:
        return None
    config = manifest.blobs[0]
    return config_platform(b"".join(verified([source.read_blob(config)], config, source.name)))
