"""The registry's paths: a table of requests and their responses."""

import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.feed.messages import Response
from feed.account import FAILURES, Feed, feed_of

SCHEMA_2 = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"

FAMILY = st.text("abAB01_-", min_size=1, max_size=6)


def shop() -> Feed:
    return feed_of({"orders": range(1, 121), "OrdersApi": [1], "-x-": [3], "billing": [7]})


def body(response: Response) -> object:
    return json.loads(response.body)


def code(response: Response) -> str:
    document = json.loads(response.body)
    assert set(document) == {"errors"}
    (error,) = document["errors"]
    assert set(error) == {"code", "message", "detail"}
    return str(error["code"])


@pytest.mark.parametrize("path", ["/v2", "/v2/"])
def test_the_version_check_is_an_empty_object(path: str) -> None:
    feed = shop()

    response = feed.get(path)

    assert (response.status, response.body) == (200, b"{}")
    assert feed.account.call_count == 0


def test_every_response_carries_the_same_headers() -> None:
    feed = shop()
    paths = ["/v2/", "/v2/_catalog", "/v2/nothing/tags/list", "/v1/_ping", "/v2/orders/manifests/1"]

    for path in paths:
        headers = feed.get(path).headers

        assert headers["Docker-Distribution-API-Version"] == "registry/2.0"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Length"] == str(len(feed.get(path).body))
        assert "json" in headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "members", "link"),
    [
        ("/v2/_catalog", {"repositories": ["-x-", "OrdersApi", "billing", "orders"]}, None),
        ("/v2/_catalog?n=2", {"repositories": ["-x-", "OrdersApi"]}, "/v2/_catalog?n=2&last=OrdersApi"),
        ("/v2/_catalog?n=2&last=OrdersApi", {"repositories": ["billing", "orders"]}, None),
        ("/v2/_catalog?n=2&last=Zzz", {"repositories": ["billing", "orders"]}, None),
        ("/v2/_catalog?last=zzz", {"repositories": []}, None),
        (
            "/v2/orders/tags/list?n=3&last=100",
            {"name": "orders", "tags": ["101", "102", "103"]},
            "/v2/orders/tags/list?n=3&last=103",
        ),
        (
            "/v2/orders/tags/list?n=2",
            {"name": "orders", "tags": ["1", "10"]},
            "/v2/orders/tags/list?n=2&last=10",
        ),
        ("/v2/billing/tags/list", {"name": "billing", "tags": ["7"]}, None),
        ("/v2/billing/tags/list?n=1&n=x", {"name": "billing", "tags": ["7"]}, None),
    ],
)
def test_lists_come_in_pages(path: str, members: object, link: str | None) -> None:
    response = shop().get(path)

    assert response.status == 200
    assert body(response) == members
    assert response.headers.get("Link") == (link and f'<{link}>; rel="next"')


def test_a_page_has_a_hundred_items_unless_a_client_wants_others() -> None:
    feed = feed_of({f"family-{number:04}": [1] for number in range(1500)})

    sizes = {
        query: len(json.loads(feed.get(f"/v2/_catalog{query}").body)["repositories"]) for query in QUERIES
    }

    assert sizes == QUERIES


QUERIES = {"": 100, "?n=7": 7, "?n=1000": 1000, "?n=1001": 1000, f"?n={'9' * 5000}": 1000, "?n=0007": 7}


@pytest.mark.parametrize("size", ["0", "-1", "ten", "", "1.5", "+1", "%D9%A3", "0x10", "000"])
@pytest.mark.parametrize("path", ["/v2/_catalog", "/v2/orders/tags/list"])
def test_a_page_size_that_is_none_is_refused_without_a_call(path: str, size: str) -> None:
    feed = shop()

    response = feed.get(f"{path}?n={size}")

    assert (response.status, code(response)) == (400, "PAGINATION_NUMBER_INVALID")
    assert feed.account.call_count == 0


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", SCHEMA_2),
        ("*/*", SCHEMA_2),
        (SCHEMA_2, SCHEMA_2),
        (OCI, OCI),
        (f"{INDEX}, {OCI};q=0.9", OCI),
        (f"{OCI}, {SCHEMA_2}", SCHEMA_2),
        (INDEX, SCHEMA_2),
        ("application/vnd.docker.distribution.manifest.v1+json", SCHEMA_2),
    ],
)
def test_a_manifest_is_of_the_kind_that_a_client_takes(accept: str, media_type: str) -> None:
    response = shop().get("/v2/orders/manifests/42", accept=accept)

    manifest = json.loads(response.body)
    assert response.status == 200
    assert response.content_type == manifest["mediaType"] == media_type
    assert response.headers["Docker-Content-Digest"] == f"sha256:{hashlib.sha256(response.body).hexdigest()}"
    assert [layer["digest"] for layer in manifest["layers"]] == [LAYER]


