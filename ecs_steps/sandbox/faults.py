"""What can go wrong between a client and AWS, whatever the request."""

from collections.abc import Mapping
from enum import Enum

from attrs import define, field, frozen
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from ecs_steps.clock import Clock
from ecs_steps.sandbox.protocol import Envelope, RawBody, Request, check_operations, speaks_json, speaks_rest

READ_TIMEOUT = 60.0
"""How many seconds botocore waits for a reply, unless it is configured otherwise."""


class FaultKind(Enum):
    """What happens to a request; after the last three AWS has carried it out, and the reply is lost."""

    THROTTLED = "throttled"
    INTERNAL_ERROR = "500"
    UNAVAILABLE = "503"
    EXPIRED_TOKEN = "expired token"  # noqa: S105  no secret
    ACCESS_DENIED = "access denied"
    CLOCK_SKEW = "clock skew"
    WRONG_REGION = "wrong region"
    CONNECTION_REFUSED = "connection refused"
    CONNECTION_RESET = "connection reset after the request was sent"
    READ_TIMEOUT = "read timeout"
    TRUNCATED_BODY = "truncated body"

    @property
    def carried_out(self) -> bool:
        """Return whether AWS carries the request out before the response is lost."""
        return self in _RESPONSE_LOST


_RESPONSE_LOST = {FaultKind.CONNECTION_RESET, FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY}


@frozen
class Fault:
    """A fault of the operation named (``UpdateService``; empty: of every one).

    `at` says which requests meet it, counted from 0 and botocore's own retries included: `range(2)` is the
    first two. None is all of them. An access that is denied lacks the operation's own action, unless `lacks`
    names another one (``iam:PassRole``). A sandbox refuses an operation that no service has (ValueError).
    """

    operation: str
    kind: FaultKind
    at: range | None = None
    lacks: str = ""


def _check_operations(_: object, __: object, faults: tuple[Fault, ...]) -> None:
    check_operations(fault.operation for fault in faults if fault.operation)


@define
class FaultLine:
    """The faults of one sandbox, and how many requests each operation has had."""

    faults: tuple[Fault, ...] = field(validator=_check_operations)
    _requests: dict[str, int] = field(factory=dict)

    def apply(self, *faults: Fault) -> None:
        """Replace the faults; requests are counted again from 0."""
        self.faults = faults
        self._requests.clear()

    def next_for(self, operation: str) -> Fault | None:
        """Return the fault that this request for an operation meets."""
        nth = self._requests.get(operation, 0)
        self._requests[operation] = nth + 1
        for fault in self.faults:
            if fault.operation in {operation, ""} and (fault.at is None or nth in fault.at):
                return fault
        return None


def refuse(fault: Fault, request: Request, envelope: Envelope) -> AWSResponse:
    """Answer for AWS, which did not carry the request out.

    Raises:
        EndpointConnectionError: There is no AWS to reach.
    """
    if fault.kind is FaultKind.CONNECTION_REFUSED:
        raise EndpointConnectionError(endpoint_url=envelope.url, error="[Errno 111] Connection refused")
    code, message, status = _errors_of(request.service)[fault.kind]
    action = fault.lacks or f"{_PREFIXES.get(request.service, request.service)}:{request.operation}"
    resource = _object(envelope.url) if speaks_rest(request.service) else _resource(action, request)
    return envelope.error(
        code, message.format(at=envelope.at, region=request.region, action=action, resource=resource), status
    )


