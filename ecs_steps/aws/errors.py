"""How a call to AWS fails: botocore's exceptions as the library's own, named after the call."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
    SSOError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)
from botocore.parsers import ResponseParserError

from ecs_steps.aws.denials import Denial
from ecs_steps.errors import AccessDeniedError, AwsCallError

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")

LOGIN = re.compile(r"//[^/\s]*@")
"""A login in a URL, such as that of a proxy, which botocore masks for some schemes alone."""
NOT_SET_UP = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    SSOError,
    ProfileNotFound,
    ConfigParseError,
    NoRegionError,
)
"""What botocore raises before there is a request, since the machine or the step is not set up for one."""
DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "NotAuthorized",
}
THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "PriorRequestNotComplete",
}
BUSY = re.compile(r"Rate exceeded|Too many concurrent attempts", re.IGNORECASE)
"""Texts of an error that passes, whatever its code: nothing was carried out."""

CONTENDED = re.compile(r"Too many concurrent attempts", re.IGNORECASE)
"""Those that say that others try the same: one of them may have done what was to be done."""
UNKNOWN_CREDENTIALS = (
    "AWS does not know these credentials; check the step's account, and that the region is enabled in it."
)
CREDENTIALS = {
    "ExpiredToken": "The credentials have expired; use fresh ones and run the step again.",
    "ExpiredTokenException": "The credentials have expired; use fresh ones and run the step again.",
    "RequestExpired": "The credentials have expired; use fresh ones and run the step again.",
    "UnrecognizedClientException": UNKNOWN_CREDENTIALS,
    "InvalidClientTokenId": UNKNOWN_CREDENTIALS,
    "SignatureDoesNotMatch": "The secret key is wrong; check the account of the step.",
    "InvalidSignatureException": "The secret key is wrong; check the account of the step.",
}
RETIRED_PLATFORM = re.compile("authorization to access the specified platform")
"""ECS' words for a platform version that is retired, under IAM's code (terraform-provider-aws #17395)."""
ADVICE_BY_TEXT = (
    (
        RETIRED_PLATFORM,
        "The service's platform version is retired: set it to LATEST. No permission helps.",
    ),
    (
        re.compile(r"scoped to a valid region|the region '[^']*' is wrong"),
        "The request was signed for another region than the one it reached; check the step's region.",
    ),
    (
        re.compile(r"Signature expired|Signature not yet current|the request time and the current time"),
        "The machine's clock is wrong; set it: AWS accepts a few minutes.",
    ),
    (
        re.compile("Unable to create new TaskSet since this exceeds the maximum limit"),
        "Delete task sets that were left: aws ecs describe-task-sets, delete-task-set --force.",
    ),
)
"""What is wrong where the code says less than AWS' message, or something else."""


@contextmanager
def calling(action: str, about: str = "*") -> Iterator[None]:
    """Raise what goes wrong inside as an `AwsCallError` that names the operation.

    `action` is IAM's name of the operation (``ecs:UpdateService``), `about` its resource: both are
    named where AWS' own text does not.

    Raises:
        AccessDeniedError: With the action and the resource.
        AwsCallError: `transient` where botocore's own retries were used up on a passing fault.
    """
    operation = action.rpartition(":")[2]
    try:
        yield
    except ClientError as error:
        raise _refused(action, about, error) from error
    except NOT_SET_UP as error:
        raise AwsCallError(
            what=f"{operation} could not be called",
            why=str(error),
            next_step="Give it a region (AWS_REGION) and credentials (an account, a profile or a role).",
            operation=operation,
            code=type(error).__name__,
        ) from error
    except BotoCoreError as error:
        if type(error) is HTTPClientError and isinstance(error.kwargs["error"], ValueError):
            raise _unsendable(operation) from None
        passing = isinstance(error, (BotoConnectionError, HTTPClientError))
        raise AwsCallError(
            what=f"{operation} did not reach AWS",
            why=LOGIN.sub("//***:***@", str(error)),
            operation=operation,
            code=type(error).__name__,
            transient=passing and not isinstance(error, SSLError),
            unreachable=isinstance(error, (EndpointConnectionError, ProxyConnectionError)),
        ) from error
    except ResponseParserError as error:
        raise lost_reply(operation) from error


def returning(value: V, *, when: str) -> Callable[[Callable[P, T]], Callable[P, T | V]]:
    """Let a function return `value` where AWS refuses its call with a code, its ``Exception`` left out."""

    def decorated(read: Callable[P, T]) -> Callable[P, T | V]:
        @wraps(read)
        def read_or_value(*args: P.args, **options: P.kwargs) -> T | V:
            try:
                return read(*args, **options)
            except AwsCallError as error:
                if error.code.removesuffix("Exception") != when:
                    raise
                return value

        return read_or_value

    return decorated


def lost_reply(operation: str) -> AwsCallError:
    """Return the error for a reply that was cut off, which botocore reads as one without members."""
    return AwsCallError(
        what=f"The reply to {operation} was incomplete",
        why="the connection was cut while AWS answered",
        operation=operation,
        code="IncompleteReply",
        transient=True,
    )


def _unsendable(operation: str) -> AwsCallError:
    """Return the error for a request that HTTP does not allow; Python's own text would show the value."""
    return AwsCallError(
        what=f"{operation} could not be sent",
        why="a credential or setting that the request carries holds a character that HTTP does not allow",
        next_step="Look for a blank or a line end at the end of the access key and of the session token.",
        operation=operation,
        code="InvalidHeader",
    )


def member(reply: Mapping[str, Any], name: str, operation: str) -> Any:  # noqa: ANN401  as the reply holds it
    """Return a member that AWS always sends.

    Raises:
        AwsCallError: It is missing, so the reply was cut off.
    """
    if name not in reply:
        raise lost_reply(operation)
    return reply[name]


def reply_time(reply: Mapping[str, Any]) -> datetime | None:
    """Return when AWS sent a reply, on its own clock; none where the reply has no date."""
    date = reply.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return parsedate_to_datetime(date)
    except ValueError:
        return None


def _refused(action: str, about: str, error: ClientError) -> AwsCallError:
    if error.operation_name != action.rpartition(":")[2]:
        # The request could not be signed: who was to give the environment's credentials refused them.
        service = "sts" if error.operation_name.startswith("AssumeRole") else "sso"
        action, about = f"{service}:{error.operation_name}", "the role that the environment names"
    operation = action.rpartition(":")[2]
    code = error.response.get("Error", {}).get("Code", "Unknown")
    # An element that is empty in XML is none at all.
    message = error.response.get("Error", {}).get("Message") or ""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == str(status) and message.startswith("{"):
        # JSON that botocore could not read, with the code that says what happened.
        return lost_reply(operation)
    # Some services answer with a code of their own where a role may not be passed.
    denial = Denial.parse(message, about=about)
    if denial or (code in DENIED and not RETIRED_PLATFORM.search(message)):
        denial = denial or Denial(action=action, resource=about)
        return AccessDeniedError(
            what=f"{operation} was denied",
            why=message or code,
            next_step=denial.next_step,
            operation=operation,
            code=code,
        )
    throttled = code in THROTTLED or bool(BUSY.search(message))
    return AwsCallError(
        what=f"{operation} was {'throttled' if throttled else 'refused'}",
        why=f"{message or 'AWS gave no reason'} ({code})",
        next_step=_advice(code, message),
        operation=operation,
        code=code,
        transient=throttled or status >= 500,  # noqa: PLR2004  HTTP's own
        throttled=throttled,
        contended=bool(CONTENDED.search(message)),
    )


def _advice(code: str, message: str) -> str:
    special = (advice for pattern, advice in ADVICE_BY_TEXT if pattern.search(message))
    return next(special, CREDENTIALS.get(code, ""))
