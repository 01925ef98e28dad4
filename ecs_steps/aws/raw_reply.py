"""A task definition as AWS sent it.

botocore drops members from a reply that its model does not know, so that a copy made from what it returns
loses every field newer than the installed botocore.
"""

import json
from collections.abc import Mapping
from typing import Any

DESCRIBED = "before-parse.ecs.DescribeTaskDefinition"
RAW_REPLY = "RawReply"
"""The member of a reply that holds it whole."""


def keep_as_sent(
    *, response_dict: Mapping[str, Any], customized_response_dict: dict[str, object], **_: object
) -> None:
    """Add the whole reply to what botocore makes of it, when `DESCRIBED` is emitted."""
    if response_dict["status_code"] == 200:  # noqa: PLR2004  HTTP's own
        try:
            customized_response_dict[RAW_REPLY] = json.loads(response_dict["body"])
        except ValueError:
            # Cut off; without the member the reader takes the reply for lost.
            return
