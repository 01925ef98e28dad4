"""Tasks of a service, read a batch at a time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member, reply_time
from ecs_steps.aws.replies import from_reply, reply_field

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import DesiredStatusType

    from ecs_steps.aws.clients import AwsClients

MAX_DESCRIBED_TASKS = 100


def _private_address(attachments: Sequence[Mapping[str, Any]]) -> str:
    details = (detail for attached in attachments for detail in attached.get("details", []))
    return next((d["value"] for d in details if d.get("name") == "privateIPv4Address"), "")


@frozen(kw_only=True)
class Task:
    """A task, as DescribeTasks shows it; `raw` is its own structure, `read_at` AWS' time of the reply."""

    arn: str = reply_field("taskArn")
    started_by: str = reply_field("startedBy", "")
    group: str = reply_field("group", "")
    task_definition: str = reply_field("taskDefinitionArn", "")
    status: str = reply_field("lastStatus", "")
    health: str = reply_field("healthStatus", "UNKNOWN")
    created_at: datetime | None = reply_field("createdAt", None)
    started_at: datetime | None = reply_field("startedAt", None)
    read_at: datetime | None
    private_address: str = reply_field("attachments", "", read=_private_address)
    raw: Mapping[str, Any]

    @property
    def task_id(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def architecture(self) -> str:
        """The CPU architecture of its host in a task definition's words (``ARM64``); empty if not known."""
        attributes = {each["name"]: each.get("value", "") for each in self.raw.get("attributes", [])}
        return str(attributes.get("ecs.cpu-architecture", "")).upper()

    @property
    def stopped_reason(self) -> str:
        """Why it stopped; of a volume that could not be attached ECS says so in the attachment alone."""
        details = (
            each for attached in self.raw.get("attachments", []) for each in attached.get("details", [])
        )
        failures = (each.get("value", "") for each in details if each.get("name") == "statusReason")
        return ": ".join(filter(None, [self.raw.get("stoppedReason", ""), *failures]))

    @property
    def has_deployment_id(self) -> bool:
        """Whether it says which deployment started it; some emulators put the service's name there."""
        return self.started_by.startswith("ecs-svc/")


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
        for item in member(reply, "tasks", "DescribeTasks"):
            yield from_reply(Task, item, read_at=reply_time(reply), raw=item)
