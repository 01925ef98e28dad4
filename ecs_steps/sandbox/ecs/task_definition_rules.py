"""What RegisterTaskDefinition refuses, and what it adds to what it was sent."""

import copy
import re
from collections.abc import Iterable
from typing import Any

from ecs_steps.sandbox.ecs.request import Request
from ecs_steps.sandbox.service_error import ServiceError

_GB = 1024
_MAX_PORT = 65_535
_FARGATE_MEMORY: dict[int, Iterable[int]] = {
    256: (512, 1024, 2048),
    512: range(1 * _GB, 4 * _GB + 1, _GB),
    1024: range(2 * _GB, 8 * _GB + 1, _GB),
    2048: range(4 * _GB, 16 * _GB + 1, _GB),
    4096: range(8 * _GB, 30 * _GB + 1, _GB),
    8192: range(16 * _GB, 60 * _GB + 1, 4 * _GB),
    16384: range(32 * _GB, 120 * _GB + 1, 8 * _GB),
    32768: (60 * _GB, 122 * _GB, 244 * _GB),
}


def _error(message: str) -> ServiceError:
    return ServiceError("ClientException", message)


def check(request: Request) -> None:
    """Refuse what ECS refuses and what matters to a deployment.

    Raises:
        ServiceError: ClientException, with ECS' text where it is known.
    """
    containers = request.get("containerDefinitions") or []
    if not containers:
        raise _error("Container list cannot be empty.")
    if not any(container.get("essential", True) for container in containers):
        raise _error("At least one container in the task definition must be marked as essential.")
    volumes = {volume.get("name") for volume in request.get("volumes") or []}
    for container in containers:
        _check_container(container, volumes, task_memory=request.get("memory"))
    if "FARGATE" in (request.get("requiresCompatibilities") or []):
        _check_fargate(request)


def _check_container(container: Request, volumes: set[str], *, task_memory: str | None) -> None:
    if not container.get("name"):
        raise _error("Container.name should not be null or empty.")
    if not container.get("image"):
        raise _error("Container.image should not be null or empty.")
    if not (task_memory or container.get("memory") or container.get("memoryReservation")):
        raise _error(
            f"Invalid setting for container '{container['name']}'. At least one of 'memory' or "
            "'memoryReservation' must be specified."
        )
    plain = {entry["name"] for entry in container.get("environment") or []}
    shared = [entry["name"] for entry in container.get("secrets") or [] if entry["name"] in plain]
    if shared:
        raise _error(
            "The secret name must be unique and not shared with any new or existing environment variables "
            f"set on the container, such as '{shared[0]}'."
        )
    for mapping in container.get("portMappings") or []:
        _check_ports(container["name"], mapping)
    for mount in container.get("mountPoints") or []:
        if mount.get("sourceVolume") not in volumes:
            raise _error(f"Unknown volume '{mount.get('sourceVolume')}'.")


def _check_ports(container: str, mapping: Request) -> None:
    """Refuse a mapping without one port, or one range within 1 to 65535 (API reference, PortMapping)."""
    # Believed: that these are refused here, and the texts (no source).
    ports = mapping.get("containerPortRange")
    if (ports is None) == (mapping.get("containerPort") is None):
        raise _error(
            f"Invalid port mapping for container '{container}': specify either containerPort or "
            "containerPortRange."
        )
    if ports is None:
        return
    if mapping.get("hostPort"):
        raise _error(f"Invalid port mapping for container '{container}': a range takes no hostPort.")
    bounds = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", ports)
    if bounds is None or not 1 <= int(bounds[1]) < int(bounds[2]) <= _MAX_PORT:
        raise _error(f"Invalid containerPortRange '{ports}' for container '{container}'.")


def _check_fargate(request: Request) -> None:
    for member in ("cpu", "memory"):
        if not request.get(member):
            raise _error(f"Fargate requires that '{member}' be defined at the task level.")
    if request.get("networkMode") != "awsvpc":
        raise _error("Fargate only supports network mode 'awsvpc'.")
    cpu, memory = units(request["cpu"], 1024), units(request["memory"], _GB)
    if memory not in _FARGATE_MEMORY.get(cpu, ()):
        raise _error("No Fargate configuration exists for given values.")
    reads_secrets = any(container.get("secrets") for container in request["containerDefinitions"])
    if reads_secrets and not request.get("executionRoleArn"):
        raise _error("When you are specifying container secrets, you must also specify an execution role.")


def units(text: str, per_whole: int) -> int:
    """Read "256", ".25 vCPU" or "0.5 GB" as CPU units or MiB; `per_whole` of them are one vCPU or GB."""
    number = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*(vcpu|gb)?\s*", text, re.IGNORECASE)
    if number is None:
        raise _error(f"Invalid 'cpu' or 'memory' setting for task: {text}")
    return int(float(number[1]) * per_whole) if number[2] else int(float(number[1]))


def completed(request: Request) -> dict[str, Any]:
    """Copy what was sent, unknown members included, with the defaults that ECS writes into it."""
    members = {name: copy.deepcopy(value) for name, value in request.items() if name != "tags"}
    for member, per_whole in (("cpu", 1024), ("memory", _GB)):
        if members.get(member):
            members[member] = str(units(members[member], per_whole))
    network_mode = members.get("networkMode")
    members["containerDefinitions"] = [
        _completed_container(container, network_mode) for container in members["containerDefinitions"]
    ]
    for volume in members.setdefault("volumes", []):
        if set(volume) == {"name"}:
            volume["host"] = {}
        if "efsVolumeConfiguration" in volume:
            volume["efsVolumeConfiguration"].setdefault("rootDirectory", "/")
    members.setdefault("placementConstraints", [])
    members["compatibilities"] = ["EC2", "FARGATE"] if network_mode == "awsvpc" else ["EXTERNAL", "EC2"]
    members["requiresAttributes"] = [{"name": name} for name in _required_attributes(members)]
    return members


def _completed_container(container: dict[str, Any], network_mode: str | None) -> dict[str, Any]:
    container.setdefault("cpu", 0)
    container.setdefault("essential", True)
    for member in ("portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"):
        container.setdefault(member, [])
    for mapping in container["portMappings"]:
        shares_the_host = network_mode in ("awsvpc", "host")
        if "containerPort" in mapping:
            mapping.setdefault("hostPort", mapping["containerPort"] if shares_the_host else 0)
        mapping.setdefault("protocol", "tcp")
    if "healthCheck" in container:
        container["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3} | container["healthCheck"]
    return container


def _required_attributes(members: dict[str, Any]) -> list[str]:
    drivers = {
        container["logConfiguration"]["logDriver"]
        for container in members["containerDefinitions"]
        if "logConfiguration" in container
    }
    attributes = [f"com.amazonaws.ecs.capability.logging-driver.{driver}" for driver in sorted(drivers)]
    attributes.append("com.amazonaws.ecs.capability.docker-remote-api.1.19")
    if members.get("networkMode") == "awsvpc":
        attributes.append("ecs.capability.task-eni")
    return attributes
