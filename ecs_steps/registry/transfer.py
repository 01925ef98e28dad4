"""Copy an image with every byte as it is: its blobs, then its manifests, by digest.

No tag is set here. A copy that fails leaves content without a tag, which the next one finds and uses.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event, Lock
from typing import Final

from attrs import define, field, frozen

from ecs_steps.image_reference import Reference
from ecs_steps.registry.errors import CopyCancelledError
from ecs_steps.registry.image import Image, read_image
from ecs_steps.registry.manifest import Descriptor, verified
from ecs_steps.registry.repository import Repository

PARALLEL_BLOBS: Final = 4
REFERRER_TAG_SUFFIXES: Final = ("", ".sig", ".att", ".sbom")
"""https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md"""


@frozen(kw_only=True)
class CopyProgress:
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


def copy_image(
    image: Image,
    destination: Repository,
    *,
    progress: Callable[[CopyProgress], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    parallel: int = PARALLEL_BLOBS,
) -> CopyResult:
    """Copy an image by digest, without a tag; what the destination holds already is not sent again.

    Blobs go `parallel` at a time; each is sent whole, and again from its start where that fails for a passing
    reason. Where both repositories are on one registry, blobs are mounted if it does that. `progress` is
    called by one thread at a time, `is_cancelled` by any, before each blob and each piece of one.

    Raises:
        CorruptedImageError: The source holds other bytes than its manifests promise.
        CopyCancelledError: `is_cancelled` said so.
        RegistryError: Either side failed.
    """
    return _Copy(image, destination, progress, is_cancelled).run(parallel)


def copy_referrers(image: Image, source: Repository, destination: Repository) -> tuple[str, ...]:
    """Copy what refers to an image or to one of its manifests; return the digests of that.

    These are signatures, attestations and bills of materials. Registries list them (OCI 1.1), or a tag made
    of the image's digest names them: cosign's, and OCI's own for registries without the list. A tool may use
    either whatever the registry can do, so both are read.

    Raises:
        TagConflictError: The destination has other signatures under an immutable tag.
        RegistryError: Either side failed.
    """
    copied: dict[str, None] = {}
    for manifest in image.manifests:
        for referrer in source.list_referrers(manifest.digest):
            copy_image(read_image(source, referrer.digest), destination)
            copied[referrer.digest] = None
        for suffix in REFERRER_TAG_SUFFIXES:
            tag = f"{manifest.digest.replace(':', '-')}{suffix}"
            if (digest := source.find_digest(tag)) is None:
                continue
            copy_image(read_image(source, digest), destination)
            destination.set_tag(tag, digest, replaces=destination.find_digest(tag))
            copied[digest] = None
    return tuple(copied)


@define
class _Copy:
    image: Image
    destination: Repository
    progress: Callable[[CopyProgress], None]
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
            self.progress(CopyProgress(bytes_done=self._bytes_done, bytes_total=self.image.total_bytes))