@pytest.mark.parametrize("accept", [SCHEMA_2, OCI])
def test_a_manifest_is_found_by_its_digest_as_well(accept: str) -> None:
    feed = shop()
    by_tag = feed.get("/v2/orders/manifests/42", accept=accept)

    by_digest = feed.get(f"/v2/orders/manifests/{by_tag.headers['Docker-Content-Digest']}")

    assert by_digest == by_tag


def test_blobs_are_bytes() -> None:
    feed = shop()
    manifest = json.loads(feed.get("/v2/orders/manifests/42").body)

    for descriptor in (manifest["config"], *manifest["layers"]):
        response = feed.get(f"/v2/orders/blobs/{descriptor['digest']}")

        assert (response.status, response.content_type) == (200, "application/octet-stream")
        assert len(response.body) == descriptor["size"]
        assert f"sha256:{hashlib.sha256(response.body).hexdigest()}" == descriptor["digest"]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/v2/nothing/tags/list", 404, "NAME_UNKNOWN"),
        ("/v2/nothing/manifests/1", 404, "NAME_UNKNOWN"),
        ("/v2/orders/manifests/9999", 404, "MANIFEST_UNKNOWN"),
        ("/v2/orders/manifests/latest", 404, "MANIFEST_UNKNOWN"),
        ("/v2/orders/manifests/042", 404, "MANIFEST_UNKNOWN"),
        ("/v2/orders/manifests/42-beta", 404, "MANIFEST_UNKNOWN"),
        ("/v2/orders/manifests/99999999999999999999", 404, "MANIFEST_UNKNOWN"),
        (f"/v2/orders/manifests/sha256:{'0' * 64}", 404, "MANIFEST_UNKNOWN"),
        (f"/v2/orders/manifests/{LAYER}", 404, "MANIFEST_UNKNOWN"),
        (f"/v2/orders/blobs/sha256:{'0' * 64}", 404, "BLOB_UNKNOWN"),
        ("/v2/orders/blobs/../../etc/passwd", 404, "NOT_FOUND"),
        ("/v2/team/orders/tags/list", 404, "NAME_UNKNOWN"),
        ("/v2/../tags/list", 404, "NAME_UNKNOWN"),
        ("/v2/or\0ders/tags/list", 404, "NAME_UNKNOWN"),
        ("/v2/b\u00fccher/tags/list", 404, "NAME_UNKNOWN"),
        ("/v2/orders\n/tags/list", 404, "NAME_UNKNOWN"),
        (f"/v2/{'a' * 256}/tags/list", 404, "NAME_UNKNOWN"),
        (f"/v2/{'a' * 600}/tags/list", 400, "NAME_INVALID"),
        ("/v1/_ping", 404, "NOT_FOUND"),
        ("/prod/v2/_catalog", 404, "NOT_FOUND"),
        ("/v2/orders/tags", 404, "NOT_FOUND"),
        ("/v2/orders/referrers/x", 404, "NOT_FOUND"),
        ("/", 404, "NOT_FOUND"),
        ("", 404, "NOT_FOUND"),
    ],
)
def test_what_is_not_there_is_an_error_with_a_code(path: str, status: int, error: str) -> None:
    feed = shop()
    feed.get("/v2/_catalog")

    response = feed.get(path)

    assert (response.status, code(response)) == (status, error)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_the_feed_is_read_only(method: str) -> None:
    response = shop().get("/v2/orders/manifests/1", method=method)

    assert (response.status, code(response)) == (405, "UNSUPPORTED")
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("failure", "status", "error"),
    [
        ("throttled", 503, "UNAVAILABLE"),
        ("unreachable", 503, "UNAVAILABLE"),
        ("expired", 503, "UNAVAILABLE"),
        ("denied", 403, "DENIED"),
    ],
)
@pytest.mark.parametrize("path", ["/v2/_catalog", "/v2/orders/tags/list", "/v2/orders/manifests/42"])
def test_a_failure_of_aws_is_never_a_404_nor_an_empty_list(
    path: str, failure: str, status: int, error: str
) -> None:
    feed = shop()
    feed.account.failure = FAILURES[failure]

    response = feed.get(path)

    assert (response.status, code(response)) == (status, error)
    assert ("Retry-After" in response.headers) == (status == 503)


