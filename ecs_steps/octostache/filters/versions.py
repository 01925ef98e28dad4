"""Filters that take a version apart: ``1.2.3.4-prefix.counter+metadata``."""

import re
from collections.abc import Callable, Sequence

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.numerals import SPACE, int32

_VERSION = re.compile(
    r"""(?: [vV]? (?P<major>\d++\b) (?:\.(?P<minor>\d++\b))?
            (?:\.(?P<patch>\d++\b))? (?:\.(?P<revision>\d++\b))? )?
        [.\-_\\]?
        (?P<prerelease> (?P<prefix>[A-Za-z0-9]*+) (?: [.\-_\\] (?P<counter>[A-Za-z0-9.\-_\\]*+) )? )
        (?: \+ (?P<metadata>[A-Za-z0-9_\-.\\+]*+) )?""",
    re.VERBOSE | re.ASCII,
)


def _parsed(text: str) -> re.Match[str]:
    version = _VERSION.fullmatch(text.strip(SPACE))
    if version is None or not text.strip(SPACE):
        raise OctostacheError("the text is not a version")
    return version


def _number(field: str) -> Callable[[str | None, Sequence[str]], str | None]:
    def read(text: str | None, _options: Sequence[str]) -> str | None:
        if text is None:
            return None
        number = int32(_parsed(text)[field] or "0")
        if number is None:
            raise OctostacheError("a number of the version is too large")
        return str(number)

    return read


def _text(field: str) -> Callable[[str | None, Sequence[str]], str | None]:
    def read(text: str | None, _options: Sequence[str]) -> str | None:
        return None if text is None else _parsed(text)[field] or ""

    return read


version_major = _number("major")
version_minor = _number("minor")
version_patch = _number("patch")
version_revision = _number("revision")
version_prerelease = _text("prerelease")
version_prerelease_prefix = _text("prefix")
version_prerelease_counter = _text("counter")
version_metadata = _text("metadata")
