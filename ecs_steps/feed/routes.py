"""The read-only part of the Docker registry protocol that Octopus and docker's clients use.

request -> route -> families -> response

Paths, pages and errors: https://distribution.github.io/distribution/spec/api/.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl, quote

from attrs import evolve

from ecs_steps.feed.families import Families
from ecs_steps.feed.images import DOCKER_MANIFEST, LAYER, OCI_MANIFEST, Blob
from ecs_steps.feed.messages import BYTES, RegistryError, Request, Response, manifest_unknown

READS = ("GET", "HEAD")
DEFAULT_PAGE, MAX_PAGE = 100, 1000
MAX_PATH_BYTES = 512

_TAGS = re.compile(r"/v2/(?P<family>.+)/tags/list", re.DOTALL)
_MANIFEST = re.compile(r"/v2/(?P<family>.+)/manifests/(?P<reference>[^/]+)", re.DOTALL)
_BLOB = re.compile(r"/v2/(?P<family>.+)/blobs/(?P<digest>[^/]+)", re.DOTALL)
_REVISION = re.compile(r"[1-9][0-9]{0,8}")


def answer(request: Request, families: Families) -> Response:
    """Return the response to a request that is allowed; there is one for every request."""
    try:
        return _routed(request, families)
    except RegistryError as error:
        return error.response


def _routed(request: Request, families: Families) -> Response:
    if request.method not in READS:
        raise RegistryError(
            status=HTTPStatus.METHOD_NOT_ALLOWED,
            code="UNSUPPORTED",
            message="the feed is read-only",
            headers={"Allow": ", ".join(READS)},
        )
    path = request.path
    if len(path.encode(errors="replace")) > MAX_PATH_BYTES:
        raise RegistryError(
            status=HTTPStatus.BAD_REQUEST,
            code="NAME_INVALID",
            message=f"the path is longer than {MAX_PATH_BYTES} bytes",
        )
    if path in {"/v2", "/v2/"}:
        return Response()
    if path == "/v2/_catalog":
        size, last = _page_wanted(request.query)
        return _page(path, "repositories", families.names(), size=size, last=last)
    if found := _TAGS.fullmatch(path):
        size, last = _page_wanted(request.query)
        # Pages are cut by text, as clients pass `last` as text; Octopus orders versions for itself.
        tags = sorted(map(str, families.revisions(found["family"])))
        return _page(path, "tags", tags, size=size, last=last, name=found["family"])
    if found := _MANIFEST.fullmatch(path):
        return _manifest(families, found["family"], found["reference"], request.accept)
    if found := _BLOB.fullmatch(path):
        return _blob(families, found["family"], found["digest"])
    raise RegistryError(
        status=HTTPStatus.NOT_FOUND, code="NOT_FOUND", message="there is nothing at this path"
    )


def _page_wanted(query: str) -> tuple[int, str]:
    parameters: Mapping[str, str] = dict(reversed(parse_qsl(query, keep_blank_values=True)))
    size = parameters.get("n", str(DEFAULT_PAGE))
    if not (size.isascii() and size.isdecimal() and size.strip("0")):
        raise RegistryError(
            status=HTTPStatus.BAD_REQUEST,
            code="PAGINATION_NUMBER_INVALID",
            message="n is not a whole number above 0",
        )
    digits = size.lstrip("0")
    return (MAX_PAGE if len(digits) > len(str(MAX_PAGE)) else min(int(digits), MAX_PAGE)), parameters.get(
        "last", ""
    )


def _page(
    path: str, member: str, ordered: Sequence[str], *, size: int, last: str, **members: str
) -> Response:
    """Return what follows `last`, which need not exist any more; `ordered` is, by code points."""
    start = bisect_right(ordered, last) if last else 0
    items = ordered[start : start + size]
    response = Response.of_json({**members, member: list(items)})
    if start + size >= len(ordered):
        return response
    # Octopus follows a path, and has failed over an absolute address.
    link = f'<{path}?n={size}&last={quote(items[-1], safe="")}>; rel="next"'
    return evolve(response, extra_headers={"Link": link})


def _manifest(families: Families, family: str, reference: str, accept: str) -> Response:
    if _REVISION.fullmatch(reference):
        image = families.image(family, int(reference))
        accepted = {each.partition(";")[0].strip().lower() for each in accept.split(",")}
        wants_oci = OCI_MANIFEST in accepted and DOCKER_MANIFEST not in accepted
        manifest: Blob | None = image.oci_manifest if wants_oci else image.docker_manifest
    else:
        manifest = families.blob(family, reference)
    if manifest is None or manifest.media_type not in {DOCKER_MANIFEST, OCI_MANIFEST}:
        raise manifest_unknown(family, reference)
    return Response(
        body=manifest.body,
        content_type=manifest.media_type,
        extra_headers={"Docker-Content-Digest": manifest.digest},
    )


def _blob(families: Families, family: str, digest: str) -> Response:
    found = families.blob(family, digest)
    blob = LAYER if digest == LAYER.digest else found
    if blob is None:
        raise RegistryError(
            status=HTTPStatus.NOT_FOUND,
            code="BLOB_UNKNOWN",
            message=f"{family} has no blob {digest}; ask for the manifest of a revision first",
        )
    return Response(body=blob.body, content_type=BYTES, extra_headers={"Docker-Content-Digest": blob.digest})
