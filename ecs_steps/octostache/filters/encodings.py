"""Filters that write text as bytes and back (Base64, hashes), and escape it for another format.

The formats are HTML, XML, JSON, YAML, .properties files and URIs.
"""

import base64
import binascii
import hashlib
import re
from urllib.parse import quote

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.filters.text import TextFilter
from ecs_steps.octostache.numerals import int32

_CODECS = {"utf8": "utf-8", "utf-8": "utf-8", "unicode": "utf-16-le"}
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_HTML = {**_XML, ord("/"): "&#x2F;"}
_JSON = str.maketrans({'"': r"\"", "\r": r"\r", "\t": r"\t", "\n": r"\n", "\\": r"\\"})
_PROPERTIES_VALUE = str.maketrans({"\r": r"\r", "\t": r"\t", "\n": r"\n", "\\": r"\\"})
_PROPERTIES_KEY = {**_PROPERTIES_VALUE, ord(" "): r"\ ", ord(":"): r"\:", ord("="): r"\="}
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]")
_NOT_LATIN = re.compile(r"[^\x00-\xfe]")
_NEWLINES = re.compile(r"(?:\r?\n)++")
_URI_RESERVED = ";/?:@&=+$,#[]!'()*"


def _encode(text: str, codec: str = "utf-8") -> bytes:
    """Encode `text`; half a surrogate pair becomes U+FFFD, as in .NET."""
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return paired.encode(codec)


def _code_units(found: re.Match[str]) -> str:
    """Write the code of each 16-bit unit that .NET would hold for a text."""
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _to_base64(text: str, codec: str = "utf8") -> str | None:
    """Encode as UTF-8, or as UTF-16 with the option ``unicode``."""
    name = _CODECS.get(codec.lower())
    return base64.b64encode(_encode(text, name)).decode("ascii") if name else None


def _from_base64(text: str, codec: str = "utf8") -> str | None:
    """Decode as UTF-8, or as UTF-16 with the option ``unicode``.

    Raises:
        OctostacheError: The text is not Base64.
    """
    name = _CODECS.get(codec.lower())
    if name is None:
        return None
    raw = _base64_bytes(text)
    if raw is None:
        raise OctostacheError("the text is not Base64")
    return raw.decode(name, "replace")


def _base64_bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.translate({ord(space): None for space in " \t\r\n"}), validate=True)
    except (binascii.Error, ValueError):
        return None


def _hash(algorithm: str) -> TextFilter:
    def digest(text: str, *options: str) -> str | None:
        """Write the first bytes of the hash, or all: options size and encoding, in either order."""
        sizes = [size for option in options if (size := int32(option)) is not None and size > 0]
        named = [encoding for option in options if (encoding := option.lower()) in {"base64", *_CODECS}]
        if len(sizes) > 1 or len(named) > 1 or len(sizes) + len(named) < len(options):
            return None
        raw = _base64_bytes(text) if "base64" in named else _encode(text, _CODECS[(named or ["utf8"])[0]])
        if raw is None:
            return None
        return (
            hashlib.new(algorithm, raw, usedforsecurity=False).digest()[: sizes[0] if sizes else None].hex()
        )

    return digest


def _yaml_single_quoted(text: str) -> str:
    """Double the quotes, and add a line break to each run of them: YAML folds the first into a space."""
    return _NEWLINES.sub(lambda run: ("\r\n" if run[0].startswith("\r") else "\n") + run[0], text).replace(
        "'", "''"
    )


def _properties_value(text: str) -> str:
    """Escape all but a space that is not the first character."""
    escaped = _NOT_LATIN.sub(_code_units, text.translate(_PROPERTIES_VALUE))
    return f"\\{escaped}" if text.startswith(" ") else escaped


FILTERS: dict[str, TextFilter] = {
    **{name: _hash(name) for name in ("md5", "sha1", "sha256", "sha384", "sha512")},
    "frombase64": _from_base64,
    "tobase64": _to_base64,
    "htmlescape": lambda text: text.translate(_HTML),
    "jsonescape": lambda text: text.translate(_JSON),
    "propertieskeyescape": lambda text: _NOT_LATIN.sub(_code_units, text.translate(_PROPERTIES_KEY)),
    "propertiesvalueescape": _properties_value,
    "uridataescape": lambda text: quote(_encode(text), safe=""),
    "uriescape": lambda text: quote(_encode(text), safe=_URI_RESERVED),
    "xmlescape": lambda text: text.translate(_XML),
    "yamldoublequoteescape": lambda text: _NOT_PRINTABLE.sub(_code_units, text.translate(_JSON)),
    "yamlsinglequoteescape": _yaml_single_quoted,
}
