"""Requests and responses of the registry: what every response carries, and how errors read."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Self

from attrs import evolve, field, frozen

JSON = "application/json"
BYTES = "application/octet-stream"
SHARED_HEADERS = {
    "Docker-Distribution-API-Version": "registry/2.0",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
"""Octopus detects a registry by the first of these."""


@frozen(kw_only=True)
class Request:
    """One HTTP request; `path` is decoded once, `query` is as sent."""

    method: str = "GET"
    path: str
    query: str = ""
    accept: str = ""
    authorization: str = field(default="", repr=False)
    source: str = ""


@frozen(kw_only=True)
class Response:
    """One HTTP response. `body` is what a GET receives; a HEAD receives its length alone."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b"{}"
    content_type: str = JSON
    extra_headers: Mapping[str, str] = field(factory=dict)

    @classmethod
    def of_json(cls, document: object, **headers: str) -> Self:
        """Return a document as JSON in ASCII."""
        return cls(body=json.dumps(document, separators=(",", ":")).encode(), extra_headers=headers)

    @property
    def headers(self) -> dict[str, str]:
        """All headers, those that every response carries first."""
        sizes = {"Content-Type": self.content_type, "Content-Length": str(len(self.body))}
        return {**SHARED_HEADERS, **sizes, **self.extra_headers}

    @property
    def status_line(self) -> str:
        return f"{self.status.value} {self.status.phrase}"


@frozen(kw_only=True)
class RegistryError(Exception):
    """A refusal in the registry's terms: `code` is one of the distribution specification's."""

    status: HTTPStatus
    code: str
    message: str
    headers: Mapping[str, str] = field(factory=dict)

    def copy(self) -> Self:
        """Return an equal error to raise: one that is raised twice would keep every frame it has passed."""
        copied = evolve(self)
        copied.__cause__ = self.__cause__
        return copied

    @property
    def response(self) -> Response:
        error = {"code": self.code, "message": self.message, "detail": None}
        return evolve(Response.of_json({"errors": [error]}, **self.headers), status=self.status)


def name_unknown(family: str) -> RegistryError:
    """Return the error of a family that ECS, or this feed, does not have."""
    message = f"there is no task definition family {family} in this feed"
    return RegistryError(status=HTTPStatus.NOT_FOUND, code="NAME_UNKNOWN", message=message)


def manifest_unknown(family: str, reference: str) -> RegistryError:
    """Return the error of a revision that is not there, or was deregistered."""
    what = f"manifest {reference}" if ":" in reference else f"active revision {reference}"
    message = f"{family} has no {what}"
    return RegistryError(status=HTTPStatus.NOT_FOUND, code="MANIFEST_UNKNOWN", message=message)


def unavailable(message: str) -> RegistryError:
    """Return the error of a request for which AWS could not be read.

    Never a 404: Octopus reads that as "not supported", and an empty list as "no versions".
    """
    return RegistryError(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        code="UNAVAILABLE",
        message=message,
        headers={"Retry-After": "5"},
    )


def transport_error(code: int) -> Response:
    """Return the response to bytes that are no request, or too many.

    It is the client's fault, also where servers have a 501 or 505 for it.
    """
    status = HTTPStatus(code) if code < HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.BAD_REQUEST
    return RegistryError(status=status, code="UNSUPPORTED", message=status.phrase.lower()).response


def begins_request(data: bytes) -> bool:
    """Return whether bytes can be the first of an HTTP request; those of a TLS handshake cannot."""
    return data[:1].isalpha() or data[:1] in b"\r\n"


UNAUTHORIZED = RegistryError(
    status=HTTPStatus.UNAUTHORIZED,
    code="UNAUTHORIZED",
    message="authentication required",
    headers={"WWW-Authenticate": 'Basic realm="ecs-steps"'},
).response