def test_a_denial_names_the_action_and_the_principal() -> None:
    feed = shop()
    feed.account.failure = FAILURES["denied"]

    message = feed.get("/v2/_catalog").body.decode()

    assert "ecs:ListTaskDefinitions" in message
    assert "user/feed" in message


@given(names=st.sets(FAMILY, max_size=12), size=st.integers(1, 13))
def test_pages_hold_every_name_once_and_in_order(names: set[str], size: int) -> None:
    feed = feed_of({name: [1] for name in names})

    assert _walk(feed, size) == sorted(names)


@given(
    names=st.sets(FAMILY, min_size=1, max_size=12),
    changed=st.sets(FAMILY, max_size=6),
    size=st.integers(1, 4),
)
def test_families_that_come_or_go_between_pages_hide_no_other(
    names: set[str], changed: set[str], size: int
) -> None:
    feed = feed_of({name: [1] for name in names})

    def change() -> None:
        feed.clock.sleep(61)
        for name in changed:
            feed.account.families[name] = [] if feed.account.families.get(name) else [1]

    walked = _walk(feed, size, between=change)

    assert len(walked) == len(set(walked))
    assert names - changed <= set(walked) <= names | changed


@given(numbers=st.sets(st.integers(1, 3000), min_size=1, max_size=50), size=st.integers(1, 60))
def test_pages_hold_every_revision_once(numbers: set[int], size: int) -> None:
    feed = feed_of({"orders": numbers})

    tags = _walk(feed, size, path="/v2/orders/tags/list", member="tags")

    assert tags == sorted(map(str, numbers))


REQUESTS = st.sampled_from(
    ["/v2/_catalog", "/v2/orders/tags/list", "/v2/billing/tags/list", "/v2/orders/manifests/42"]
)


@given(
    steps=st.lists(
        st.tuples(REQUESTS, st.sampled_from([None, *FAILURES]), st.sampled_from([0, 6, 40, 700, 4000])),
        max_size=12,
    )
)
def test_however_aws_fails_nothing_is_missing_or_empty(steps: list[tuple[str, str | None, int]]) -> None:
    feed = shop()

    for path, failure, pause in steps:
        feed.account.failure = FAILURES[failure] if failure else None
        response = feed.get(path)
        feed.clock.sleep(pause)

        assert response.status in {200, 403, 429, 503}
        if response.status == 200:
            document = json.loads(response.body)
            assert document.get("repositories") != []
            assert document.get("tags") != []


@given(path=st.text(max_size=80) | st.from_regex(r"/v2/.{0,30}/(tags/list|manifests/.*|blobs/.*)"))
def test_any_path_outside_the_prefix_is_refused_without_a_call(path: str) -> None:
    feed = feed_of({"orders": [1]}, prefixes=["shop-"])

    response = feed.get("/" + path.lstrip("/").replace("shop-", "").replace("_catalog", ""))

    assert response.status in {200, 400, 404}
    assert json.loads(response.body) is not None
    assert feed.account.call_count == 0


def _walk(
    feed: Feed,
    size: int,
    *,
    between: object = None,
    path: str = "/v2/_catalog",
    member: str = "repositories",
) -> list[str]:
    walked: list[str] = []
    target: str | None = f"{path}?n={size}"
    while target:
        response = feed.get(target)
        assert response.status == 200
        walked += json.loads(response.body)[member]
        link = re.fullmatch(r'<(.*)>; rel="next"', response.headers.get("Link", ""))
        target = link and link[1]
        if callable(between):
            between()
    return walked
