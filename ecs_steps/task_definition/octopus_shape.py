"""A request to RegisterTaskDefinition in Octopus' words, and where in it a rule speaks of; pure.

Most members are read by the names that they declare for ECS (see `members.member`); here are the others.
"""

import typing
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import attrs

from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.members import ecs_names
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy
from ecs_steps.octopus.inputs.types import Bool
from ecs_steps.task_definition.container_logging import (
    ContainerLogging,
    Enabled,
    FirelensConfiguration,
    LogDriver,
    Logging,
)
from ecs_steps.task_definition.container_specs import (
    ContainerSpec,
    DockerLabel,
    ImageReference,
    PortMapping,
    RegistryLogin,
    RepositoryAuthentication,
)
from ecs_steps.task_definition.inputs import TaskDefinitionInputs, Volume, VolumeType

Members = Mapping[str, Any]
T = TypeVar("T", bound=attrs.AttrsInstance)


def task_definition_inputs(request: Members) -> TaskDefinitionInputs:
    """Return a request that botocore's model takes in Octopus' words, but for its roles and its platform.

    Each container has a name. What these inputs have no member for is left out.
    """
    return TaskDefinitionInputs(
        cpu=request.get("cpu", ""),
        memory=request.get("memory", ""),
        volumes=tuple(_volume(volume) for volume in request.get("volumes", ())),
        containers=tuple(_container(each) for each in request.get("containerDefinitions", ())),
        images={},
    )


def _object(cls: type[T], item: Members, **others: object) -> T:
    """Return an object of Octopus' JSON from one of ECS, with `others` for members that are not alike.

    One that ECS does not have is read from the same object. A required one that is missing is empty.
    """
    values = dict(others)
    for field in attrs.fields(cls):
        path, _ = next(ecs_names(field), ("", ""))
        if field.name in others:
            continue
        if not path and isinstance(field.type, type) and attrs.has(field.type):
            values[field.name] = _object(field.type, item)
        elif path and (value := _value(_find(item, path), field.type)) is not None:
            values[field.name] = value
        elif field.default is attrs.NOTHING:
            values[field.name] = ""
    return cls(**values)


def _find(item: Any, path: str) -> Any:  # noqa: ANN401  any JSON
    for name in path.split("."):
        item = item.get(name) if item else None
    return item


def _value(value: Any, of: Any) -> Any:  # noqa: ANN401  any JSON, any type
    """Return a value of ECS as one of a type of Octopus; none where Octopus has no word for it."""
    match value:
        case list():
            item_type = typing.get_args(of)[0]
            return tuple(_object(item_type, each) if attrs.has(item_type) else each for each in value)
        case dict() if attrs.has(of):
            return _object(of, value)
        case str() if isinstance(of, type) and issubclass(of, StrEnum):
            return {choice.casefold(): choice for choice in of}.get(value.casefold())
        case "ENABLED" | "DISABLED" if of == Bool:
            return value == "ENABLED"
        case _:
            return value


def _volume(volume: Members) -> Volume:
    is_efs = volume.get("efsVolumeConfiguration")
    return _object(Volume, volume, type=VolumeType.EFS if is_efs else VolumeType.BIND)


def _container(definition: Members) -> ContainerSpec:
    credentials: Members | None = definition.get("repositoryCredentials")
    login = RegistryLogin.DEFAULT if credentials is None else RegistryLogin.SECRETS_MANAGER
    return _object(
        ContainerSpec,
        definition,
        container_image_reference=ImageReference(image_name=definition.get("image", "")),
        repository_authentication=_object(RepositoryAuthentication, credentials or {}, type=login),
        cpus=definition.get("cpu") or None,  # ECS shows 0 where none were given
        gpus=_gpus(definition),
        container_port_mappings=tuple(_ports(definition)),
        environment_files=tuple(each.get("value", "") for each in definition.get("environmentFiles", ())),
        environment_variables=(
            *_key_values(definition.get("environment", ()), "value", Secrecy.PLAIN),
            *_key_values(definition.get("secrets", ()), "valueFrom", Secrecy.SECRET),
        ),
        container_logging=_logging(definition.get("logConfiguration")),
        firelens_configuration=_firelens(definition.get("firelensConfiguration")),
        docker_labels=tuple(
            DockerLabel(key=key, value=value) for key, value in definition.get("dockerLabels", {}).items()
        ),
    )


