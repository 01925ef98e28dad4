"""One request on any server: authentication first, and a log without secrets."""

import json
import logging
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import InvalidInputsError
from ecs_steps.feed.credentials import Credentials
from ecs_steps.feed.gateway import Gateway, environment_gateway, wsgi_application
from ecs_steps.feed.messages import Request
from feed.account import Feed, feed_of
from feed.serving import AUTHORIZATION, CREDENTIALS, PASSWORD, USERNAME


def gateway(feed: Feed, *, credentials: Credentials | None = CREDENTIALS) -> Gateway:
    return Gateway(families=feed.families, credentials=credentials, failed_login_delay=0.2)


def test_a_request_without_credentials_is_unauthorized() -> None:
    feed = feed_of({"orders": [1]})

    response = gateway(feed).respond(Request(path="/v2/"))

    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == 'Basic realm="ecs-steps"'
    assert json.loads(response.body)["errors"][0]["code"] == "UNAUTHORIZED"


@given(
    method=st.text(max_size=8) | st.sampled_from(["GET", "HEAD", "POST"]),
    path=st.text(max_size=600) | st.sampled_from(["/v2/_catalog", "/v2/orders/tags/list"]),
    query=st.text(max_size=40),
    authorization=st.text(max_size=40),
)
def test_before_authentication_everything_is_the_same_401(
    method: str, path: str, query: str, authorization: str
) -> None:
    feed = feed_of({"orders": [1]})
    request = Request(method=method, path=path, query=query, authorization=authorization)

    response = gateway(feed).respond(request)

    assert response.status == 401 or (path, response.status) == ("/healthz", 200)
    assert feed.account.call_count == 0


@given(path=st.text(max_size=600), query=st.text(max_size=60), accept=st.text(max_size=60))
def test_after_it_every_path_has_a_status_of_the_table_and_a_json_body(
    path: str, query: str, accept: str
) -> None:
    feed = feed_of({"orders": [1]})
    request = Request(path=f"/{path}", query=query, accept=accept, authorization=AUTHORIZATION)

    response = gateway(feed).respond(request)

    assert response.status in {200, 400, 404}
    assert json.loads(response.body) is not None
    assert response.headers["Docker-Distribution-API-Version"] == "registry/2.0"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_health_check_needs_no_credentials(method: str) -> None:
    feed = feed_of({"orders": [1]})

    response = gateway(feed).respond(Request(method=method, path="/healthz"))

    assert (response.status, response.body, response.content_type) == (200, b"ok", "text/plain")
    assert feed.account.call_count == 0


def test_a_wrong_password_takes_a_moment_and_no_password_does_not() -> None:
    feed = feed_of({})
    served, begun = gateway(feed), feed.clock.now()

    served.respond(Request(path="/v2/"))
    assert feed.clock.now() == begun
    served.respond(Request(path="/v2/", authorization="Basic eDp4"))
    assert (feed.clock.now() - begun).total_seconds() == 0.2


def test_without_credentials_the_feed_is_open() -> None:
    feed = feed_of({"orders": [1]})

    assert gateway(feed, credentials=None).respond(Request(path="/v2/_catalog")).status == 200


def test_the_log_holds_neither_credentials_nor_queries(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ecs_steps.feed")
    served = gateway(feed_of({"orders": [1]}))

    for authorization in (AUTHORIZATION, f"{AUTHORIZATION}x", f"Bearer {PASSWORD}"):
        served.respond(
            Request(
                path="/v2/orders/tags/list",
                query=f"token={PASSWORD}",
                authorization=authorization,
                source="10.0.0.7",
            )
        )

    assert len(caplog.messages) == 3
    assert caplog.messages[0].startswith("10.0.0.7 GET /v2/orders/tags/list 200 ")
    assert PASSWORD not in caplog.text
    assert AUTHORIZATION.partition(" ")[2] not in caplog.text


def test_a_line_of_the_log_is_one_short_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ecs_steps.feed")

    gateway(feed_of({})).respond(Request(method="GET\nX" * 100, path="/v2/\r\nINFO \u2028\ud800" * 200))

    assert caplog.messages[0].isprintable()
    assert caplog.messages[0].isascii()
    assert len(caplog.messages[0]) < 500


def test_a_fault_of_the_feed_is_no_404(caplog: pytest.LogCaptureFixture) -> None:
    feed = feed_of({"orders": [1]})
    feed.account.failure = ZeroDivisionError("a fault of our own")

    response = gateway(feed).respond(Request(path="/v2/_catalog", authorization=AUTHORIZATION))

    assert response.status == 503
    assert b"a fault of our own" not in response.body
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/", "200 OK"),
        ("GET", "/v2/orders/manifests/1", "200 OK"),
        ("HEAD", "/v2/orders/manifests/1", "200 OK"),
        ("GET", "/v2/\u00c3\u00bc/tags/list", "404 Not Found"),
        ("GET", "/v2/\u00ff/tags/list", "404 Not Found"),
        ("POST", "/v2/", "405 Method Not Allowed"),
    ],
)
def test_the_wsgi_callable_keeps_to_the_standard(method: str, path: str, status: str) -> None:
    application = validator(wsgi_application(gateway(feed_of({"orders": [1]})).respond))
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_AUTHORIZATION": AUTHORIZATION,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
    }
    setup_testing_defaults(environ)
    started: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> object:
        started.append((status, dict(headers)))
        return lambda _: None

    chunks = application(environ, start_response)  # type: ignore[arg-type]  # the validator's own, looser
    body = b"".join(chunks)
    chunks.close()  # type: ignore[attr-defined]  # the validator's iterator has it

    ((sent, headers),) = started
    assert sent == status
    assert len(body) == (0 if method == "HEAD" else int(headers["Content-Length"]))


def test_any_other_server_is_set_up_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("ECS_STEPS_FEED_USERNAME", USERNAME)
    monkeypatch.setenv("ECS_STEPS_FEED_PASSWORD", PASSWORD)
    monkeypatch.setenv("ECS_STEPS_FEED_FAMILY_PREFIXES", "shop-, ops-,")

    made = environment_gateway(has_threads=False)

    assert made.credentials == CREDENTIALS
    assert made.families.prefixes == ("ops-", "shop-")


def test_any_other_server_needs_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECS_STEPS_FEED_USERNAME", raising=False)

    with pytest.raises(InvalidInputsError, match="needs a user name and a password"):
        environment_gateway(has_threads=True)
