"""New tasks are verified by real requests; the tries pass on the fake clock."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ecs_steps import DeploymentError
from ecs_steps.clock import SystemClock
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.rollouts.verification import MAX_BODY_BYTES, Verification, verify
from ecs_steps.sandbox import Sandbox
from feed.serving import Certificate
from responding import Response, responding
from rollouts.checkout import Checkout

KEY = "k7-secret"
HEADER = RequestMarker(name="X-Canary", value=KEY)
QUERY = RequestMarker(name="test", value="k7-secret/+", is_query=True)


@pytest.fixture
def shop() -> Iterator[Checkout]:
    with Sandbox() as aws:
        yield Checkout(aws)


def failure(shop: Checkout, url: str, **members: Any) -> str:  # noqa: ANN401  those of a verification
    with pytest.raises(DeploymentError) as caught:
        verify(Verification(url=url, **{"tries": 2, "marker": HEADER, **members}), shop.context())
    assert KEY not in f"{caught.value} {shop.reports}"
    return str(caught.value)


def test_a_request_is_that_of_a_tester(shop: Checkout) -> None:
    with responding() as site:
        verify(Verification(url=site.url, marker=HEADER, text="ready"), shop.context())

    [(path, headers)] = site.requests
    assert (path, headers["X-Canary"], headers["Cache-Control"]) == ("/checkout/health", KEY, "no-cache")
    assert KEY not in repr(shop.reports)


@pytest.mark.parametrize(
    ("query", "sent"), [("", "?test=k7-secret/%2B"), ("?deep=1", "?deep=1&test=k7-secret/%2B")]
)
def test_a_query_parameter_of_testers_is_added(shop: Checkout, query: str, sent: str) -> None:
    with responding() as site:
        verify(Verification(url=site.url + query, marker=QUERY), shop.context())

    assert site.requests[0][0] == f"/checkout/health{sent}"


def test_it_is_tried_until_the_answer_is_as_expected(shop: Checkout) -> None:
    began = shop.aws.clock.now()
    with responding(Response(status=503), Response(body=b"starting"), Response()) as site:
        verify(Verification(url=site.url, text="ready", tries=5, interval=20), shop.context())

    assert len(site.requests) == 3
    assert (shop.aws.clock.now() - began).total_seconds() == 40


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Response(status=503, body=KEY.encode()), "answered 503, not 200, in 2 of 2 tries"),
        (Response(body=f"you sent {KEY}".encode()), "answered 200 without the expected text in 18 bytes"),
        (
            Response(status=302, headers=(("Location", f"http://127.0.0.1:1/?{KEY}"),)),
            "answered 302 (a redirect, which is not followed), not 200",
        ),
    ],
    ids=["status", "text", "redirect"],
)
def test_another_answer_fails_and_is_not_shown(shop: Checkout, answer: Response, why: str) -> None:
    with responding(answer) as site:
        text = failure(shop, f"{site.url}?token={KEY}", text="ready")

    assert f"{site.url} {why}" in text
    assert "Nothing was changed" in text


def test_a_status_that_is_expected_may_be_a_redirect(shop: Checkout) -> None:
    with responding(Response(status=302, headers=(("Location", "/login"),))) as site:
        verify(Verification(url=site.url, status=302), shop.context())

    assert len(site.requests) == 1


def test_no_one_at_the_address_fails(shop: Checkout) -> None:
    assert "could not be reached" in failure(shop, f"http://127.0.0.1:1/?{KEY}")


def test_what_is_no_address_is_tried_once(shop: Checkout) -> None:
    assert "is no address, in 1 of 2 tries" in failure(shop, f"http://127.0.0.1:99999/?{KEY}")


def _drip(handler: BaseHTTPRequestHandler) -> None:
    while True:
        handler.wfile.write(b".")
        SystemClock().sleep(0.02)


def _wait(_: BaseHTTPRequestHandler) -> None:
    SystemClock().sleep(0.5)


@pytest.mark.parametrize("send", [_drip, _wait])
def test_an_answer_without_an_end_is_given_up(shop: Checkout, send: Any) -> None:  # noqa: ANN401  a function
    context = shop.context(clock=SystemClock(), deadline=None)
    with responding(Response(send=send)) as site, pytest.raises(DeploymentError, match=r"within 0\.1 s"):
        verify(Verification(url=site.url, tries=1, timeout=0.1), context)


def test_no_more_than_a_mebibyte_is_read(shop: Checkout) -> None:
    sent = count()

    def flood(handler: BaseHTTPRequestHandler) -> None:
        while next(sent) < 64:
            handler.wfile.write(b" " * MAX_BODY_BYTES)

    with responding(Response(send=flood)) as site:
        failure(shop, site.url, text="ready", tries=1)

    assert next(sent) < 16


def test_a_certificate_of_no_one_is_refused_at_once(
    shop: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = Certificate.write(tmp_path)
    with responding(tls=certificate.server_context) as site:
        text = failure(shop, site.url)
        assert "CERTIFICATE_VERIFY_FAILED" in text
        assert "in 1 of 2 tries" in text

        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate.chain))
        verify(Verification(url=site.url), shop.context())


def test_the_time_of_the_step_ends_it(shop: Checkout) -> None:
    shop.minutes = 1
    with responding(Response(status=503)) as site, pytest.raises(DeploymentError, match="in 7 of 50 tries"):
        verify(Verification(url=site.url, tries=50, interval=10), shop.context())
