"""What the operations on task sets refuse, and CreateService and UpdateService of EXTERNAL services."""

import copy
import re
from collections.abc import Sequence
from typing import Any

from ecs_steps.sandbox.ecs import service_rules
from ecs_steps.sandbox.ecs.request import Request
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.task_definitions import Revision
from ecs_steps.sandbox.ecs.task_set import SET_MEMBERS, TaskSet
from ecs_steps.sandbox.elbv2.listeners import Listeners
from ecs_steps.sandbox.service_error import ServiceError

_MAX_TASK_SETS = 5
_TOKEN = re.compile(r"[\x21-\x7e]{1,36}")
_FULL_SCALE = 100.0


def _error(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


def check_controller(service: Service) -> None:
    """Refuse a service whose deployments are another controller's, or that is being deleted."""
    if service.status != "ACTIVE":
        raise ServiceError("ServiceNotActiveException", "Service was not ACTIVE.")
    if service.members["deploymentController"]["type"] != "EXTERNAL":
        raise _error(
            "Amazon ECS only supports task set management on services configured to use external deployment "
            "controllers."
        )


def check_number(task_sets: Sequence[TaskSet]) -> None:
    """Refuse the sixth task set."""
    # Believed: a DRAINING set counts too (no source).
    if len(task_sets) >= _MAX_TASK_SETS:
        raise _error(
            f"{_MAX_TASK_SETS} deployments exist on the service. Unable to create new TaskSet since this "
            "exceeds the maximum limit."
        )


def created_members(request: Request, task_definition: Revision, listeners: Listeners) -> dict[str, Any]:
    """Take a new task set's members from a request.

    Raises:
        ServiceError: They do not fit together, or their task definition.
    """
    sent = {name: copy.deepcopy(request[name]) for name in SET_MEMBERS if request.get(name) is not None}
    members = {"loadBalancers": [], "serviceRegistries": [], **sent}
    if "capacityProviderStrategy" not in members:
        members.setdefault("launchType", "EC2")
    service_rules.check(members, task_definition)
    groups = [balancer.get("targetGroupArn", "") for balancer in members["loadBalancers"]]
    # Believed: the texts of these refusals, and of that of the token (no source).
    if len(groups) > 1:
        raise _error("A task set can have only one load balancer.")
    for group in groups:
        if not listeners.load_balancers_of(group):
            raise _error(
                f"The target group with targetGroupArn {group} does not have an associated load balancer."
            )
    token = request.get("clientToken")
    if token is not None and not _TOKEN.fullmatch(token):
        raise _error("clientToken must have up to 36 ASCII characters in the range of 33-126.")
    return members


def scale_of(request: Request) -> float:
    """Read the scale of a request; without one a set has all of the desired tasks."""
    # Believed: the default and the text (no source).
    scale = request.get("scale") or {}
    value = float(scale.get("value", _FULL_SCALE))
    if not 0 <= value <= _FULL_SCALE or scale.get("unit", "PERCENT") != "PERCENT":
        raise _error("The scale must be between 0.0 and 100.0 PERCENT.")
    return value


def check_deletion(task_set: TaskSet, *, force: bool) -> None:
    """Refuse to delete, without force, the PRIMARY set and one that is not scaled down."""
    if force:
        return
    if task_set.status == "PRIMARY":
        raise _error("Primary TaskSet cannot be deleted")
    # Believed: the text (no source; API reference: `force` deletes what is not scaled down to zero).
    if task_set.scale:
        raise _error("TaskSet must be scaled down to zero before it can be deleted.")


def check_change(task_set: TaskSet) -> None:
    """Refuse to change a set that is being deleted."""
    # Believed: that a DRAINING set is refused, and the text (no source).
    if task_set.status == "DRAINING":
        raise _error("TaskSet is draining.")
