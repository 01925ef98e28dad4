"""An image in a file: an OCI layout, as a directory or in a tar archive.

``docker buildx build --output type=oci,dest=image.tar`` writes one; so do ``skopeo copy`` and ``docker save``
since Docker 25. https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen

from ecs_steps.image_reference import is_digest
from ecs_steps.registry.errors import ImageNotFoundError, InvalidLayoutError
from ecs_steps.registry.http_client import CHUNK_BYTES
from ecs_steps.registry.manifest import MAX_MANIFEST_BYTES, Descriptor, Manifest, parse_index, parse_manifest


@frozen(kw_only=True)
class _Extent:
    """Where bytes are: a part of an archive, or all of a file."""

    path: Path
    offset: int
    size: int


@frozen
class OciLayout:
    """The images of a layout. Threads may share it: each blob is read through a file of its own.

    Raises:
        InvalidLayoutError: The path is no layout.
    """

    path: Path
    _members: Mapping[str, _Extent] = field(init=False, repr=False)
    entries: tuple[Descriptor, ...] = field(init=False, repr=False)

    @_members.default
    def _locate_members(self) -> Mapping[str, _Extent]:
        return {} if self.path.is_dir() else _read_archive(self.path)

    @property
    def name(self) -> str:
        return str(self.path)

    def select(self, ref_name: str = "") -> Descriptor:
        """Return the entry that there is, or of several the one of a name (``1.4.0``).

        Raises:
            InvalidLayoutError: Neither holds.
        """
        named = [entry for entry in self.entries if entry.ref_name == ref_name]
        found = self.entries if len(self.entries) == 1 else named
        if len({entry.digest for entry in found}) == 1:
            return found[0]
        names = sorted({entry.ref_name or "(no name)" for entry in self.entries})
        raise self._invalid(
            f"it has {len(self.entries)} images ({', '.join(names)[:500]}), "
            f"and {f'not one of the name {ref_name}' if ref_name else 'no name says which one is meant'}",
            "Name the one to copy, or write an archive that holds one image.",
        )

    def read_manifest(self, identifier: str) -> Manifest:
        """Read the manifest of a digest, or of an entry's name.

        Raises:
            ImageNotFoundError: The layout lacks it.
            CorruptedImageError: It is not what its digest promises.
            UnsupportedImageError: It is no image.
            InvalidLayoutError: No entry has this name.
        """
        digest = identifier if is_digest(identifier) else self.select(identifier).digest
        declared = {entry.digest: entry.media_type for entry in self.entries}.get(digest, "")
        raw = self._read(_blob_path(digest))
        return parse_manifest(raw, expected=digest, media_type=declared, origin=self.name)

    @contextmanager
    def open_blob(self, blob: Descriptor) -> Iterator[Iterator[bytes]]:
        """Give the content of a blob piece by piece, unverified."""
        extent = self._find(_blob_path(blob.digest))
        yield self._chunks(extent)

    def read_blob(self, blob: Descriptor) -> bytes:
        """Return a small blob, such as a config, unverified."""
        return self._read(_blob_path(blob.digest))

    @entries.default
    def _read_entries(self) -> tuple[Descriptor, ...]:
        try:
            index = self._read("index.json")
        except ImageNotFoundError as error:
            if "manifest.json" in self._members or (self.path / "manifest.json").is_file():
                raise self._invalid(
                    "it is an archive of `docker save` without an OCI layout, and its layers are not those "
                    "that were built: their digests would change",
                    "Save it with Docker 25 or later, or build with "
                    "`docker buildx build --output type=oci,dest=image.tar`.",
                ) from error
            raise self._invalid(
                "it has no index.json",
                "Write one with `docker buildx build --output type=oci,dest=image.tar`.",
            ) from error
        entries = parse_index(index, self.name)
        if not entries:
            raise self._invalid("its index.json names no image", "Write it again.")
        return entries

    def _read(self, member: str) -> bytes:
        extent = self._find(member)
        if extent.size > MAX_MANIFEST_BYTES:
            raise self._invalid(
                f"its {member} has more than {MAX_MANIFEST_BYTES // 2**20} MiB", "Write it again."
            )
        return b"".join(self._chunks(extent))

    def _find(self, member: str) -> _Extent:
        if member in self._members:
            return self._members[member]
        file = self.path / member
        if self.path.is_dir() and file.is_file():
            return _Extent(path=file, offset=0, size=file.stat().st_size)
        raise ImageNotFoundError(
            what=f"{self.name} is incomplete", why=f"it has no {member}", next_step="Write it again."
        )

    def _chunks(self, extent: _Extent) -> Iterator[bytes]:
        try:
            with extent.path.open("rb") as file:
                file.seek(extent.offset)
                left = extent.size
                while left and (chunk := file.read(min(CHUNK_BYTES, left))):
                    left -= len(chunk)
                    yield chunk
        except OSError as error:
            raise self._invalid(
                f"it cannot be read: {error.strerror}", "Check the disk and the file."
            ) from error

    def _invalid(self, why: str, next_step: str) -> InvalidLayoutError:
        return InvalidLayoutError(what=f"{self.name} cannot be copied", why=why, next_step=next_step)


def _blob_path(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _read_archive(path: Path) -> Mapping[str, _Extent]:
    """Locate the files of an archive. A compressed one would be read again from its start for each blob."""
    try:
        with tarfile.open(path, "r:") as archive:
            return {
                member.name.removeprefix("./"): _Extent(
                    path=path, offset=member.offset_data, size=member.size
                )
                for member in archive
                if member.isreg() and not member.issparse()
            }
    except (OSError, tarfile.TarError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is neither a directory nor a tar archive"
        raise InvalidLayoutError(
            what=f"{path} cannot be copied",
            why=f"{why or error}",
            next_step="Name an OCI layout: a directory, or a tar archive that is not compressed.",
        ) from error
