"""A request to RegisterTaskDefinition in Octopus' words, and where in it a rule speaks of; pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy
from ecs_steps.task_definition.container_logging import (
    ConfigSource,
    ContainerLogging,
    CustomConfigSource,
    Enabled,
    FirelensConfiguration,
    FirelensType,
    LogDriver,
    Logging,
)
from ecs_steps.task_definition.container_specs import (
    Condition,
    ContainerSpec,
    ContainerStorage,
    Dependency,
    DockerLabel,
    ExtraHost,
    HealthCheck,
    ImageReference,
    MountPoint,
    NetworkSettings,
    PortMapping,
    Protocol,
    RegistryLogin,
    RepositoryAuthentication,
    Ulimit,
    VolumeFrom,
)
from ecs_steps.task_definition.inputs import TaskDefinitionInputs, Volume, VolumeType

Members = Mapping[str, Any]


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


def _volume(volume: Members) -> Volume:
    efs: Members = volume.get("efsVolumeConfiguration", {})
    authorization: Members = efs.get("authorizationConfig", {})
    return Volume(
        type=VolumeType.EFS if efs else VolumeType.BIND,
        name=volume.get("name", ""),
        file_system_id=efs.get("fileSystemId", ""),
        access_point_id=authorization.get("accessPointId", ""),
        root_directory=efs.get("rootDirectory", ""),
        encryption_in_transit=efs.get("transitEncryption") == "ENABLED",
        efs_iam_authorization=authorization.get("iam") == "ENABLED",
    )


def _container(definition: Members) -> ContainerSpec:
    credentials: Members | None = definition.get("repositoryCredentials")
    return ContainerSpec(
        container_name=definition["name"],
        container_image_reference=ImageReference(image_name=definition.get("image", "")),
        repository_authentication=RepositoryAuthentication(
            type=RegistryLogin.DEFAULT if credentials is None else RegistryLogin.SECRETS_MANAGER,
            secret_name=(credentials or {}).get("credentialsParameter", ""),
        ),
        memory_limit_soft=definition.get("memoryReservation"),
        memory_limit_hard=definition.get("memory"),
        cpus=definition.get("cpu") or None,  # ECS shows 0 where none were given
        gpus=_gpus(definition),
        essential=definition.get("essential", True),
        container_port_mappings=tuple(_ports(definition)),
        entry_point=tuple(definition.get("entryPoint", ())),
        command=tuple(definition.get("command", ())),
        working_directory=definition.get("workingDirectory", ""),
        user=definition.get("user", ""),
        start_timeout=definition.get("startTimeout"),
        stop_timeout=definition.get("stopTimeout"),
        environment_files=tuple(each.get("value", "") for each in definition.get("environmentFiles", ())),
        environment_variables=(
            *_key_values(definition.get("environment", ()), "value", Secrecy.PLAIN),
            *_key_values(definition.get("secrets", ()), "valueFrom", Secrecy.SECRET),
        ),
        network_settings=NetworkSettings(
            disable_networking=definition.get("disableNetworking", False),
            dns_servers=tuple(definition.get("dnsServers", ())),
            dns_search_domains=tuple(definition.get("dnsSearchDomains", ())),
            extra_hosts=tuple(
                ExtraHost(hostname=each["hostname"], ip_address=each["ipAddress"])
                for each in definition.get("extraHosts", ())
            ),
        ),
        container_storage=_storage(definition),
        container_logging=_logging(definition.get("logConfiguration")),
        firelens_configuration=_firelens(definition.get("firelensConfiguration")),
        docker_labels=tuple(
            DockerLabel(key=key, value=value) for key, value in definition.get("dockerLabels", {}).items()
        ),
        health_check=_health_check(definition.get("healthCheck", {})),
        dependencies=tuple(_dependencies(definition)),
        ulimits=tuple(
            Ulimit(limit_name=each["name"], hard_limit=each["hardLimit"], soft_limit=each["softLimit"])
            for each in definition.get("ulimits", ())
        ),
    )


def _gpus(definition: Members) -> int | None:
    gpus = [each for each in definition.get("resourceRequirements", ()) if each["type"] == "GPU"]
    # The number is in a text, and may be absent where a GPU is shared.
    values = (each.get("value", "") for each in gpus)
    return next((int(value) if value.isdecimal() else 1 for value in values), None)


def _storage(definition: Members) -> ContainerStorage:
    return ContainerStorage(
        read_only_root_file_system=definition.get("readonlyRootFilesystem", False),
        mount_points=tuple(
            MountPoint(
                source_volume=each.get("sourceVolume", ""),
                container_path=each.get("containerPath", ""),
                readonly=each.get("readOnly", False),
            )
            for each in definition.get("mountPoints", ())
        ),
        volume_from=tuple(
            VolumeFrom(source_container=each.get("sourceContainer", ""), readonly=each.get("readOnly", False))
            for each in definition.get("volumesFrom", ())
        ),
    )


def _health_check(check: Members) -> HealthCheck:
    return HealthCheck(
        command=tuple(check.get("command", ())),
        interval=check.get("interval"),
        retries=check.get("retries"),
        start_period=check.get("startPeriod"),
        timeout=check.get("timeout"),
    )


def _ports(definition: Members) -> Iterator[PortMapping]:
    for position, mapping in enumerate(definition.get("portMappings", ())):
        yield PortMapping(
            # A range has no port; no two of these are alike.
            container_port=mapping.get("containerPort", -1 - position),
            protocol=Protocol.UDP if mapping.get("protocol") == "udp" else Protocol.TCP,
        )


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
    options: Members = firelens.get("options", {})
    sources = {"file": ConfigSource.FILE, "s3": ConfigSource.S3}
    return FirelensConfiguration(
        type=Enabled.ENABLED,
        firelens_type=FirelensType.FLUENTD if firelens["type"] == "fluentd" else FirelensType.FLUENTBIT,
        enable_ecs_log_metadata=options.get("enable-ecs-log-metadata", "true") == "true",
        custom_config_source=CustomConfigSource(
            type=sources.get(options.get("config-file-type", ""), ConfigSource.NONE),
            file_path=options.get("config-file-value", ""),
        ),
    )


def _dependencies(definition: Members) -> Iterator[Dependency]:
    conditions = {condition.upper(): condition for condition in Condition}
    for each in definition.get("dependsOn", ()):
        yield Dependency(
            container_name=each["containerName"],
            condition=conditions.get(each["condition"], Condition.START),
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
