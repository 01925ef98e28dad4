"""Task sets of a service whose deployment controller is EXTERNAL: what they are like, and how they change.

Every change may be made again: CreateTaskSet takes a client token, the others set what is wanted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ecs_steps.aws.errors import calling, member
from ecs_steps.errors import AwsCallError
from ecs_steps.tags import Tag

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

NOT_FOUND = "TaskSetNotFoundException"
_COPIED = ("networkConfiguration", "platformVersion", "serviceRegistries")


@frozen(kw_only=True)
class TaskSet:
    """A task set, as DescribeServices shows it.

    `scale` is its share of the service's desired tasks in percent, `computed` the tasks that this means
    (rounded up), `target_group` the one that its tasks are in (empty: none). `raw` is ECS' own structure.
    """

    task_set_id: str
    status: str
    external_id: str
    task_definition: str
    scale: float
    computed: int
    running: int
    pending: int
    is_steady: bool
    target_group: str
    created_at: datetime
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
    return tuple(_task_set(item) for item in items)


def create_task_set(aws: "AwsClients", cluster: str, service: str, new: NewTaskSet) -> TaskSet:
    """Make a task set; with the same client token it is made once."""
    request: Any = new.request
    with calling("ecs:CreateTaskSet", f"service {service}"):
        reply: Mapping[str, Any] = aws.ecs.create_task_set(cluster=cluster, service=service, **request)
    return _task_set(member(reply, "taskSet", "CreateTaskSet"))


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
    """Make a task set the PRIMARY one; ECS shows its members as the service's from then on."""
    with calling("ecs:UpdateServicePrimaryTaskSet", f"task set {task_set_id}"):
        aws.ecs.update_service_primary_task_set(cluster=cluster, service=service, primaryTaskSet=task_set_id)


def delete_task_set(aws: "AwsClients", cluster: str, service: str, task_set_id: str) -> None:
    """Delete a task set, whatever its scale; one that is gone is fine."""
    try:
        with calling("ecs:DeleteTaskSet", f"task set {task_set_id}"):
            aws.ecs.delete_task_set(cluster=cluster, service=service, taskSet=task_set_id, force=True)
    except AwsCallError as error:
        if error.code != NOT_FOUND:
            raise


def _task_set(item: Mapping[str, Any]) -> TaskSet:
    groups = [each.get("targetGroupArn", "") for each in item.get("loadBalancers", [])]
    return TaskSet(
        task_set_id=item["id"],
        status=item["status"],
        external_id=item.get("externalId", ""),
        task_definition=item["taskDefinition"],
        scale=float(item.get("scale", {}).get("value", 0)),
        computed=item.get("computedDesiredCount", 0),
        running=item.get("runningCount", 0),
        pending=item.get("pendingCount", 0),
        is_steady=item.get("stabilityStatus") == "STEADY_STATE",
        target_group=next(iter(groups), ""),
        created_at=item["createdAt"],
        raw=item,
    )
