"""Faults, as botocore and its retries see them."""

import random
import time

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.transport import LATENCY

JSON_CODES = {
    FaultKind.THROTTLED: ("ThrottlingException", 400),
    FaultKind.INTERNAL_ERROR: ("ServerException", 500),
    FaultKind.UNAVAILABLE: ("ServiceUnavailableException", 503),
    FaultKind.EXPIRED_TOKEN: ("ExpiredTokenException", 400),
    FaultKind.ACCESS_DENIED: ("AccessDeniedException", 400),
    FaultKind.CLOCK_SKEW: ("InvalidSignatureException", 400),
    FaultKind.WRONG_REGION: ("InvalidSignatureException", 400),
}
QUERY_CODES = {
    FaultKind.THROTTLED: ("Throttling", 400),
    FaultKind.INTERNAL_ERROR: ("InternalFailure", 500),
    FaultKind.UNAVAILABLE: ("ServiceUnavailable", 503),
    FaultKind.EXPIRED_TOKEN: ("ExpiredToken", 403),
    FaultKind.ACCESS_DENIED: ("AccessDenied", 403),
    FaultKind.CLOCK_SKEW: ("SignatureDoesNotMatch", 403),
    FaultKind.WRONG_REGION: ("SignatureDoesNotMatch", 403),
}
S3_CODES = {
    FaultKind.THROTTLED: ("SlowDown", 503),
    FaultKind.INTERNAL_ERROR: ("InternalError", 500),
    FaultKind.UNAVAILABLE: ("ServiceUnavailable", 503),
    FaultKind.EXPIRED_TOKEN: ("ExpiredToken", 400),
    FaultKind.ACCESS_DENIED: ("AccessDenied", 403),
    FaultKind.CLOCK_SKEW: ("RequestTimeTooSkewed", 403),
    FaultKind.WRONG_REGION: ("AuthorizationHeaderMalformed", 400),
}
NOT_RETRIED = {
    FaultKind.EXPIRED_TOKEN,
    FaultKind.ACCESS_DENIED,
    FaultKind.CLOCK_SKEW,
    FaultKind.WRONG_REGION,
}


@pytest.mark.parametrize("kind", JSON_CODES, ids=lambda kind: kind.value)
def test_an_error_has_the_code_of_a_json_service(kind: FaultKind) -> None:
    with (
        Sandbox(Scenario(faults=(Fault("ListClusters", kind),))) as aws,
        pytest.raises(ClientError) as caught,
    ):
        aws.clients.ecs.list_clusters()

    assert _seen(caught.value) == JSON_CODES[kind]
    assert len(aws.calls) == (1 if kind in NOT_RETRIED else 3)


@pytest.mark.parametrize("kind", QUERY_CODES, ids=lambda kind: kind.value)
def test_an_error_has_the_code_of_a_query_service(kind: FaultKind) -> None:
    with (
        Sandbox(Scenario(faults=(Fault("DescribeStacks", kind),))) as aws,
        pytest.raises(ClientError) as caught,
    ):
        aws.clients.cloudformation.describe_stacks()

    assert _seen(caught.value) == QUERY_CODES[kind]
    assert {call.outcome for call in aws.calls} == {QUERY_CODES[kind][0]}


@pytest.mark.parametrize("kind", S3_CODES, ids=lambda kind: kind.value)
def test_an_error_has_the_code_of_s3(kind: FaultKind) -> None:
    with (
        Sandbox(Scenario(faults=(Fault("PutObject", kind),))) as aws,
        pytest.raises(ClientError) as caught,
    ):
        aws.clients.s3.put_object(Bucket="templates", Key="web.json", Body=b"{}")

    assert _seen(caught.value) == S3_CODES[kind]
    assert {call.outcome for call in aws.calls} == {S3_CODES[kind][0]}
    assert len(aws.calls) == (1 if kind in NOT_RETRIED else 3)


def test_a_denied_object_is_named_as_s3_does() -> None:
    denied = Fault("PutObject", FaultKind.ACCESS_DENIED)
    with Sandbox(Scenario(faults=(denied,))) as aws, pytest.raises(ClientError) as caught:
        aws.clients.s3.put_object(Bucket="templates", Key="web/1.json", Body=b"{}")

    message = caught.value.response["Error"]["Message"]
    assert 's3:PutObject on resource: "arn:aws:s3:::templates/web/1.json"' in message


def test_other_faults_may_be_applied_and_count_requests_from_the_start() -> None:
    with Sandbox() as aws:
        aws.clients.ecs.list_clusters()
        aws.faults.apply(Fault("ListClusters", FaultKind.ACCESS_DENIED, range(1)))
        with pytest.raises(ClientError):
            aws.clients.ecs.list_clusters()
        aws.clients.ecs.list_clusters()

    assert [call.outcome for call in aws.calls] == ["", "AccessDeniedException", ""]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.CONNECTION_REFUSED, EndpointConnectionError),
        (FaultKind.CONNECTION_RESET, ConnectionClosedError),
        (FaultKind.READ_TIMEOUT, ReadTimeoutError),
    ],
)
def test_a_fault_of_the_connection_goes_through_botocores_retries(
    kind: FaultKind, error: type[BotoCoreError]
) -> None:
    with Sandbox(Scenario(faults=(Fault("ListClusters", kind),))) as aws, pytest.raises(error):
        aws.clients.ecs.list_clusters()

    assert [call.outcome for call in aws.calls] == [error.__name__] * 3


