"""How Octopus reads and orders the tags of a Docker feed: a second implementation, for the tests alone.

Facts of OctopusDeploy/Versioning (DockerTag, OctopusVersionParser, OctopusVersion): up to four integers of 32
bits after an optional v, then a pre-release after one of ``.-_\\``, then metadata, which does not order.
"""

import re
from functools import total_ordering
from typing import Self

from attrs import frozen

_VERSION = re.compile(
    r"(?:v|V)?(?P<numbers>\d+(?:\.\d+){0,3})(?:[.\-_\\](?P<label>[^+]+))?(?:\+(?P<metadata>.*))?", re.ASCII
)
MAX_NUMBER = 2**31 - 1


@total_ordering
@frozen(eq=False)
class OctopusVersion:
    numbers: tuple[int, ...]
    label: str = ""

    @classmethod
    def parse(cls, tag: str) -> Self:
        """Read a tag.

        Raises:
            ValueError: Octopus drops it.
        """
        if tag == "latest":
            return cls((0, 0, 0, 0), "latest")
        found = _VERSION.fullmatch(tag)
        numbers = [int(part) for part in found["numbers"].split(".")] if found else []
        if not found or max(numbers) > MAX_NUMBER:
            raise ValueError(f"{tag} is no version")
        return cls((*numbers, *[0] * (4 - len(numbers))), found["label"] or "")

    @property
    def is_prerelease(self) -> bool:
        return bool(self.label) and self.label != "latest"

    @property
    def order(self) -> tuple[object, ...]:
        parts = [part for part in re.split(r"[.\-_]", self.label.lower()) if part]
        labels = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
        return (self.numbers, not self.label, labels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OctopusVersion) and self.order == other.order

    def __lt__(self, other: "OctopusVersion") -> bool:
        return self.order < other.order

    def __hash__(self) -> int:
        return hash(self.order)


def in_range(version: OctopusVersion, text: str) -> bool:
    """Return whether a version is in a NuGet range: ``[40,50)``, ``[42]``, or ``42`` for 42 and above."""
    if text[0] not in "[(":
        return version >= OctopusVersion.parse(text)
    low, comma, high = text[1:-1].partition(",")
    if not comma:
        return version == OctopusVersion.parse(low)
    if low and not (
        version > OctopusVersion.parse(low) or (text[0] == "[" and version == OctopusVersion.parse(low))
    ):
        return False
    return not high or (
        version < OctopusVersion.parse(high) or (text[-1] == "]" and version == OctopusVersion.parse(high))
    )
