"""One repository of a registry, by the OCI distribution specification.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

from attrs import field, frozen

from ecs_steps.clock import Clock, SystemClock
from ecs_steps.image_reference import Reference, is_digest
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.errors import (
    CorruptedImageError,
    ImageNotFoundError,
    RegistryError,
    RegistryUnauthorizedError,
    TagConflictError,
    UnsupportedImageError,
)
from ecs_steps.registry.http_client import Reply
from ecs_steps.registry.manifest import (
    ACCEPT,
    MAX_MANIFEST_BYTES,
    OCI_INDEX,
    Descriptor,
    Manifest,
    digest_of,
    parse_index,
    parse_manifest,
)
from ecs_steps.registry.transport import MAX_ERROR_BYTES, Transport

T = TypeVar("T")

MAX_PAGES: Final = 100

_NEXT_PAGE: Final = re.compile(r'<(?P<target>[^>]*)>\s*;[^,]*\brel="?next\b')
_TAG_CONFLICTS: Final = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)


@frozen
class Repository:
    """A repository that images are read from and copied to. Threads may share it.

    Every method retries what passes (429, 5xx, lost connections), but `start_upload`, `finish_upload` and
    `open_blob`: a stream cannot be sent twice, so that `retry` repeats all three of them together.

    Raises:
        RegistryUnauthorizedError: The credentials may not do this.
        ImageNotFoundError: There is no such repository, image or blob.
        RegistryUnreachableError: All attempts failed.
        RegistryError: Another refusal.
    """

    reference: Reference
    credentials: Credentials | None = field(default=None, repr=False)
    clock: Clock = field(factory=SystemClock, repr=False, kw_only=True)
    _transport: Transport = field(init=False, repr=False)

    @_transport.default
    def _default_transport(self) -> Transport:
        return Transport(self.reference.host, self.reference.repository, self.credentials, self.clock)

    @property
    def name(self) -> str:
        """Registry and repository, without a tag."""
        return f"{self.reference.registry}/{self.reference.repository}"

    def retry(self, attempt: Callable[[], T]) -> T:
        """Call again what failed for a passing reason, with pauses on the clock."""
        return self._transport.retry(attempt)

    def find_digest(self, identifier: str) -> str | None:
        """Return the digest of the image behind a tag or a digest; None where there is none."""
        try:
            reply = self._call("HEAD", f"manifests/{identifier}", f"find {identifier}", {"Accept": ACCEPT})
        except ImageNotFoundError:
            return None
        digest = reply.headers.get("Docker-Content-Digest", "")
        return digest if is_digest(digest) else self.read_manifest(identifier).digest

    def read_manifest(self, identifier: str) -> Manifest:
        """Read the index or the manifest behind a tag or a digest.

        Raises:
            CorruptedImageError: It is not what its digest promises.
            UnsupportedImageError: It is no image, has more than 4 MiB or is in Docker's schema 1.
        """
        doing, headers = f"give the manifest {identifier}", {"Accept": ACCEPT}
        reply = self._call("GET", f"manifests/{identifier}", doing, headers, limit=MAX_MANIFEST_BYTES)
        promised = reply.headers.get("Docker-Content-Digest", "")
        if is_digest(identifier):
            expected = identifier
        else:
            expected = promised if is_digest(promised) else digest_of(reply.body)
        media_type = reply.headers.get("Content-Type", "").partition(";")[0].strip()
        return parse_manifest(reply.body, expected=expected, media_type=media_type, origin=self.name)

    def write_manifest(self, manifest: Manifest, tag: str = "") -> None:
        """Store a manifest by its digest or, given a tag, by that.

        Raises:
            CorruptedImageError: The registry stored other bytes.
            TagConflictError: The tag is immutable and taken.
        """
        identifier = tag or manifest.digest
        try:
            reply = self._call(
                "PUT",
                f"manifests/{identifier}",
                f"store the manifest {identifier}",
                {"Content-Type": manifest.media_type},
                body=manifest.raw,
            )
        except RegistryError as error:
            # ECR says 400 TAG_INVALID of an immutable tag; others have a status of their own.
            if tag and (error.code == "TAG_INVALID" or error.status in _TAG_CONFLICTS):
                raise self._conflict(tag, self.find_digest(tag), manifest.digest, error.why) from error
            raise
        self._check_digest(reply, manifest.digest)

    def set_tag(self, tag: str, digest: str, *, replaces: str | None = None) -> bool:
        """Let a tag name an image that the repository holds; return False where it does already.

        `replaces` is the digest that the tag had when this was decided, if it had one: a tag that another
        process has moved since is left alone. Repeating the call is safe.

        Raises:
            TagConflictError: The tag names a third image, or is immutable and names another one.
        """
        existing = self.find_digest(tag)
        if existing == digest:
            return False
        if existing != replaces:
            raise self._conflict(tag, existing, digest, f"{replaces or 'no image'} was expected there")
        try:
            self.write_manifest(self.read_manifest(digest), tag)
        except TagConflictError as error:
            # An attempt whose response was lost may have set it.
            if error.existing != digest:
                raise
        if (final := self.find_digest(tag)) != digest:
            raise self._conflict(tag, final, digest, "another process changed it meanwhile")
        return True

    def has_blob(self, digest: str) -> bool:
        """Return whether the repository holds a blob."""
        try:
            self._call("HEAD", f"blobs/{digest}", f"find the blob {digest}")
        except ImageNotFoundError:
            return False
        return True

    def read_blob(self, blob: Descriptor) -> bytes:
        """Return a small blob, such as a config, unverified.

        Raises:
            UnsupportedImageError: It has more than 4 MiB.
        """
        doing = f"give the blob {blob.digest}"
        return self._call("GET", f"blobs/{blob.digest}", doing, limit=MAX_MANIFEST_BYTES).body

    @contextmanager
    def open_blob(self, blob: Descriptor) -> Iterator[Iterator[bytes]]:
        """Give the content of a blob piece by piece, unverified."""
        doing = f"give the blob {blob.digest}"
        with self._transport.stream("GET", f"blobs/{blob.digest}", doing=doing) as response:
            yield self._transport.http.chunks(response)

    def start_upload(self, blob: Descriptor, mount_from: Reference | None = None) -> str | None:
        """Begin an upload and return its address; None where the blob was mounted from another repository.

        A registry that does not mount answers with an ordinary upload; ECR mounts where the account's
        setting ``BLOB_MOUNTING`` is ``ENABLED``.
        """
        mount = {"mount": blob.digest, "from": mount_from.repository} if mount_from else {}
        target = f"blobs/uploads/?{urlencode(mount, safe='/:')}".removesuffix("?")
        try:
            reply = self._transport.call("POST", target, doing=f"begin an upload of {blob.digest}")
        except (RegistryUnauthorizedError, ImageNotFoundError):
            if not mount_from:
                raise
            return self.start_upload(blob)
        if mount_from and reply.status == HTTPStatus.CREATED:
            return None
        return self._transport.http.join(reply.url, reply.headers.get("Location", ""))

    def finish_upload(self, location: str, blob: Descriptor, chunks: Iterable[bytes]) -> None:
        """Send a whole blob in one request: ECR answers further PATCH requests, but drops what they bring.

        Raises:
            CorruptedImageError: The registry stored other bytes.
        """
        separator = "&" if "?" in location else "?"
        reply = self._transport.call(
            "PUT",
            f"{location}{separator}digest={quote(blob.digest)}",
            doing=f"store the blob {blob.digest}",
            headers={"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"},
            body=chunks,
        )
        self._check_digest(reply, blob.digest)

    def list_referrers(self, digest: str) -> tuple[Descriptor, ...]:
        """List the signatures and other artifacts that refer to a manifest; none where the API is missing.

        Raises:
            UnsupportedImageError: The list is none, or has more than 100 pages.
        """
        doing, headers = f"list what refers to {digest}", {"Accept": OCI_INDEX}
        target, found = f"referrers/{digest}", list[Descriptor]()
        for _ in range(MAX_PAGES):
            try:
                reply = self._call("GET", target, doing, headers, limit=MAX_MANIFEST_BYTES)
            except ImageNotFoundError:
                if found:
                    raise
                return ()
            found += parse_index(reply.body, self.name)
            following = _NEXT_PAGE.search(reply.headers.get("Link", ""))
            if not following:
                return tuple(found)
            target = self._transport.http.join(reply.url, following["target"])
        raise UnsupportedImageError(
            what=f"{self.name} could not {doing}", why=f"the list has more than {MAX_PAGES} pages"
        )

    def _call(
        self,
        method: str,
        target: str,
        doing: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        limit: int = MAX_ERROR_BYTES,
    ) -> Reply:
        transport = self._transport
        return transport.retry(
            lambda: transport.call(method, target, doing=doing, headers=headers, body=body, limit=limit)
        )

    def _check_digest(self, reply: Reply, expected: str) -> None:
        stored = reply.headers.get("Docker-Content-Digest", expected)
        if stored != expected and stored.partition(":")[0] == expected.partition(":")[0]:
            raise CorruptedImageError(
                what=f"{self.name} did not store what it was sent",
                why=f"{expected} was sent, and it says that it stored {ascii(stored)[:200]}",
                next_step="Whatever stands between the worker and the registry may change what passes.",
                registry=self.reference.host,
                repository=self.reference.repository,
                status=reply.status,
            )

    def _conflict(self, tag: str, existing: str | None, wanted: str, why: str) -> TagConflictError:
        return TagConflictError(
            what=f"{self.name}:{tag} was not set to {wanted}",
            why=f"it names {existing or 'no image'}; {why}",
            next_step="Use another tag, or remove the existing one first.",
            registry=self.reference.host,
            repository=self.reference.repository,
            tag=tag,
            existing=existing or "",
            wanted=wanted,
        )
