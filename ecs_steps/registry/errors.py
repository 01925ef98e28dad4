"""How a registry, or a file that stands in for one, fails; each error has its facts as fields."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from attrs import frozen

from ecs_steps.errors import EcsStepsError

MAX_ERROR_BYTES: Final = 64 * 1024
MAX_MESSAGE_LENGTH: Final = 500
UPLOAD_LOST: Final = ("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID")
"""An upload that the registry forgot begins again, with a new one."""


@frozen(kw_only=True, str=False, repr=False)
class RegistryError(EcsStepsError):
    """A registry refused a request.

    `status` is HTTP's and `code` the registry's own (``NAME_UNKNOWN``); 0 and empty where there is none.
    """

    exit_code: ClassVar[int] = 5

    registry: str = ""
    repository: str = ""
    status: int = 0
    code: str = ""


@frozen(kw_only=True, str=False, repr=False)
class RegistryUnauthorizedError(RegistryError):
    """The registry refused the credentials, wants some, or they may not do this."""

    exit_code: ClassVar[int] = 4


@frozen(kw_only=True, str=False, repr=False)
class ImageNotFoundError(RegistryError):
    """There is no such repository, image or blob."""

    exit_code: ClassVar[int] = 3


@frozen(kw_only=True, str=False, repr=False)
class TagConflictError(RegistryError):
    """The tag stays as it is: it names `existing`, a digest or empty, and was to name `wanted`."""

    tag: str
    existing: str
    wanted: str


@frozen(kw_only=True, str=False, repr=False)
class CorruptedImageError(RegistryError):
    """Bytes are not what their digest and size promise."""


@frozen(kw_only=True, str=False, repr=False)
class UnsupportedImageError(RegistryError):
    """What was read is no image, or one of a kind that cannot be copied."""


@frozen(kw_only=True, str=False, repr=False)
class RegistryUnreachableError(RegistryError):
    """The registry cannot be reached, or does not respond now.

    `transient` says that the same request may well succeed later; `retry_after` is how many seconds the
    registry wants to be left alone.
    """

    transient: bool = True
    retry_after: float = 0.0


@frozen(kw_only=True, str=False, repr=False)
class CopyCancelledError(RegistryError):
    """The caller cancelled a copy; the tag was not set, and the next copy resumes this one."""

    exit_code: ClassVar[int] = 130


@frozen(kw_only=True, str=False, repr=False)
class InvalidLayoutError(EcsStepsError):
    """A folder or an archive is not an OCI layout, or does not say which image is meant."""

    exit_code: ClassVar[int] = 2


def response_error(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    doing: str,
    registry: str,
    repository: str,
) -> RegistryError:
    """Make an error of a response that is one; `doing` is what was wanted, as in ``find 1.4.0``.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
    """
    code, message = _first_error(body)
    what = f"{registry}/{repository} could not {doing}"
    why = f"{message or _phrase(status)} ({code or f'HTTP {status}'})"
    kind: type[RegistryError] = RegistryError
    more: dict[str, Any] = {}
    next_step = ""
    if status == HTTPStatus.TOO_MANY_REQUESTS or code == "TOOMANYREQUESTS":
        kind, more = RegistryUnreachableError, {"retry_after": _seconds(headers.get("Retry-After", ""))}
        next_step = "The registry limits how often it is used: log in to it, or run the step again later."
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in UPLOAD_LOST:
        kind, more = RegistryUnreachableError, {"retry_after": _seconds(headers.get("Retry-After", ""))}
        next_step = "The fault is the registry's own; run the step again later."
    elif status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        kind = RegistryUnauthorizedError
        next_step = "Check who logs in there, and what they may do in this repository."
    elif code in ("DIGEST_INVALID", "SIZE_INVALID"):
        kind = CorruptedImageError
        next_step = "What arrived is not what was sent; run the step again."
    elif status == HTTPStatus.NOT_FOUND:
        kind = ImageNotFoundError
        next_step = "Check the repository's name, and the tag or the digest."
    return kind(
        what=what,
        why=why,
        next_step=next_step,
        registry=registry,
        repository=repository,
        status=status,
        code=code,
        **more,
    )


def _first_error(body: bytes) -> tuple[str, str]:
    """Return the code and the message of a response, in one line of ASCII."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    match document:
        case {"errors": [{"code": str(code), **more}, *_]}:
            return _line(code), _line(str(more.get("message") or ""))
    return "", ""


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {each.value for each in HTTPStatus} else "no reason given"


def _line(text: str) -> str:
    printable = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return printable[:MAX_MESSAGE_LENGTH].encode("ascii", "backslashreplace").decode()


def _seconds(header: str) -> float:
    """Return how long to wait; a date, which no registry is known to send, counts as nothing."""
    return float(header) if header.isdecimal() and header.isascii() else 0.0
