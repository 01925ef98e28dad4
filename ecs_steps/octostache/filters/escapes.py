"""Filters that escape text for HTML, XML, JSON, YAML, .properties files and URIs."""

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

from ecs_steps.octostache.filters.units import encode, utf16_units

_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_HTML = {**_XML, ord("/"): "&#x2F;"}
_JSON = str.maketrans({'"': r"\"", "\r": r"\r", "\t": r"\t", "\n": r"\n", "\\": r"\\"})
_PROPERTIES_VALUE = str.maketrans({"\r": r"\r", "\t": r"\t", "\n": r"\n", "\\": r"\\"})
_PROPERTIES_KEY = {**_PROPERTIES_VALUE, ord(" "): r"\ ", ord(":"): r"\:", ord("="): r"\="}
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]")
_NOT_LATIN = re.compile(r"[^\x00-\xfe]")
_NEWLINES = re.compile(r"(?:\r?\n)++")
_URI_RESERVED = ";/?:@&=+$,#[]!'()*"


def _escape(text: str | None, options: Sequence[str], write: Callable[[str], str]) -> str | None:
    return None if text is None or options else write(text)


def html_escape(text: str | None, options: Sequence[str]) -> str | None:
    return _escape(text, options, lambda raw: raw.translate(_HTML))


def xml_escape(text: str | None, options: Sequence[str]) -> str | None:
    return _escape(text, options, lambda raw: raw.translate(_XML))


def json_escape(text: str | None, options: Sequence[str]) -> str | None:
    return _escape(text, options, lambda raw: raw.translate(_JSON))


def yaml_single_quote_escape(text: str | None, options: Sequence[str]) -> str | None:
    """Double the quotes, and add a line break to each run of them: YAML folds the first into a space."""
    return _escape(
        text,
        options,
        lambda raw: _NEWLINES.sub(
            lambda run: ("\r\n" if run[0].startswith("\r") else "\n") + run[0], raw
        ).replace("'", "''"),
    )


def yaml_double_quote_escape(text: str | None, options: Sequence[str]) -> str | None:
    return _escape(text, options, lambda raw: _NOT_PRINTABLE.sub(_code_units, raw.translate(_JSON)))


def properties_key_escape(text: str | None, options: Sequence[str]) -> str | None:
    return _escape(text, options, lambda raw: _NOT_LATIN.sub(_code_units, raw.translate(_PROPERTIES_KEY)))


def properties_value_escape(text: str | None, options: Sequence[str]) -> str | None:
    """Escape all but a space that is not the first character."""
    return _escape(
        text,
        options,
        lambda raw: (
            ("\\" if raw.startswith(" ") else "")
            + _NOT_LATIN.sub(_code_units, raw.translate(_PROPERTIES_VALUE))
        ),
    )


def _code_units(found: re.Match[str]) -> str:
    return "".join(f"\\u{unit:04x}" for unit in utf16_units(found[0]))


def uri_escape(text: str | None, options: Sequence[str]) -> str | None:
    return _escape(text, options, lambda raw: quote(encode(raw), safe=_URI_RESERVED))


def uri_data_escape(text: str | None, options: Sequence[str]) -> str | None:
    return _escape(text, options, lambda raw: quote(encode(raw), safe=""))
