"""What CreateService and UpdateService refuse, and what they add to what they were sent."""

import copy
from typing import Any

from ecs_steps.sandbox.ecs.request import Request
from ecs_steps.sandbox.ecs.task_definitions import Revision
from ecs_steps.sandbox.service_error import ServiceError

_DEFAULT_CONFIGURATION = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "strategy": "ROLLING",
    "bakeTimeInMinutes": 0,
}
_NOT_MEMBERS = ("cluster", "service", "serviceName", "taskDefinition", "tags", "clientToken", "role")
_CODE_DEPLOY_REFUSES = {
    "taskDefinition": "task definition",
    "networkConfiguration": "network parameters",
    "platformVersion": "platform version",
    "loadBalancers": "load balancers",
}
_EXTERNAL_REFUSES = _CODE_DEPLOY_REFUSES | {
    "capacityProviderStrategy": "capacity provider strategy",
    "serviceRegistries": "service registries",
}
_LEFT_TO_TASK_SETS = (*_EXTERNAL_REFUSES, "launchType", "serviceConnectConfiguration")


def _error(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


def required(request: Request, member: str) -> str:
    """Return a member of a request that may not be missing."""
    if not request.get(member):
        raise _error(f"{member} can not be blank.")
    return str(request[member])


def is_external(members: dict[str, Any]) -> bool:
    """Return whether another controller than ECS deploys a service, by task sets."""
    return bool(members["deploymentController"]["type"] == "EXTERNAL")


def created_members(request: Request) -> dict[str, Any]:
    """Take the members of a new service from a request, with ECS' defaults."""
    members = {
        name: copy.deepcopy(value)
        for name, value in request.items()
        if name not in _NOT_MEMBERS and value is not None
    }
    daemon = members.get("schedulingStrategy") == "DAEMON"
    external = members.get("deploymentController", {}).get("type") == "EXTERNAL"
    if external:
        _check_external(request)
        # Believed: the default (no source; API reference: only the service's name is required).
        members.setdefault("desiredCount", 0)
    if "desiredCount" not in members and not daemon:
        raise _error("The desired count must be specified for the REPLICA scheduling strategy.")
    if "capacityProviderStrategy" not in members and not external:
        members.setdefault("launchType", "EC2")
    if members.get("launchType") == "FARGATE":
        members.setdefault("platformVersion", "LATEST")
    configuration = copy.deepcopy(_DEFAULT_CONFIGURATION) | members.get("deploymentConfiguration", {})
    return {
        "desiredCount": 1,
        "loadBalancers": [],
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "healthCheckGracePeriodSeconds": 0,
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "enableExecuteCommand": False,
        "availabilityZoneRebalancing": "ENABLED",
        **members,
        "deploymentConfiguration": configuration,
    }


def _check_external(request: Request) -> None:
    """Refuse what every task set of an EXTERNAL service has for itself."""
    # Believed: the texts (no source; the API reference has the rules).
    for member in _LEFT_TO_TASK_SETS:
        if request.get(member):
            raise _error(
                f"{member} cannot be specified for a service with an EXTERNAL deployment controller."
            )
    if request.get("schedulingStrategy") == "DAEMON":
        raise _error(
            "The DAEMON scheduling strategy is not supported with an EXTERNAL deployment controller."
        )


def updated_members(members: dict[str, Any], request: Request) -> dict[str, Any]:
    """Lay what UpdateService was sent over a service's members; what it leaves out stays."""
    sent = {
        name: copy.deepcopy(value)
        for name, value in request.items()
        if name not in (*_NOT_MEMBERS, "forceNewDeployment") and value is not None
    }
    configuration = members["deploymentConfiguration"] | sent.get("deploymentConfiguration", {})
    return members | sent | {"deploymentConfiguration": configuration}


def launch_type(members: dict[str, Any]) -> str:
    """Return where a service's tasks run; empty where its task sets say it.

    Capacity providers of Fargate are Fargate.
    """
    providers = [item["capacityProvider"] for item in members.get("capacityProviderStrategy", [])]
    if providers:
        return "FARGATE" if providers[0] in ("FARGATE", "FARGATE_SPOT") else "EC2"
    return str(members.get("launchType", ""))


def check(members: dict[str, Any], task_definition: Revision) -> None:
    """Refuse a service that cannot run its task definition.

    Raises:
        ServiceError: InvalidParameterException, with ECS' text where it is known.
    """
    definition = task_definition.members
    kind = launch_type(members)
    if kind == "FARGATE" and "FARGATE" not in definition["compatibilities"]:
        raise _error("Task definition does not support launch_type FARGATE.")
    if definition.get("networkMode") == "awsvpc" and "networkConfiguration" not in members:
        raise _error("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    ports = {
        container["name"]: {mapping.get("containerPort") for mapping in container["portMappings"]}
        for container in task_definition.containers
    }
    for balancer in members["loadBalancers"]:
        name, port = balancer["containerName"], balancer["containerPort"]
        if name not in ports:
            raise _error(f"The container {name} does not exist in the task definition.")
        if port not in ports[name]:
            raise _error(f"The container {name} did not have a container port {port} defined.")


def check_controller(members: dict[str, Any], request: Request) -> None:
    """Refuse an update that only another deployment controller can make."""
    match members["deploymentController"]["type"]:
        case "CODE_DEPLOY":
            refused = _CODE_DEPLOY_REFUSES
            advice = "a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
        case "EXTERNAL":
            refused = _EXTERNAL_REFUSES
            advice = "an EXTERNAL deployment controller."
        case _:
            return
    if request.get("forceNewDeployment"):
        raise _error(f"Cannot force a new deployment on services with {advice}")
    for member, what in refused.items():
        if request.get(member) is not None:
            raise _error(f"Unable to update {what} on services with {advice}")
