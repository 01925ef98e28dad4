"""Tasks, targets and logs: what a deployment leaves behind while it fails, read a batch at a time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member
from ecs_steps.errors import AwsCallError

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import DesiredStatusType

    from ecs_steps.aws.clients import AwsClients

MAX_DESCRIBED_TASKS = 100
LAST_LINES = 20


@frozen(kw_only=True)
class UnhealthyTarget:
    """A target that its load balancer does not send requests to, with the load balancer's own reason code."""

    target_group: str
    target: str
    state: str
    reason: str
    description: str


@frozen(kw_only=True)
class Task:
    """A task, as DescribeTasks shows it; `raw` is its own structure."""

    arn: str
    started_by: str
    status: str
    health: str
    started_at: datetime | None
    private_address: str
    raw: Mapping[str, Any]

    @property
    def task_id(self) -> str:
        return self.arn.rpartition("/")[2]


def list_tasks(
    aws: "AwsClients", cluster: str, service: str, desired_status: "DesiredStatusType"
) -> Iterator[str]:
    """Yield the ARNs of a service's tasks; ECS shows stopped ones for about an hour."""
    with calling("ecs:ListTasks", f"cluster {cluster}"):
        pages = aws.ecs.get_paginator("list_tasks").paginate(
            cluster=cluster, serviceName=service, desiredStatus=desired_status
        )
        for page in pages:
            yield from member(page, "taskArns", "ListTasks")


def describe_tasks(aws: "AwsClients", cluster: str, arns: Sequence[str]) -> Iterator[Task]:
    """Yield tasks, a hundred to a call."""
    for begin in range(0, len(arns), MAX_DESCRIBED_TASKS):
        batch = arns[begin : begin + MAX_DESCRIBED_TASKS]
        with calling("ecs:DescribeTasks", f"the tasks of cluster {cluster}"):
            reply: Mapping[str, Any] = aws.ecs.describe_tasks(cluster=cluster, tasks=batch)
        for told in member(reply, "tasks", "DescribeTasks"):
            yield Task(
                arn=told["taskArn"],
                started_by=told.get("startedBy", ""),
                status=told.get("lastStatus", ""),
                health=told.get("healthStatus", "UNKNOWN"),
                started_at=told.get("startedAt"),
                private_address=_private_address(told),
                raw=told,
            )


def _private_address(told: Mapping[str, Any]) -> str:
    details = (detail for attached in told.get("attachments", []) for detail in attached.get("details", []))
    return next((d["value"] for d in details if d.get("name") == "privateIPv4Address"), "")


def unhealthy_targets(aws: "AwsClients", target_group: str) -> tuple[UnhealthyTarget, ...]:
    """Return the targets of a group that get no requests, but for those that are on their way out."""
    return tuple(
        UnhealthyTarget(
            target_group=target_group.rpartition(":")[2],
            target=f"{told['Target']['Id']}:{told['Target'].get('Port', '')}",
            state=health["State"],
            reason=health.get("Reason", ""),
            description=health.get("Description", ""),
        )
        for told, health in _target_health(aws, target_group)
        if health["State"] not in ("healthy", "draining")
    )


def healthy_addresses(aws: "AwsClients", target_group: str) -> set[str]:
    """Return the ids of a group's healthy targets; tasks with a network of their own register by address."""
    return {
        told["Target"]["Id"]
        for told, health in _target_health(aws, target_group)
        if health["State"] == "healthy"
    }


def _target_health(aws: "AwsClients", target_group: str) -> Iterator[tuple[Any, Any]]:
    with calling("elasticloadbalancing:DescribeTargetHealth", target_group):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_health(TargetGroupArn=target_group)
    for told in member(reply, "TargetHealthDescriptions", "DescribeTargetHealth"):
        yield told, told["TargetHealth"]


def target_group_health_check(aws: "AwsClients", target_group: str) -> tuple[int, int]:
    """Return the seconds between two checks, and how many in a row make a target healthy."""
    with calling("elasticloadbalancing:DescribeTargetGroups", target_group):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_groups(TargetGroupArns=[target_group])
    [told] = member(reply, "TargetGroups", "DescribeTargetGroups")
    return told["HealthCheckIntervalSeconds"], told["HealthyThresholdCount"]


def target_group_attributes(aws: "AwsClients", target_group: str) -> dict[str, str]:
    """Return the attributes of a target group by their names, such as ``stickiness.enabled``."""
    with calling("elasticloadbalancing:DescribeTargetGroupAttributes", target_group):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_group_attributes(TargetGroupArn=target_group)
    told = member(reply, "Attributes", "DescribeTargetGroupAttributes")
    return {attribute["Key"]: attribute["Value"] for attribute in told}


def last_log_lines(aws: "AwsClients", *, group: str, stream: str, region: str) -> tuple[str, ...]:
    """Return the last lines of a log stream, oldest first; none where the container wrote nothing (yet)."""
    logs = aws.logs_in(region)
    try:
        with calling("logs:GetLogEvents", f"log stream {group}:{stream}"):
            reply: Mapping[str, Any] = logs.get_log_events(
                logGroupName=group, logStreamName=stream, limit=LAST_LINES, startFromHead=False
            )
    except AwsCallError as error:
        if error.code != "ResourceNotFoundException":
            raise
        return ()
    return tuple(event["message"].rstrip() for event in member(reply, "events", "GetLogEvents"))
