"""The feed behind a load balancer or an HTTP API, without a server."""

import json
from base64 import b64decode
from typing import Any

import pytest

from ecs_steps.feed.gateway import Gateway
from ecs_steps.feed.lambda_handler import handler, respond
from feed.account import feed_of
from feed.serving import AUTHORIZATION, CREDENTIALS, PASSWORD, USERNAME


def gateway() -> Gateway:
    feed = feed_of({"orders": range(1, 31), "billing": [7]})
    return Gateway(families=feed.families, credentials=CREDENTIALS)


def balancer(path: str, query: dict[str, str], *, method: str = "GET", **headers: str) -> dict[str, Any]:
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:..."}},
        "httpMethod": method,
        "path": path,
        "queryStringParameters": query,
        "headers": {"authorization": AUTHORIZATION, "x-forwarded-for": "203.0.113.9, 10.0.0.7", **headers},
        "body": "",
        "isBase64Encoded": False,
    }


def balancer_of_many(path: str, query: dict[str, str], **headers: str) -> dict[str, Any]:
    single = balancer(path, query, **headers)
    return {
        **{name: value for name, value in single.items() if name not in {"headers", "queryStringParameters"}},
        "multiValueHeaders": {name: [value] for name, value in single["headers"].items()},
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
    }


def http_api(path: str, query: dict[str, str], **headers: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in query.items()),
        "headers": {"authorization": AUTHORIZATION, **headers},
        "requestContext": {"http": {"method": "GET", "path": path, "sourceIp": "203.0.113.9"}},
        "isBase64Encoded": False,
    }


EVENTS = pytest.mark.parametrize("event", [balancer, balancer_of_many, http_api])


def headers(sent: dict[str, Any]) -> dict[str, str]:
    if "multiValueHeaders" in sent:
        return {name: values[0] for name, values in sent["multiValueHeaders"].items()}
    return dict(sent["headers"])


def body(sent: dict[str, Any]) -> bytes:
    assert sent["isBase64Encoded"] is True
    return b64decode(sent["body"])


@EVENTS
def test_a_list_has_its_page_and_its_link(event: Any) -> None:  # noqa: ANN401  a function of three
    sent = respond(event("/v2/orders/tags/list", {"n": "2", "last": "28%2B"}), gateway())

    assert sent["statusCode"] == 200
    assert json.loads(body(sent)) == {"name": "orders", "tags": ["29", "3"]}
    assert headers(sent)["Link"] == '</v2/orders/tags/list?n=2&last=3>; rel="next"'
    assert headers(sent)["Docker-Distribution-API-Version"] == "registry/2.0"


@EVENTS
def test_a_layer_arrives_as_bytes(event: Any) -> None:  # noqa: ANN401  the same
    digest = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"

    sent = respond(event(f"/v2/orders/blobs/{digest}", {}), gateway())

    assert body(sent)[:2] == b"\x1f\x8b"


@EVENTS
def test_no_credentials_are_a_challenge(event: Any) -> None:  # noqa: ANN401  the same
    sent = respond(event("/v2/", {}, authorization=""), gateway())

    assert sent["statusCode"] == 401
    assert headers(sent)["WWW-Authenticate"] == 'Basic realm="ecs-steps"'


@EVENTS
def test_a_kind_of_manifest_may_be_wanted(event: Any) -> None:  # noqa: ANN401  the same
    wanted = "application/vnd.oci.image.manifest.v1+json"

    sent = respond(event("/v2/orders/manifests/3", {}, accept=wanted), gateway())

    assert headers(sent)["Content-Type"] == wanted


def test_a_head_has_no_body() -> None:
    sent = respond(balancer("/v2/orders/manifests/3", {}, method="HEAD"), gateway())

    assert (sent["statusCode"], sent["statusDescription"], body(sent)) == (200, "200 OK", b"")


def test_a_path_is_decoded_once() -> None:
    sent = respond(balancer("/v2/order%73/tags/list", {}), gateway())
    twice = respond(balancer("/v2/order%2573/tags/list", {}), gateway())

    assert (sent["statusCode"], twice["statusCode"]) == (200, 404)


def test_an_event_without_a_query_or_headers_is_answered() -> None:
    event = balancer("/v2/", {}) | {"headers": None, "queryStringParameters": None}

    assert respond(event, gateway())["statusCode"] == 401


def test_a_function_is_set_up_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("ECS_STEPS_FEED_USERNAME", USERNAME)
    monkeypatch.setenv("ECS_STEPS_FEED_PASSWORD", PASSWORD)

    assert body(handler(balancer("/healthz", {}), None)) == b"ok"
    assert handler(balancer("/v2/", {}), None)["statusCode"] == 200
    assert handler(balancer("/v2/", {}, authorization=""), None)["statusCode"] == 401