def _gpus(definition: Members) -> int | None:
    gpus = [each for each in definition.get("resourceRequirements", ()) if each["type"] == "GPU"]
    # The number is in a text, and may be absent where a GPU is shared.
    values = (each.get("value", "") for each in gpus)
    return next((int(value) if value.isdecimal() else 1 for value in values), None)


def _ports(definition: Members) -> Iterator[PortMapping]:
    for position, mapping in enumerate(definition.get("portMappings", ())):
        # A range has no port; no two of these are alike.
        yield _object(PortMapping, mapping, container_port=mapping.get("containerPort", -1 - position))


def _key_values(entries: Iterable[Members], value: str, secrecy: Secrecy) -> Iterator[KeyValue]:
    for entry in entries:
        yield KeyValue(type=secrecy, key=entry.get("name", ""), value=entry.get(value, ""))


def _logging(logs: Members | None) -> ContainerLogging:
    if logs is None:
        return ContainerLogging(type=Logging.MANUAL, log_driver=LogDriver.NONE)
    drivers = {driver.lower(): driver for driver in LogDriver}
    options = [{"name": name, "value": value} for name, value in logs.get("options", {}).items()]
    return ContainerLogging(
        type=Logging.MANUAL,
        # Of the drivers that Octopus does not know no rule is different.
        log_driver=drivers.get(logs.get("logDriver", ""), LogDriver.AWS_LOGS),
        # Those of type Secret first, as `ecs_path` counts them.
        log_options=(
            *_key_values(logs.get("secretOptions", ()), "valueFrom", Secrecy.SECRET),
            *_key_values(options, "value", Secrecy.PLAIN),
        ),
    )


def _firelens(firelens: Members | None) -> FirelensConfiguration:
    if firelens is None:
        return FirelensConfiguration()
    adds_metadata = firelens.get("options", {}).get("enable-ecs-log-metadata", "true") == "true"
    return _object(
        FirelensConfiguration, firelens, type=Enabled.ENABLED, enable_ecs_log_metadata=adds_metadata
    )


# Octopus' words for a place in a container, and ECS'.
_PLACES: Mapping[Path, Path] = {
    ("containerImageReference", "imageName"): ("image",),
    ("containerImageReference",): ("image",),
    ("repositoryAuthentication", "secretName"): ("repositoryCredentials", "credentialsParameter"),
    ("containerLogging", "logOptions"): ("logConfiguration", "secretOptions"),
    ("containerLogging",): ("logConfiguration",),
    ("containerStorage", "mountPoints"): ("mountPoints",),
    ("containerStorage", "volumeFrom"): ("volumesFrom",),
    ("containerPortMappings",): ("portMappings",),
    ("firelensConfiguration", "customConfigSource"): ("firelensConfiguration", "options"),
    ("containerName",): ("name",),
    ("memoryLimitSoft",): ("memoryReservation",),
    ("memoryLimitHard",): ("memory",),
    ("gpus",): ("resourceRequirements",),
    ("dependencies",): ("dependsOn",),
}
_OF_EFS: Mapping[str, Path] = {
    "fileSystemId": ("efsVolumeConfiguration", "fileSystemId"),
    "rootDirectory": ("efsVolumeConfiguration", "rootDirectory"),
    "encryptionInTransit": ("efsVolumeConfiguration", "transitEncryption"),
}


def ecs_path(path: Path, inputs: TaskDefinitionInputs) -> Path:
    """Return where in a request it is that a rule speaks of."""
    match path:
        case ("containers",):
            return ("containerDefinitions",)
        case ("containers", int(index), *rest):
            place = _container_path(tuple(rest), inputs.containers[index])
            return ("containerDefinitions", index, *place)
        case ("volumes", int(index), str(name)):
            return ("volumes", index, *_OF_EFS.get(name, (name,)))
        case _:
            return path


def _container_path(path: Path, spec: ContainerSpec) -> Path:
    match path:
        case ("environmentVariables", int(index), str(name)):
            plain = sum(each.type is Secrecy.PLAIN for each in spec.environment_variables)
            is_secret = index >= plain
            place = ("secrets", index - plain) if is_secret else ("environment", index)
            return (*place, {"key": "name", "value": "valueFrom" if is_secret else "value"}[name])
        case ("containerLogging", "logOptions", int(index), *_):
            return ("logConfiguration", "secretOptions", index, "valueFrom")
        case _:
            known = next((place for place in _PLACES if path[: len(place)] == place), ())
            return (*_PLACES[known], *path[len(known) :]) if known else path
