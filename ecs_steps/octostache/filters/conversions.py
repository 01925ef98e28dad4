"""Filters that turn text into bytes and back: Base64, hashes, and a bucket chosen by a hash."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.filters.units import encode
from ecs_steps.octostache.numerals import int32

_CODECS = {"utf8": "utf-8", "utf-8": "utf-8", "unicode": "utf-16-le"}
_MOST_HASH_OPTIONS = 2
_BUCKET_BYTES = 4


def to_base64(text: str | None, options: Sequence[str]) -> str | None:
    """Encode as UTF-8, or as UTF-16 with the option ``unicode``."""
    codec = _codec(options)
    if text is None or codec is None:
        return None
    return base64.b64encode(encode(text, codec)).decode("ascii")


def from_base64(text: str | None, options: Sequence[str]) -> str | None:
    """Decode as UTF-8, or as UTF-16 with the option ``unicode``.

    Raises:
        OctostacheError: The text is not Base64.
    """
    codec = _codec(options)
    if text is None or codec is None:
        return None
    raw = _base64_bytes(text)
    if raw is None:
        raise OctostacheError("the text is not Base64")
    return raw.decode(codec, "replace")


def _codec(options: Sequence[str]) -> str | None:
    if len(options) > 1:
        return None
    return _CODECS.get(options[0].lower()) if options else "utf-8"


def _base64_bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.translate({ord(space): None for space in " \t\r\n"}), validate=True)
    except (binascii.Error, ValueError):
        return None


def _hasher(algorithm: str) -> Callable[[str | None, Sequence[str]], str | None]:
    def digest(text: str | None, options: Sequence[str]) -> str | None:
        """Write the first bytes of the hash, or all: options size and encoding, in either order."""
        read = _hash_options(options)
        if text is None or read is None:
            return None
        size, encoding = read
        raw = _base64_bytes(text) if encoding == "base64" else encode(text, _CODECS[encoding])
        if raw is None:
            return None
        return hashlib.new(algorithm, raw, usedforsecurity=False).digest()[:size].hex()

    return digest


def _hash_options(options: Sequence[str]) -> tuple[int | None, str] | None:
    if len(options) > _MOST_HASH_OPTIONS:
        return None
    sizes = [size for option in options if (size := int32(option)) is not None and size > 0]
    known = {"base64", *_CODECS}
    encodings = [option.lower() for option in options if option.lower() in known]
    if len(sizes) > 1 or len(encodings) > 1 or len(sizes) + len(encodings) < len(options):
        return None
    return (sizes[0] if sizes else None), (encodings[0] if encodings else "utf8")


def hash_bucket(text: str | None, options: Sequence[str]) -> str | None:
    """Choose one of so many buckets, counted from 0: the same one for the same text wherever this runs.

    Raises:
        OctostacheError: The number of buckets is not one positive whole number.
    """
    buckets = int32(options[0]) if len(options) == 1 else None
    if buckets is None or buckets < 1:
        raise OctostacheError("the number of buckets is not one positive whole number")
    if not text:
        return ""
    head = hashlib.sha256(encode(text)).digest()[:_BUCKET_BYTES]
    return str(int.from_bytes(head, "big") % buckets)


FILTERS: dict[str, Callable[[str | None, Sequence[str]], str | None]] = {
    "frombase64": from_base64,
    "hashbucket": hash_bucket,
    "md5": _hasher("md5"),
    "sha1": _hasher("sha1"),
    "sha256": _hasher("sha256"),
    "sha384": _hasher("sha384"),
    "sha512": _hasher("sha512"),
    "tobase64": to_base64,
}
