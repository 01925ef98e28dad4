"""What a call that AWS refuses says, and what a person is to do about it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
)

from ecs_steps.aws.errors import THROTTLED, calling, reply_time
from ecs_steps.errors import AccessDeniedError, AwsCallError
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario

OPERATIONS = ["ListClusters", "DescribeStacks", "PutObject"]
"""One of each of the protocols that AWS speaks: JSON, query, REST."""


def error_of(operation: str, kind: FaultKind) -> AwsCallError:
    calls = {
        "ListClusters": lambda aws: aws.clients.ecs.list_clusters(),
        "DescribeStacks": lambda aws: aws.clients.cloudformation.describe_stacks(),
        "PutObject": lambda aws: aws.clients.s3.put_object(Bucket="templates", Key="a", Body=b""),
    }
    with (
        Sandbox(Scenario(faults=(Fault(operation, kind),))) as aws,
        pytest.raises(AwsCallError) as raised,
        calling(operation),
    ):
        calls[operation](aws)
    return raised.value


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (FaultKind.EXPIRED_TOKEN, "The credentials have expired; "),
        (FaultKind.CLOCK_SKEW, "The machine's clock is wrong; "),
        (FaultKind.WRONG_REGION, "The request was signed for another region than the one it reached; "),
    ],
    ids=lambda value: getattr(value, "value", ""),
)
def test_a_refused_signature_says_what_is_wrong_with_it(operation: str, kind: FaultKind, advice: str) -> None:
    error = error_of(operation, kind)

    assert error.what == f"{operation} was refused"
    assert error.next_step.startswith(advice)
    assert not error.transient


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "kind",
    [FaultKind.THROTTLED, FaultKind.INTERNAL_ERROR, FaultKind.UNAVAILABLE],
    ids=lambda kind: kind.value,
)
def test_what_may_pass_is_distinguished_from_what_does_not(operation: str, kind: FaultKind) -> None:
    error = error_of(operation, kind)

    assert error.transient
    assert ("throttled" in error.what) is (kind is FaultKind.THROTTLED)


def test_a_denied_object_is_named_without_the_quotes_of_s3() -> None:
    error = error_of("PutObject", FaultKind.ACCESS_DENIED)

    assert isinstance(error, AccessDeniedError)
    assert error.next_step.startswith("Allow s3:PutObject on arn:aws:s3:::templates/a for ")


def test_an_error_whose_text_was_cut_off_is_an_incomplete_reply() -> None:
    with (
        Sandbox(Scenario(faults=(Fault("DescribeRepositories", FaultKind.TRUNCATED_BODY, range(1)),))) as aws,
        pytest.raises(AwsCallError) as raised,
        calling("ecr:DescribeRepositories"),
    ):
        aws.clients.ecr_in().describe_repositories(repositoryNames=["unknown"])

    assert raised.value.code == "IncompleteReply"
    assert raised.value.transient


def refused(code: str, message: str, status: int = 400) -> AwsCallError:
    """Return the error of a call that AWS refuses with this code and text."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    with pytest.raises(AwsCallError) as raised, calling("ecs:RegisterTaskDefinition"):
        raise ClientError(response, "RegisterTaskDefinition")
    return raised.value


@pytest.mark.parametrize("code", sorted(THROTTLED))
def test_each_code_of_throttling_is_one(code: str) -> None:
    error = refused(code, "Slow down.")

    assert error.throttled
    assert error.transient


@pytest.mark.parametrize(
    "message",
    [
        "Rate exceeded",
        "Too many concurrent attempts to create a new revision of the specified family.",
    ],
)
def test_a_text_of_throttling_counts_under_any_code(message: str) -> None:
    error = refused("ClientException", message)

    assert error.throttled
    assert error.transient
    assert message in error.why


def test_a_refusal_of_another_kind_is_lasting() -> None:
    error = refused("ClientException", "Family should not be null or empty.")

    assert not error.throttled
    assert not error.transient


def test_a_connection_that_could_not_be_made_is_distinguished_from_one_that_was_lost() -> None:
    lost = (
        EndpointConnectionError(endpoint_url="https://ecs"),
        ProxyConnectionError(proxy_url="http://proxy", error="refused"),
        ConnectionClosedError(endpoint_url="https://ecs"),
    )
    errors = []
    for each in lost:
        with pytest.raises(AwsCallError) as raised, calling("ecs:DescribeServices"):
            raise each
        errors.append(raised.value)

    assert [error.transient for error in errors] == [True, True, True]
    assert [error.unreachable for error in errors] == [True, True, False]


def test_a_request_that_http_does_not_allow_is_lasting_and_its_value_is_not_shown() -> None:
    with pytest.raises(AwsCallError) as raised, calling("ecs:DescribeServices"):
        raise HTTPClientError(error=ValueError("Invalid header value b'THE-TOKEN\\n'"))

    assert not raised.value.transient
    assert "THE-TOKEN" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert "line end" in raised.value.next_step


def test_a_platform_version_that_is_denied_is_no_matter_of_permissions() -> None:
    error = refused(
        "AccessDeniedException", "You do not have authorization to access the specified platform."
    )

    assert not isinstance(error, AccessDeniedError)
    assert error.next_step.startswith("The service's platform version is retired")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"date": "Mon, 05 Jan 2026 09:00:00 GMT"}, datetime(2026, 1, 5, 9, 0, tzinfo=UTC)),
        ({"date": "yesterday"}, None),
        ({"date": ""}, None),
        ({}, None),
    ],
)
def test_the_time_of_a_reply_is_the_one_that_aws_sent_with_it(
    headers: dict[str, str], expected: datetime | None
) -> None:
    assert reply_time({"ResponseMetadata": {"HTTPHeaders": headers}}) == expected


def test_the_login_of_a_proxy_is_not_shown() -> None:
    url = "http://socks5://user:MAR@KER:MARKER@127.0.0.1:1"

    with pytest.raises(AwsCallError) as error, calling("ecs:ListClusters"):
        raise ProxyConnectionError(proxy_url=url, error="refused")

    assert "KER" not in str(error.value)
    assert "127.0.0.1:1" in str(error.value)