def test_retries_wait_on_the_sandboxes_clock() -> None:
    random.seed(1)  # botocore draws how long it waits, up to a second and then up to two

    with Sandbox(Scenario(faults=(Fault("ListClusters", FaultKind.THROTTLED, range(2)),))) as aws:
        really = time.monotonic()
        aws.clients.ecs.list_clusters()
        really = time.monotonic() - really
        waited = (aws.clock.now() - aws.calls[0].at).total_seconds() - 2 * LATENCY

    assert waited > 1
    assert really < waited


def test_a_read_timeout_takes_as_long_as_botocore_waits() -> None:
    with Sandbox(Scenario(faults=(Fault("ListClusters", FaultKind.READ_TIMEOUT, range(1)),))) as aws:
        start = aws.clock.now()
        aws.clients.ecs.list_clusters()
        passed = (aws.clock.now() - start).total_seconds()

    assert 60 < passed < 62


@pytest.mark.parametrize(
    ("kind", "clusters"),
    [
        (FaultKind.CONNECTION_REFUSED, 0),
        (FaultKind.INTERNAL_ERROR, 0),
        (FaultKind.CONNECTION_RESET, 1),
        (FaultKind.READ_TIMEOUT, 1),
    ],
)
def test_some_faults_hide_that_the_request_was_carried_out(kind: FaultKind, clusters: int) -> None:
    with Sandbox(Scenario(faults=(Fault("CreateCluster", kind),))) as aws:
        with pytest.raises((BotoCoreError, ClientError)):
            aws.clients.ecs.create_cluster(clusterName="web")
        found = aws.clients.ecs.describe_clusters(clusters=["web"])["clusters"]

    assert len(found) == clusters


def test_a_truncated_json_body_is_read_as_nothing() -> None:
    with Sandbox(Scenario(faults=(Fault("ListClusters", FaultKind.TRUNCATED_BODY),))) as aws:
        reply = aws.clients.ecs.list_clusters()

    assert set(reply) == {"ResponseMetadata"}
    assert aws.calls[0].outcome == "truncated body"


def test_a_fault_applies_to_the_requests_that_it_names_and_no_others() -> None:
    fault = Fault("ListClusters", FaultKind.ACCESS_DENIED, range(1, 2))
    with Sandbox(Scenario(faults=(fault,))) as aws:
        aws.clients.ecs.list_clusters()
        with pytest.raises(ClientError):
            aws.clients.ecs.list_clusters()
        aws.clients.ecs.list_clusters()
        aws.clients.ecs.list_task_definitions()

    assert [call.outcome for call in aws.calls] == ["", "AccessDeniedException", "", ""]


@pytest.mark.parametrize(
    ("service", "operation", "params", "action", "resource"),
    [
        (
            "ecs",
            "DescribeServices",
            {"cluster": "web", "services": ["x"]},
            "ecs:DescribeServices",
            "ecs:service/web/x",
        ),
        ("ecs", "ListTasks", {"cluster": "web"}, "ecs:ListTasks", "ecs:cluster/web"),
        ("ecs", "ListClusters", {}, "ecs:ListClusters", "*"),
        (
            "ecs",
            "ListTagsForResource",
            {"resourceArn": "arn:aws:ecs:eu-west-1:123456789012:service/web/x"},
            "ecs:ListTagsForResource",
            "ecs:service/web/x",
        ),
        (
            "cloudformation",
            "DescribeStacks",
            {"StackName": "web"},
            "cloudformation:DescribeStacks",
            "cloudformation:stack/web/*",
        ),
        (
            "logs",
            "GetLogEvents",
            {"logGroupName": "/ecs/web", "logStreamName": "ecs/web/1"},
            "logs:GetLogEvents",
            "logs:log-group:/ecs/web:log-stream:ecs/web/1",
        ),
        (
            "elbv2",
            "DescribeTargetHealth",
            {"TargetGroupArn": "arn:aws:y"},
            "elasticloadbalancing:DescribeTargetHealth",
            "*",
        ),
    ],
)
def test_a_denied_access_names_the_action_and_the_resource(
    service: str, operation: str, params: dict[str, str], action: str, resource: str
) -> None:
    with Sandbox(Scenario(faults=(Fault(operation, FaultKind.ACCESS_DENIED),))) as aws:
        client = aws.session.client(service)
        with pytest.raises(ClientError) as caught:
            client._make_api_call(operation, params)

    named, _, rest = resource.partition(":")
    arn = f"arn:aws:{named}:eu-west-1:123456789012:{rest}" if rest else resource
    assert caught.value.response["Error"]["Message"] == (
        "User: arn:aws:sts::123456789012:assumed-role/octopus/AwsSandbox is not authorized to perform: "
        f"{action} on resource: {arn} because no identity-based policy allows the {action} action"
    )


def _seen(error: ClientError) -> tuple[str, int]:
    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