def lose(fault: Fault, response: AWSResponse, clock: Clock) -> AWSResponse:
    """Lose the response to a request that was carried out, or a part of it.

    Raises:
        ConnectionClosedError: The connection went away.
        ReadTimeoutError: The response did not come in time.
    """
    if fault.kind is FaultKind.CONNECTION_RESET:
        raise ConnectionClosedError(endpoint_url=response.url)
    if fault.kind is FaultKind.READ_TIMEOUT:
        clock.sleep(READ_TIMEOUT)
        raise ReadTimeoutError(endpoint_url=response.url, error="Read timed out.")
    half = response.content[: len(response.content) // 2]
    return AWSResponse(response.url, response.status_code, response.headers, RawBody(half))  # type: ignore[arg-type]  # they are


def _errors_of(service: str) -> Mapping[FaultKind, tuple[str, str, int]]:
    if speaks_json(service):
        return _JSON_ERRORS
    return _REST_ERRORS if speaks_rest(service) else _QUERY_ERRORS


def _object(url: str) -> str:
    """Name the object that an address is of as S3 does, which puts it in quotes."""
    host, _, path = url.partition("://")[2].partition("/")
    bucket, found, _ = host.partition(".s3.")
    return f'"arn:aws:s3:::{bucket}/{path}"' if found else f'"arn:aws:s3:::{path}"'


def _resource(action: str, request: Request) -> str:
    """Name what a request is about, as IAM does; what is not there yet, or is many things, is ``*``."""
    match request.params:
        case {"executionRoleArn": str(role)} | {"taskRoleArn": str(role)} if action == "iam:PassRole":
            return role
        case {"StackName": str(stack)}:
            resource = f"stack/{stack}/*"
        case {"service": str(service)} | {"services": [str(service)]}:
            resource = f"service/{request.params.get('cluster', 'default')}/{service}"
        case {"cluster": str(cluster)}:
            resource = f"cluster/{cluster}"
        case {"logGroupName": str(group), "logStreamName": str(stream)}:
            resource = f"log-group:{group}:log-stream:{stream}"
        case {"resourceArn": str(arn)}:
            resource = arn
        case _:
            return "*"
    _, found, rest = resource.partition("arn:")
    return found + rest or f"arn:aws:{request.service}:{request.region}:123456789012:{resource}"


_PREFIXES = {
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "service-quotas": "servicequotas",
}
_DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/octopus/AwsSandbox is not authorized to perform: {action} "
    "on resource: {resource} because no identity-based policy allows the {action} action"
)
_EXPIRED = "The security token included in the request is expired"
_SKEWED = "Signature expired: {at:%Y%m%dT%H%M%SZ} is now earlier than the oldest signature that is accepted"
_WRONG_REGION = "Credential should be scoped to a valid region. "
_BUSY = "Service Unavailable. Please try again later."

# Believed: the throttling codes of each protocol (AWS common errors; aws-sam-cli#1610 and #2671; S3 errors).
_JSON_ERRORS: Mapping[FaultKind, tuple[str, str, int]] = {
    FaultKind.THROTTLED: ("ThrottlingException", "Rate exceeded", 400),
    FaultKind.INTERNAL_ERROR: ("ServerException", _BUSY, 500),
    FaultKind.UNAVAILABLE: ("ServiceUnavailableException", _BUSY, 503),
    FaultKind.EXPIRED_TOKEN: ("ExpiredTokenException", _EXPIRED, 400),
    FaultKind.ACCESS_DENIED: ("AccessDeniedException", _DENIED, 400),
    FaultKind.CLOCK_SKEW: ("InvalidSignatureException", _SKEWED, 400),
    FaultKind.WRONG_REGION: ("InvalidSignatureException", _WRONG_REGION, 400),
}
_QUERY_ERRORS: Mapping[FaultKind, tuple[str, str, int]] = {
    FaultKind.THROTTLED: ("Throttling", "Rate exceeded", 400),
    FaultKind.INTERNAL_ERROR: ("InternalFailure", "An internal error has occurred", 500),
    FaultKind.UNAVAILABLE: ("ServiceUnavailable", _BUSY, 503),
    FaultKind.EXPIRED_TOKEN: ("ExpiredToken", _EXPIRED, 403),
    FaultKind.ACCESS_DENIED: ("AccessDenied", _DENIED, 403),
    FaultKind.CLOCK_SKEW: ("SignatureDoesNotMatch", _SKEWED, 403),
    FaultKind.WRONG_REGION: ("SignatureDoesNotMatch", _WRONG_REGION, 403),
}
_REST_ERRORS: Mapping[FaultKind, tuple[str, str, int]] = {
    FaultKind.THROTTLED: ("SlowDown", "Please reduce your request rate.", 503),
    FaultKind.INTERNAL_ERROR: ("InternalError", "We encountered an internal error. Please try again.", 500),
    FaultKind.UNAVAILABLE: ("ServiceUnavailable", _BUSY, 503),
    FaultKind.EXPIRED_TOKEN: ("ExpiredToken", "The provided token has expired.", 400),
    FaultKind.ACCESS_DENIED: ("AccessDenied", _DENIED, 403),
    FaultKind.CLOCK_SKEW: (
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        403,
    ),
    FaultKind.WRONG_REGION: (
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region '{region}' is wrong",
        400,
    ),
}
