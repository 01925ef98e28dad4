"""What goes over the transport comes out as it went in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from ecs_steps.clock import SystemClock
from ecs_steps.sandbox.protocol import Envelope, Request, error_code, read_request
from ecs_steps.sandbox.session import SandboxSession

AT = datetime(2026, 1, 5, 9, 0, 0, 250_000, tzinfo=UTC)


def exchange(service: str, operation: str, params: dict[str, Any], reply: dict[str, Any]) -> tuple[Any, Any]:
    """Send a request through botocore; return what arrived, and what came back."""
    arrived = []

    def answer(request: AWSPreparedRequest, **_: object) -> object:
        parsed = read_request(request)
        arrived.append(parsed)
        return Envelope(url=request.url, service=parsed.service, at=AT, request_id="id").reply(
            parsed.operation, reply
        )

    session = SandboxSession(SystemClock(), region="eu-west-1")
    session.register("before-send", answer)  # type: ignore[arg-type]  # its types forget replies
    returned = getattr(session.client(service), operation)(**params)
    returned.pop("ResponseMetadata")
    return arrived[0], returned


@pytest.mark.parametrize(
    ("service", "method", "operation", "params"),
    [
        (
            "ecs",
            "create_cluster",
            "CreateCluster",
            {"clusterName": "web", "tags": [{"key": "a", "value": "b"}]},
        ),
        ("ecs", "list_clusters", "ListClusters", {}),
        (
            "logs",
            "get_log_events",
            "GetLogEvents",
            {"logStreamName": "s", "limit": 20, "startFromHead": False},
        ),
        (
            "elbv2",
            "describe_target_health",
            "DescribeTargetHealth",
            {"TargetGroupArn": "arn", "Targets": [{"Id": "i"}]},
        ),
        (
            "cloudformation",
            "create_stack",
            "CreateStack",
            {
                "StackName": "s",
                "TemplateBody": '{"a": "<&\\u00e9>"}',
                "Parameters": [{"ParameterKey": "k", "ParameterValue": ""}],
                "Tags": [],
                "DisableRollback": True,
                "TimeoutInMinutes": 5,
                "Capabilities": ["CAPABILITY_NAMED_IAM"],
            },
        ),
    ],
)
def test_a_request_arrives_as_it_was_sent(
    service: str, method: str, operation: str, params: dict[str, Any]
) -> None:
    parsed, _ = exchange(service, method, params, {})

    assert parsed == Request(service=service, region="eu-west-1", operation=operation, params=params)


def test_a_json_reply_comes_back_with_its_times() -> None:
    reply = {"services": [{"serviceName": "web", "createdAt": AT, "desiredCount": 2, "deployments": []}]}

    _, returned = exchange("ecs", "describe_services", {"services": ["web"]}, reply)

    assert returned == reply


def test_a_query_reply_comes_back_with_its_times_and_its_markup() -> None:
    reply = {
        "StackEvents": [
            {
                "StackId": "id",
                "EventId": "e",
                "StackName": "s",
                "Timestamp": AT,
                "ResourceStatusReason": 'message: "<a> & b"\n',
            }
        ]
    }

    _, returned = exchange("cloudformation", "describe_stack_events", {"StackName": "s"}, reply)

    assert returned == reply


def test_an_empty_query_reply_is_an_empty_list() -> None:
    _, returned = exchange("elbv2", "describe_target_groups", {}, {"TargetGroups": []})

    assert returned == {"TargetGroups": []}


def test_members_that_no_model_knows_arrive_where_the_protocol_is_json() -> None:
    body = {"clusterName": "web", "newerMember": {"deep": [1]}}
    headers = HTTPHeaders()
    headers["X-Amz-Target"] = "AmazonEC2ContainerServiceV20141113.CreateCluster"
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=key/20260105/eu-west-1/ecs/aws4_request"
    request = AWSPreparedRequest(
        "POST", "https://ecs/", headers, json.dumps(body).encode(), stream_output=False
    )

    parsed = read_request(request)

    assert parsed.params == body


@pytest.mark.parametrize(
    ("service", "operation"), [("ecs", "ListClusters"), ("cloudformation", "ListStacks")]
)
def test_an_error_is_read_as_it_was_written(service: str, operation: str) -> None:
    envelope = Envelope(url="https://x/", service=service, at=AT, request_id="id")
    session = SandboxSession(SystemClock(), region="eu-west-1")
    response = envelope.error("SomeError", "Because of <&>", 409)
    session.register("before-send", lambda **_: response)  # type: ignore[arg-type]  # the same
    method = "list_clusters" if service == "ecs" else "list_stacks"

    with pytest.raises(ClientError) as caught:
        getattr(session.client(service), method)()

    assert caught.value.response["Error"]["Code"] == "SomeError"
    assert caught.value.response["Error"]["Message"] == "Because of <&>"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert error_code(Request(service=service, region="", operation=operation), response) == "SomeError"
