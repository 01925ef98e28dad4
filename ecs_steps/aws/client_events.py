"""What a client does besides botocore: calls that are sent once, and replies that are kept whole.

ECS takes no token for some calls, which would be carried out twice. A client without retries would do as
well, but it has a connection of its own, and what that takes is most of what a short command does with AWS.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.model import OperationModel

NEEDS_RETRY = "needs-retry.ecs"
DESCRIBED = "before-parse.ecs.DescribeTaskDefinition"
RAW_REPLY = "RawReply"
"""The member of a parsed reply that holds the whole reply, as AWS sent it."""

_AT_MOST_ONCE = ContextVar("at most once", default=False)
_FIRST_ERROR = 300


@contextmanager
def at_most_once() -> Iterator[None]:
    """Let calls within the block be sent once each; what goes wrong is raised at once."""
    before = _AT_MOST_ONCE.set(True)
    try:
        yield
    finally:
        _AT_MOST_ONCE.reset(before)


def raise_at_once(
    *,
    response: "tuple[AWSResponse, dict[str, Any]] | None",
    caught_exception: Exception | None,
    operation: "OperationModel",
    **_: object,
) -> None:
    """Raise what went wrong, before botocore's own handler of `NEEDS_RETRY` decides."""
    if not _AT_MOST_ONCE.get():
        return
    if caught_exception:
        raise caught_exception
    if response and response[0].status_code >= _FIRST_ERROR:
        raise ClientError(response[1], operation.name)  # type: ignore[arg-type]  # it is


def keep_raw_reply(
    *, response_dict: Mapping[str, Any], customized_response_dict: dict[str, object], **_: object
) -> None:
    """Add the whole reply to what botocore makes of it, when `DESCRIBED` is emitted."""
    if response_dict["status_code"] == 200:  # noqa: PLR2004  HTTP's own
        try:
            customized_response_dict[RAW_REPLY] = json.loads(response_dict["body"])
        except ValueError:
            # Cut off; without the member the reader takes the reply for lost.
            return
