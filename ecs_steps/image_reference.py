"""Image references: the grammar of distribution/reference, with Docker's rules for short names.

https://github.com/distribution/reference/blob/main/reference.go
"""

import ipaddress
import re
from typing import ClassVar, Final

from attrs import frozen

from ecs_steps.errors import EcsStepsError

MAX_REPOSITORY_LENGTH: Final = 255
MAX_REFERENCE_LENGTH: Final = 1000
MAX_PORT: Final = 65535

DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
"""The algorithms that the OCI image specification registers."""

_TAG: Final = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}")
_LABEL: Final = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY: Final = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")
_COMPONENT: Final = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY: Final = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_IDENTIFIER: Final = re.compile("[0-9a-f]{64}")

_DOCKER_HUB: Final = "docker.io"


class InvalidReferenceError(EcsStepsError):
    """A text is not an image reference."""

    exit_code: ClassVar[int] = 2


@frozen(kw_only=True)
class Reference:
    """A repository, and a tag or a digest or both in it; where both are, the digest counts."""

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def host(self) -> str:
        """The host that answers for the registry, with its port: Docker Hub's has another name."""
        return "registry-1.docker.io" if self.registry == _DOCKER_HUB else self.registry

    @property
    def identifier(self) -> str:
        """The digest, else the tag.

        Raises:
            InvalidReferenceError: There is neither.
        """
        if found := self.digest or self.tag:
            return found
        raise InvalidReferenceError(
            what=f"{self} does not say which image is meant",
            why="it has no tag and no digest",
            next_step="Add one of them, as in name:1.4.0 or name@sha256:...",
        )

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.repository}{tag}{digest}"


def parse_reference(text: str) -> Reference:
    """Parse ``[REGISTRY/]REPOSITORY[:TAG][@DIGEST]``.

    The part before the first slash is a registry if it has a dot, a colon or a capital letter, or is
    ``localhost``. All else is on Docker Hub, where a name without a slash belongs to ``library``.

    Raises:
        InvalidReferenceError: The text is none of these.
    """
    if len(text) > MAX_REFERENCE_LENGTH:
        raise _invalid(text, f"it has more than {MAX_REFERENCE_LENGTH} characters")
    if _IDENTIFIER.fullmatch(text):
        raise _invalid(text, "64 hexadecimal digits alone are the id of an image, not its name")
    name, at, digest = text.partition("@")
    registry, repository = _split_registry(name)
    repository, colon, tag = repository.partition(":")
    for pattern, part, given, message in (
        (_REGISTRY, registry, True, "is not a registry"),
        (_REPOSITORY, repository, True, "is not a repository: lower case, digits and single separators"),
        (_TAG, tag, colon, "is not a tag: up to 128 letters, digits and . _ -, the first no . or -"),
        (DIGEST, digest, at, "is not a digest: sha256: and 64 lower-case hexadecimal digits"),
    ):
        if given and not pattern.fullmatch(part):
            raise _invalid(text, f"{_shown(part)} {message}")
    if registry == _DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    if not _has_address(registry):
        raise _invalid(text, f"{_shown(registry)} is not a registry: its address or its port cannot exist")
    if len(repository) > MAX_REPOSITORY_LENGTH:
        raise _invalid(text, f"its repository has more than {MAX_REPOSITORY_LENGTH} characters")
    return Reference(registry=registry, repository=repository, tag=tag or None, digest=digest or None)


def is_digest(text: str) -> bool:
    """Return whether a text is a digest: no tag has a colon."""
    return DIGEST.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Return whether a text can be a tag."""
    return _TAG.fullmatch(text) is not None


def is_loopback(host: str) -> bool:
    """Return whether a host, with or without a port, is this machine: only there plain http is spoken."""
    address = host_address(host)
    return address.is_loopback if address else _without_port(host).lower() == "localhost"


def host_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host, with or without a port, is written as; None where it has a name."""
    try:
        return ipaddress.ip_address(_without_port(host).strip("[]"))
    except ValueError:
        return None


def _has_address(registry: str) -> bool:
    port = registry.rpartition(":")[2]
    if port.isdecimal() and int(port) > MAX_PORT:
        return False
    return not registry.startswith("[") or host_address(registry) is not None


def _split_registry(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if not slash or not (set(".:") & set(first) or first == "localhost" or first != first.lower()):
        return _DOCKER_HUB, name
    return (_DOCKER_HUB if first == "index.docker.io" else first), rest


def _without_port(host: str) -> str:
    return re.sub(r":[0-9]+\Z", "", host) if host.count(":") == 1 or "]" in host else host


def _invalid(text: str, why: str) -> InvalidReferenceError:
    return InvalidReferenceError(what=f"{_shown(text)} is not an image reference", why=why)


def _shown(text: str) -> str:
    return ascii(text if len(text) <= MAX_REPOSITORY_LENGTH else f"{text[:MAX_REPOSITORY_LENGTH]}...")
