"""CloudWatch Logs: the last lines of a container, and whose a log group is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_steps.aws.errors import calling, member, returning

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

MAX_LOG_LINES = 100


@returning((), when="ResourceNotFound")
def last_log_lines(aws: "AwsClients", *, group: str, stream: str, region: str) -> tuple[str, ...]:
    """Return the last lines of a log stream, oldest first; none where the container wrote nothing (yet)."""
    logs = aws.logs_in(region)
    with calling("logs:GetLogEvents", f"log stream {group}:{stream}"):
        reply: Mapping[str, Any] = logs.get_log_events(
            logGroupName=group, logStreamName=stream, limit=MAX_LOG_LINES, startFromHead=False
        )
    return tuple(event["message"].rstrip() for event in member(reply, "events", "GetLogEvents"))


def log_group_exists(aws: "AwsClients", name: str) -> bool:
    """Return whether the clients' own region has a log group of exactly this name."""
    with calling("logs:DescribeLogGroups", f"log group {name}"):
        pages = aws.logs_in("").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        return any(
            group["logGroupName"] == name
            for page in pages
            for group in member(page, "logGroups", "DescribeLogGroups")
        )
