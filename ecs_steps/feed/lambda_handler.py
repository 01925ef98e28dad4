"""The feed as an AWS Lambda function behind an Application Load Balancer, or an HTTP API (payload 2.0).

Behind REST APIs and function URLs ``WWW-Authenticate`` is renamed on its way: Octopus works, docker does not.
An instance has no background: the request that finds the families stale waits for them.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

from ecs_steps.feed.gateway import Gateway, environment_gateway
from ecs_steps.feed.messages import Request, Response


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Respond to one event, as AWS Lambda calls it; set up by the environment on the first one."""
    return respond(event, _gateway())


def respond(event: Mapping[str, Any], gateway: Gateway) -> dict[str, Any]:
    """Return the response to an event of a load balancer or of payload 2.0."""
    request = _request_v2(event) if event.get("version") == "2.0" else _request_of_balancer(event)
    response = gateway.respond(request)
    body = b"" if request.method == "HEAD" else response.body
    return _head(event, response) | {"body": b64encode(body).decode(), "isBase64Encoded": True}


@cache
def _gateway() -> Gateway:
    return environment_gateway(has_threads=False)


def _request_v2(event: Mapping[str, Any]) -> Request:
    http = event["requestContext"]["http"]
    return _request(
        http["method"],
        event["rawPath"],
        event.get("rawQueryString", ""),
        event.get("headers") or {},
        http.get("sourceIp", ""),
    )


def _request_of_balancer(event: Mapping[str, Any]) -> Request:
    """Read an event with single or multiple values, which is a setting of the target group.

    The balancer decodes neither the path nor the query.
    """
    headers = dict(event.get("headers") or {})
    headers |= {name: ",".join(values) for name, values in (event.get("multiValueHeaders") or {}).items()}
    pairs = [*(event.get("queryStringParameters") or {}).items()]
    for name, values in (event.get("multiValueQueryStringParameters") or {}).items():
        pairs += [(name, value) for value in values]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    source = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return _request(event["httpMethod"], event["path"], query, headers, source)


def _request(method: str, path: str, query: str, headers: Mapping[str, str], source: str) -> Request:
    lowered = {name.lower(): value for name, value in headers.items()}
    return Request(
        method=method,
        path=unquote(path, errors="replace"),
        query=query,
        accept=lowered.get("accept", ""),
        authorization=lowered.get("authorization", ""),
        source=source,
    )


def _head(event: Mapping[str, Any], response: Response) -> dict[str, Any]:
    head: dict[str, Any] = {"statusCode": response.status.value}
    if event.get("version") != "2.0":
        head["statusDescription"] = response.status_line
    if "multiValueHeaders" in event:
        return head | {"multiValueHeaders": {name: [value] for name, value in response.headers.items()}}
    return head | {"headers": response.headers}
