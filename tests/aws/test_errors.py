"""What a call that AWS refuses says, and what a person is to do about it."""

import pytest

from ecs_steps.aws.errors import calling
from ecs_steps.errors import AccessDeniedError, AwsCallError
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario

OPERATIONS = ["ListClusters", "DescribeStacks", "PutObject"]
"""One of each of the protocols that AWS speaks: JSON, query, REST."""


def refusal(operation: str, kind: FaultKind) -> AwsCallError:
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
    error = refusal(operation, kind)

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
    error = refusal(operation, kind)

    assert error.transient
    assert ("throttled" in error.what) is (kind is FaultKind.THROTTLED)


def test_a_denied_object_is_named_without_the_quotes_of_s3() -> None:
    error = refusal("PutObject", FaultKind.ACCESS_DENIED)

    assert isinstance(error, AccessDeniedError)
    assert error.next_step.startswith("Allow s3:PutObject on arn:aws:s3:::templates/a for ")
