"""Task sets of a service whose deployment controller is EXTERNAL: what they are like, and how they change.

Every change may be made again: CreateTaskSet takes a client token, the others set what is wanted.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ecs_steps.aws.errors import calling, member, returning
from ecs_steps.aws.replies import from_reply, reply_field
from ecs_steps.tags import Tag

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

SET_MEMBERS = (
    "taskDefinition",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
)
"""What a task set has in place of its service."""
_COPIED = ("networkConfiguration", "platformVersion", "serviceRegistries")


def _first_group(balancers: Sequence[Mapping[str, Any]]) -> str:
    return next((str(each.get("targetGroupArn", "")) for each in balancers), "")


@frozen(kw_only=True)
class TaskSet:
    """A task set, as DescribeServices shows it.

    `scale` is its share of the service's desired tasks in percent, `computed` the tasks that this means
    (rounded up), `target_group` the one that its tasks are in (empty: none). `raw` is ECS' own structure.
    """

    task_set_id: str = reply_field("id")
    status: str = reply_field("status")
    external_id: str = reply_field("externalId", "")
    task_definition: str = reply_field("taskDefinition")
    scale: float = reply_field("scale.value", 0.0, read=float)
    computed: int = reply_field("computedDesiredCount", 0)
    running: int = reply_field("runningCount", 0)
    pending: int = reply_field("pendingCount", 0)
    is_steady: bool = reply_field("stabilityStatus", default=False, read="STEADY_STATE".__eq__)
    target_group: str = reply_field("loadBalancers", "", read=_first_group)
    created_at: datetime = reply_field("createdAt")
    raw: Mapping[str, Any] = field(repr=False, eq=False)

    @property
    def is_primary(self) -> bool:
        return self.status == "PRIMARY"

    @property
    def is_draining(self) -> bool:
        """Whether it is being deleted."""
        return self.status == "DRAINING"

    @property
    def members(self) -> dict[str, Any]:
        """What another one like it is made with: network, launch type, platform, registries, balancer."""
        raw = self.raw
        # ECS takes one of the two, and by neither the cluster's own strategy.
        runs_on = "capacityProviderStrategy" if raw.get("capacityProviderStrategy") else "launchType"
        return {
            **{name: raw[name] for name in (*_COPIED, runs_on) if raw.get(name)},
            "loadBalancers": list(raw.get("loadBalancers", [])),
        }

    def is_made_with(self, members: Mapping[str, Any]) -> bool:
        """Return whether a set that is made with `members` would be like it, but for its target group."""
        own = in_group(self.members, "")
        return all(_plain(own.get(name)) == _plain(value) for name, value in in_group(members, "").items())


def in_group(members: Mapping[str, Any], target_group: str) -> dict[str, Any]:
    """Return the members of CreateTaskSet with another target group."""
    balancers = [{**each, "targetGroupArn": target_group} for each in members.get("loadBalancers", [])]
    return {**members, "loadBalancers": balancers}


def _plain(value: Any) -> Any:  # noqa: ANN401  as JSON
    """Return part of a request so that equal ones compare equal: subnets and groups have no order."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return sorted(map(_plain, value), key=repr)
        case _:
            return value


@frozen(kw_only=True)
class NewTaskSet:
    """A task set to be made; `members` say how (`TaskSet.members`), the rest is its own."""

    members: Mapping[str, Any]
    task_definition: str
    scale: float
    external_id: str
    client_token: str
    tags: tuple[Tag, ...] = ()

    @property
    def request(self) -> dict[str, Any]:
        """The members of CreateTaskSet."""
        return {
            **self.members,
            "taskDefinition": self.task_definition,
            "scale": {"value": self.scale, "unit": "PERCENT"},
            "externalId": self.external_id,
            "clientToken": self.client_token,
            "tags": [{"key": tag.key, "value": tag.value} for tag in self.tags],
        }


def read_task_sets(items: Iterable[Mapping[str, Any]]) -> tuple[TaskSet, ...]:
    """Read the ``taskSets`` of a described service."""
    return tuple(from_reply(TaskSet, item, raw=item) for item in items)


def create_task_set(aws: "AwsClients", cluster: str, service: str, new: NewTaskSet) -> TaskSet:
    """Make a task set; with the same client token it is made once."""
    request: Any = new.request
    with calling("ecs:CreateTaskSet", f"service {service}"):
        reply: Mapping[str, Any] = aws.ecs.create_task_set(cluster=cluster, service=service, **request)
    [made] = read_task_sets([member(reply, "taskSet", "CreateTaskSet")])
    return made


def scale_task_set(aws: "AwsClients", cluster: str, service: str, task_set_id: str, percent: float) -> None:
    """Give a task set so many percent of the service's desired tasks."""
    with calling("ecs:UpdateTaskSet", f"task set {task_set_id}"):
        aws.ecs.update_task_set(
            cluster=cluster,
            service=service,
            taskSet=task_set_id,
            scale={"value": percent, "unit": "PERCENT"},
        )


def make_primary(aws: "AwsClients", cluster: str, service: str, task_set_id: str) -> None:
    """Make a task set the PRIMARY one."""
    with calling("ecs:UpdateServicePrimaryTaskSet", f"task set {task_set_id}"):
        aws.ecs.update_service_primary_task_set(cluster=cluster, service=service, primaryTaskSet=task_set_id)


@returning(None, when="TaskSetNotFound")
def delete_task_set(aws: "AwsClients", cluster: str, service: str, task_set_id: str) -> None:
    """Delete a task set, whatever its scale; one that does not exist is no error."""
    with calling("ecs:DeleteTaskSet", f"task set {task_set_id}"):
        aws.ecs.delete_task_set(cluster=cluster, service=service, taskSet=task_set_id, force=True)
